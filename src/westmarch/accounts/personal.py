"""Personal tokens: somebody makes them for their programs, with a name, scopes and an end, and sees each once."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from westmarch.accounts import tokens
from westmarch.accounts.models import Account, Token
from westmarch.accounts.rights import SCOPES
from westmarch.accounts.secrets import new
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid
from westmarch.events import actions as events

#: The longest name, and how many tokens an account may have at once.
LONGEST_NAME, MOST = 100, 100
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_token = Token.__table__
_LIVING = (_token.c.account_id == bindparam("account_id"), _token.c.revoked_at.is_(None))
_SHOWN = (
    _token.c.id,
    _token.c.hint,
    _token.c.name,
    _token.c.scopes,
    _token.c.created_at,
    _token.c.expires_at,
    _token.c.used_at,
)
_MINE = select(*_SHOWN).where(*_LIVING, _token.c.kind == "personal").order_by(_token.c.id.desc())
#: A grant has one refresh token that was not used up; it was made when the grant was last renewed.
_GRANTS = (
    select(*_SHOWN)
    .where(*_LIVING, _token.c.kind == "refresh", _token.c.used_at.is_(None), _token.c.expires_at > bindparam("now"))
    .order_by(_token.c.id.desc())
    .limit(MOST)
)


def make(
    session: Session, account_id: int, name: str, scopes: Iterable[str], expires_at: datetime | None, *, actor: str
) -> str:
    """Make a token for an account and return it: only its hash is kept. Without `expires_at` it has no end.

    Raises Invalid where a field cannot be taken, Conflict where the account has too many.
    """
    name, moment = " ".join(name.split()), now()
    if not name or len(name) > LONGEST_NAME or _CONTROL.search(name):
        raise Invalid(f"A token needs a name of one line, {LONGEST_NAME} characters at most.", place="name")
    asked = set(scopes)
    if not asked or not asked <= SCOPES.keys():
        raise Invalid(f"Choose what it may do: {', '.join(SCOPES)}.", place="scopes")
    if expires_at is not None and expires_at <= moment:
        raise Invalid("The end of a token lies ahead.", place="expires")
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update()).one()
    living = select(func.count()).where(
        Token.account_id == account_id, Token.kind == "personal", Token.revoked_at.is_(None)
    )
    if (session.scalar(living) or 0) >= MOST:
        raise Conflict(f"You have {MOST} tokens already.", hint="First revoke one that nothing uses any more.")
    secret = new(tokens.PREFIXES["personal"])
    kept = tuple(scope for scope in SCOPES if scope in asked)
    tokens.keep(session, secret, "personal", account_id, kept, name=name, expires_at=expires_at)
    detail = {"account": account_id, "token": secret[: tokens.HINT], "name": name, "scopes": list(kept)}
    events.record(session, "token.made", actor=actor, detail=detail)
    return secret


def mine(session: Reading, account_id: int) -> Sequence[NamedRow]:
    """The personal tokens of an account that were not revoked, the newest first; their time may have run out."""
    return session.execute(_MINE, {"account_id": account_id}).all()


def grants(session: Reading, account_id: int) -> Sequence[NamedRow]:
    """What the account's password has opened for programs and was not ended: a refresh token of each."""
    return session.execute(_GRANTS, {"account_id": account_id, "now": now()}).all()
