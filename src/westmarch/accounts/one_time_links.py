"""One-time links: whoever has one signs in with it, once, and may set a password then.

A link is opened by GET and used by POST, so that programs which look at the links of letters do not use it up.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.accounts import sessions
from westmarch.accounts.models import Account, OneTimeLink
from westmarch.accounts.secrets import hashed, new
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Gone
from westmarch.events import actions as events
from westmarch.events.actor import Actor

Kind = Literal["sign-in", "invitation", "reset"]

#: How long a link of each kind can be used.
LAST: Mapping[Kind, timedelta] = {
    "sign-in": timedelta(days=1),
    "invitation": timedelta(days=7),
    "reset": timedelta(hours=1),
}
#: For so long after a link was used, its session may set a password without the old one.
SETTING = timedelta(hours=1)
#: Used and expired ones are kept for so long.
KEPT = timedelta(days=30)
#: Where links lead, below the address of the site.
PATH = "/admin/link/"

_link, _account = OneTimeLink.__table__, Account.__table__
_BY_HASH = (
    select(_link.c.id, _link.c.kind, _link.c.expires_at, _link.c.used_at, _link.c.account_id, _account.c.name)
    .join(_account, _account.c.id == _link.c.account_id)
    .where(_link.c.hash == bindparam("hash"), _account.c.disabled_at.is_(None))
)


class Used(NamedTuple):
    """What a link gave: its account and kind, and the secret of the session that it began."""

    account_id: int
    kind: Kind
    secret: str


def make(session: Session, account_id: int, kind: Kind, *, beside: bool = False) -> str:
    """The secret of a new link for an account. Older ones of its kind end, unless it is to stand beside them."""
    moment = now()
    if not beside:
        end(session, account_id, kind)
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < moment - KEPT))
    secret = new()
    session.execute(
        insert(OneTimeLink).values(
            account_id=account_id,
            kind=kind,
            hash=hashed(secret),
            created_at=moment,
            expires_at=moment + LAST[kind],
        )
    )
    return secret


def address(url: str, secret: str) -> str:
    """The whole address of a link of the site at `url`."""
    return f"{url}{PATH}{secret}/"


def end(session: Session, account_id: int, kind: Kind | None = None) -> None:
    """End the links of an account that were not used, of one kind or of all."""
    unused = delete(OneTimeLink).where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None))
    session.execute(unused if kind is None else unused.where(OneTimeLink.kind == kind))


def find(session: Reading, secret: str) -> NamedRow:
    """The link with this secret: kind, and account_id and name of its account. Raises Gone where it does not work."""
    return _working(session.execute(_BY_HASH, {"hash": hashed(secret)}).one_or_none(), now())


def use(session: Session, secret: str, *, address: str, agent: str, request_id: str | None = None) -> Used:
    """Use a link up and sign its account in on a device. Raises Gone where it does not work, or not any more."""
    moment = now()
    row = session.execute(_BY_HASH.with_for_update(of=_link), {"hash": hashed(secret)}).one_or_none()
    found = _working(row, moment)
    session.execute(update(OneTimeLink).where(OneTimeLink.id == found.id).values(used_at=moment))
    end(session, found.account_id, found.kind)
    cookie = sessions.begin(session, found.account_id, address=address, agent=agent, moment=moment)
    events.record(
        session,
        "account.signed-in",
        actor=Actor(found.name, request_id=request_id),
        detail={"account": found.account_id, "name": found.name, "by": found.kind},
    )
    return Used(found.account_id, found.kind, cookie)


def _working(row: NamedRow | None, moment: datetime) -> NamedRow:
    if row is None or row.expires_at <= moment or row.used_at is not None:
        raise Gone(
            "This link does not work any more: it was used, is too old, or another one has taken its place.",
            hint="Ask for a new one.",
        )
    return row
