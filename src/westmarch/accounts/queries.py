"""Reading accounts. Statements are built once, on tables (see posts/queries.py)."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, func, or_, select

from westmarch.accounts.models import Account, AccountSession, OneTimeLink
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.subjects.names import fold

#: No name and no e-mail is so long; what stands behind it is not looked at.
LONGEST = 400

_account, _author = Account.__table__, Author.__table__
_session, _link = AccountSession.__table__, OneTimeLink.__table__

_WHOLE = select(_account, _author.c.name.label("author")).outerjoin(_author, _author.c.id == _account.c.author_id)
_NAMED = _WHOLE.where(or_(_account.c.folded == bindparam("folded"), _account.c.email_folded == bindparam("folded")))
#: A name may be another's e-mail only where somebody means harm: the name counts.
_NAMED = _NAMED.order_by((_account.c.folded == bindparam("folded")).desc()).limit(1)
_BY_ID = _WHOLE.where(_account.c.id == bindparam("id"))
_state = case(
    (_account.c.disabled_at.is_not(None), "disabled"), (_account.c.password_hash.is_(None), "invited"), else_="active"
)
_LISTED = _WHOLE.add_columns(_state.label("state"))
_EVERY = _WHOLE.order_by(_account.c.folded)
_OWNER = select(_account.c.id).where(
    _account.c.role == "owner", _account.c.disabled_at.is_(None), _account.c.password_hash.is_not(None)
)


def named(session: Reading, name: str) -> NamedRow | None:
    """The account with this name or e-mail, however it is spelled, or None."""
    return session.execute(_NAMED, {"folded": fold(name[:LONGEST].replace("\0", ""))}).one_or_none()


def by_id(session: Reading, account_id: int) -> NamedRow | None:
    """The account, with the name of its author, or None."""
    return session.execute(_BY_ID, {"id": account_id}).one_or_none()


def every(session: Reading) -> Sequence[NamedRow]:
    """All accounts, with the names of their authors, by name."""
    return session.execute(_EVERY).all()


def owner_exists(session: Reading) -> bool:
    """Whether there is an owner who can sign in by password."""
    return session.execute(_OWNER.limit(1)).first() is not None


def other_owner(session: Reading, account_id: int) -> bool:
    """Whether there is an owner beside this account who can sign in by password."""
    return session.execute(_OWNER.where(_account.c.id != account_id).limit(1)).first() is not None


#: States of an account by which a list is filtered.
STATES = ("active", "invited", "disabled")
#: By what a list is sorted.
SORTS = {"name": _account.c.folded, "seen": func.coalesce(_account.c.seen_at, _account.c.created_at)}


def find(
    session: Reading, *, search: str = "", role: str = "", state: str = "", sort: str = "name", page: int = 1, size: int
) -> tuple[Sequence[NamedRow], int]:
    """A page of the accounts with the names of their authors, and how many there are in all.

    `invited` are those who cannot sign in by password yet. Raises Invalid for another state or order.
    """
    order = SORTS.get(sort.removeprefix("-"))
    if order is None or (state and state not in STATES):
        raise Invalid("A list of accounts has no such filter or order.")
    wanted = [_state == state] if state else []
    if role:
        wanted.append(_account.c.role == role)
    if search := fold(search[:LONGEST].replace("\0", "")):
        like = "%" + re.sub(r"([\\%_])", r"\\\1", search) + "%"
        parts = (_account.c.folded, _account.c.email_folded, _author.c.folded)
        wanted.append(or_(*(part.like(like, escape="\\") for part in parts)))
    found = _LISTED.where(*wanted)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    by = (order.desc(), _account.c.id.desc()) if sort.startswith("-") else (order, _account.c.id)
    return session.execute(found.order_by(*by).offset((page - 1) * size).limit(size)).all(), total


def counts(session: Reading) -> dict[str, int]:
    """How many accounts there are in each state."""
    statement = select(_state, func.count()).group_by(_state)
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in session.execute(statement)}


_SESSIONS = (
    select(_session.c.id, _session.c.address, _session.c.agent, _session.c.created_at, _session.c.seen_at)
    .where(_session.c.account_id == bindparam("account_id"), _session.c.expires_at > bindparam("now"))
    .order_by(_session.c.seen_at.desc(), _session.c.id.desc())
)


def sessions(session: Reading, account_id: int, moment: datetime) -> Sequence[NamedRow]:
    """The devices on which an account is signed in, the one last used first."""
    return session.execute(_SESSIONS, {"account_id": account_id, "now": moment}).all()


#: A session that a one-time link began has the link's very moment; no other way makes them equal.
_BY_LINK = (
    select(func.count())
    .select_from(_session)
    .join(_link, (_link.c.account_id == _session.c.account_id) & (_link.c.used_at == _session.c.created_at))
    .join(_account, _account.c.id == _session.c.account_id)
    .where(
        _session.c.id == bindparam("session_id"),
        _session.c.created_at > bindparam("since"),
        or_(_account.c.password_at.is_(None), _account.c.password_at < _session.c.created_at),
    )
)


def came_by_link(session: Reading, session_id: int, since: datetime) -> bool:
    """Whether a one-time link began this session after `since`, and the password was not set since then."""
    return bool(session.scalar(_BY_LINK.params(session_id=session_id, since=since)))
