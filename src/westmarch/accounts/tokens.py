"""Tokens by which programs ask: those of a grant, which a password opens and refreshing renews, and how each is known.

Whoever changes a grant first locks the row of its account, so that what is renewed at the moment in which a grant ends
does not outlive it.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.models import Account, Token
from westmarch.accounts.secrets import hashed, new
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, NotFound
from westmarch.events import actions as events
from westmarch.events.actor import Actor

#: How each kind of token begins, so that one that is found somewhere is known for what it is.
PREFIXES = {"access": "wma_", "refresh": "wmr_", "personal": "wmp_"}
#: How much of a token lists and events show.
HINT = 8
#: How long the tokens of a grant last.
ACCESS, REFRESH = timedelta(hours=1), timedelta(days=30)
#: How long a refresh token that comes again is taken for a second request at the same moment: it gets nothing, and the
#: grant stays. Later somebody has got hold of it.
AT_ONCE = timedelta(seconds=10)
#: How often the use of a token is written down.
NOTED = timedelta(minutes=5)

_token, _account = Token.__table__, Account.__table__
_BY_HASH = (
    select(
        _token.c.id,
        _token.c.hint,
        _token.c.scopes,
        _token.c.used_at,
        _token.c.expires_at,
        _account.c.id.label("account_id"),
        _account.c.name,
        _account.c.role,
        _account.c.author_id,
    )
    .join(_account, _account.c.id == _token.c.account_id)
    .where(
        _token.c.hash == bindparam("hash"),
        _token.c.kind != "refresh",
        _token.c.revoked_at.is_(None),
        _account.c.disabled_at.is_(None),
    )
)
_KNOWN = select(_token.c.id).where(_token.c.hash == bindparam("hash"))


@dataclass(frozen=True, slots=True)
class Granted:
    """What a program gets: both tokens, shown this once, and the scopes that they have."""

    access: str
    refresh: str
    scopes: tuple[str, ...]


def by_hash(session: Reading, digest: str) -> NamedRow | None:
    """The token with this hash that lets a request in, with its account; its time may have run out."""
    return session.execute(_BY_HASH, {"hash": digest}).one_or_none()


def is_known(session: Reading, digest: str) -> bool:
    """Whether there is a token with this hash, of whatever kind and age."""
    return session.execute(_KNOWN, {"hash": digest}).first() is not None


def note(session: Session, token_id: int) -> None:
    """Write down that a token was used, unless that was done lately."""
    moment = now()
    lately = or_(Token.used_at.is_(None), Token.used_at <= moment - NOTED)
    session.execute(update(Token).where(Token.id == token_id, lately).values(used_at=moment))


def keep(session: Session, secret: str, kind: str, account_id: int, scopes: tuple[str, ...], **values: object) -> int:
    """Write down a token, of which the hash alone is kept; its id."""
    row = {"kind": kind, "hash": hashed(secret), "hint": secret[:HINT], "account_id": account_id}
    made = insert(Token).values(**row, scopes=list(scopes), created_at=now(), **values).returning(Token.id)
    return int(session.execute(made).scalar_one())


def begin(session: Session, account: NamedRow, scopes: tuple[str, ...], *, actor: str) -> Granted:
    """Open a grant for an account (id, password_at) whose password was right.

    Raises Conflict where the account was disabled meanwhile, or got another password.
    """
    found = _locked(session, account.id)
    if found is None or found.password_at != account.password_at:
        raise Conflict("The account was changed at this very moment.", hint="Sign in again.")
    session.execute(update(Account).where(Account.id == account.id).values(seen_at=now()))
    made = _renewed(session, account.id, secrets.token_hex(16), scopes)
    _record(session, "token.granted", account.id, made.refresh, actor=actor, scopes=list(scopes))
    return made


def refresh(session: Session, secret: str) -> Granted | None:
    """New tokens for a refresh token, which is used up by that; None for one that is not valid any more.

    Where it comes again, its grant ends.
    """
    asked, moment = hashed(secret), now()
    known = select(Token.account_id, Token.grant, Token.scopes, Account.name).join(Account)
    row = session.execute(known.where(Token.hash == asked, Token.kind == "refresh")).one_or_none()
    if row is None or _locked(session, row.account_id) is None:
        return None
    used_up = (
        update(Token)
        .where(Token.hash == asked, Token.used_at.is_(None), Token.revoked_at.is_(None), Token.expires_at > moment)
        .values(used_at=moment)
        .returning(Token.id)
    )
    if session.execute(used_up).one_or_none() is not None:
        return _renewed(session, row.account_id, row.grant, tuple(row.scopes))
    used_at = session.scalar(select(Token.used_at).where(Token.hash == asked, Token.revoked_at.is_(None)))
    if used_at is None or moment - used_at <= AT_ONCE:
        return None
    _revoke(session, Token.grant == row.grant)
    _record(session, "token.came-twice", row.account_id, secret, actor=row.name)
    return None


def revoke(session: Session, secret: str, *, request_id: str | None = None) -> None:
    """End a token that somebody shows; with a refresh token its whole grant (RFC 7009, 2.1). Unknown ones are fine."""
    shown = select(Token.id, Token.kind, Token.grant, Token.account_id, Account.name).join(Account)
    row = session.execute(shown.where(Token.hash == hashed(secret), Token.revoked_at.is_(None))).one_or_none()
    if row is None:
        return
    _locked(session, row.account_id)
    _revoke(session, Token.grant == row.grant if row.kind == "refresh" else Token.id == row.id)
    actor = Actor(row.name, token=secret[:HINT], request_id=request_id)
    _record(session, "token.revoked", row.account_id, secret, actor=actor)


def end(session: Session, account_id: int, token_id: int, *, actor: str) -> None:
    """End a token of an account, or the grant that a refresh token belongs to. Raises NotFound for another's."""
    _locked(session, account_id)
    own = select(Token.kind, Token.grant, Token.hint).where(Token.id == token_id, Token.account_id == account_id)
    row = session.execute(own.where(Token.revoked_at.is_(None))).one_or_none()
    if row is None:
        raise NotFound("There is no such token any more.")
    _revoke(session, Token.grant == row.grant if row.kind == "refresh" else Token.id == token_id)
    _record(session, "token.revoked", account_id, row.hint, actor=actor)


def _locked(session: Session, account_id: int) -> NamedRow | None:
    """The account, unless it is disabled. Its row is locked either way, so that its grants change one after another."""
    locked = select(Account.password_at, Account.disabled_at).where(Account.id == account_id).with_for_update()
    row = session.execute(locked).one_or_none()
    return None if row is None or row.disabled_at is not None else row


def _renewed(session: Session, account_id: int, grant: str, scopes: tuple[str, ...]) -> Granted:
    moment = now()
    # What has run out says nothing any more, of this grant and of others.
    outdated = (Token.account_id == account_id, Token.kind != "personal", Token.expires_at <= moment)
    session.execute(delete(Token).where(*outdated))
    made = Granted(new(PREFIXES["access"]), new(PREFIXES["refresh"]), scopes)
    keep(session, made.access, "access", account_id, scopes, grant=grant, expires_at=moment + ACCESS)
    keep(session, made.refresh, "refresh", account_id, scopes, grant=grant, expires_at=moment + REFRESH)
    return made


def _revoke(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(update(Token).where(which, Token.revoked_at.is_(None)).values(revoked_at=now()))


def _record(session: Session, verb: str, account_id: int, token: str, *, actor: str, **more: object) -> None:
    events.record(session, verb, actor=actor, detail={"account": account_id, "token": token[:HINT], **more})
