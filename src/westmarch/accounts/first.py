"""The first owner of a site, who comes in by a one-time link: nobody has a password before somebody has set one."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.accounts import actions, one_time_links
from westmarch.accounts.models import Account
from westmarch.db.sessions import Reading

#: What the first owner is called until they say otherwise.
NAME = "owner"

_OWNERS = (Account.role == "owner", Account.disabled_at.is_(None))


class First(NamedTuple):
    """The name of an owner who never was here, and the secret of a link for them."""

    name: str
    secret: str


def is_awaited(session: Reading) -> bool:
    """Whether no owner has ever signed in, nor could without a link."""
    owners = select(Account.seen_at, Account.password_hash).where(
        Account.role == "owner", Account.disabled_at.is_(None)
    )
    return all(row.seen_at is None and row.password_hash is None for row in session.execute(owners))


def link(session: Session, *, actor: str) -> First | None:
    """A link for the owner who was never here; where the site has no account yet, one is made. None for other sites.

    Links that were made before for them go on to work.
    """
    if not is_awaited(session):
        return None
    accounts = select(Account.id, Account.name).order_by(Account.id).limit(1)
    if session.execute(accounts).first() is None:
        actions.create(session, NAME, "owner", actor=actor)
    owner = session.execute(accounts.where(*_OWNERS)).first()
    if owner is None:
        return None
    return First(owner.name, one_time_links.make(session, owner.id, "sign-in", beside=True))
