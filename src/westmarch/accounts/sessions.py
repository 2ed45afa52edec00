"""Sessions: a device on which an account is signed in, known by the secret in its cookie."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.models import Account, AccountSession
from westmarch.accounts.secrets import hashed, new
from westmarch.accounts.who import SignedIn
from westmarch.changes import queries as changes
from westmarch.changes.queries import Moment
from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.settings import Settings

#: How long a session lasts after it was last used, and how often that is written down.
LASTS, NOTED = timedelta(days=30), timedelta(minutes=5)

_session, _account = AccountSession.__table__, Account.__table__
_BY_HASH = (
    select(
        _session.c.id,
        _session.c.seen_at,
        _session.c.expires_at,
        _account.c.id.label("account_id"),
        _account.c.name,
        _account.c.role,
        _account.c.author_id,
        changes.POSITION,
        changes.EPOCH,
    )
    .join(_account, _account.c.id == _session.c.account_id)
    .where(_session.c.hash == bindparam("hash"), _account.c.disabled_at.is_(None))
)


def cookie_name(settings: Settings) -> str:
    """The name of the cookie. On HTTPS browsers hold the prefix to it: no other host and no plain HTTP can set it.

    Below a base path the cookie is for that path, which the stricter prefix does not allow.
    """
    if not settings.url.startswith("https:"):
        return "westmarch"
    return "__Secure-westmarch" if settings.base_path else "__Host-westmarch"


def cookie(settings: Settings, secret: str | None) -> tuple[str, str]:
    """The header that gives a browser the secret of its session, or takes it away (None).

    Browsers keep no cookie for longer than 400 days; when a session ends is known here, not there.
    """
    lasting = f"{secret}; Max-Age=34560000" if secret else "; Max-Age=0"
    secure = "; Secure" if settings.url.startswith("https:") else ""
    path = settings.base_path or "/"
    return "set-cookie", f"{cookie_name(settings)}={lasting}; Path={path}; HttpOnly; SameSite=Lax{secure}"


def begin(session: Session, account_id: int, *, address: str, agent: str, moment: datetime | None = None) -> str:
    """Sign an account in on a device, and return the secret for the cookie. Sessions that have expired are removed."""
    secret, moment = new(), moment or now()
    session.execute(delete(AccountSession).where(AccountSession.expires_at < moment))
    session.execute(
        insert(AccountSession).values(
            account_id=account_id,
            hash=hashed(secret),
            address=address[:60],
            agent=agent.replace("\0", "")[:300],
            created_at=moment,
            seen_at=moment,
            expires_at=moment + LASTS,
        )
    )
    session.execute(update(Account).where(Account.id == account_id).values(seen_at=moment))
    return secret


def end(session: Session, secret: str) -> None:
    """Sign the device out that has this secret."""
    session.execute(delete(AccountSession).where(AccountSession.hash == hashed(secret)))


def by_hash(session: Reading, digest: str) -> NamedRow | None:
    """The session with this hash and its account, unless that is disabled."""
    return session.execute(_BY_HASH, {"hash": digest}).one_or_none()


def note(session: Session, session_id: int, moment: datetime) -> None:
    """Write down that a session was used, and let it last longer."""
    values = {"seen_at": moment, "expires_at": moment + LASTS}
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(values))


async def account_of(
    db: Database, secret: str, *, beside: Callable[[Reading, Moment], object] | None = None
) -> SignedIn | None:
    """Who is signed in by this secret, or None. `beside` is called in the same snapshot, with its moment."""

    def look(session: Reading) -> NamedRow | None:
        found = by_hash(session, hashed(secret))
        if found is not None and beside is not None:
            beside(session, Moment(found.epoch or "", found.position or 0))
        return found

    found = await db.read(look)
    moment = now()
    if found is None or found.expires_at <= moment:
        return None
    if moment - found.seen_at >= NOTED:
        await db.write(note, found.id, moment)
    return SignedIn(found.account_id, found.name, found.role, found.author_id, session_id=found.id)
