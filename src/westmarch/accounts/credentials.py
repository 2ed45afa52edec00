"""Who signs in by name and password: the same answer in the same time for a wrong name and a wrong password."""

import asyncio
import logging

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.accounts import attempts, passwords, queries
from westmarch.accounts.models import Account
from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.errors import TooMany, Unauthenticated

logger = logging.getLogger(__name__)


class WrongCredentials(Unauthenticated):
    """There is no account with this name and this password, or it is disabled. Which of these it is, nobody is told."""

    def __init__(self) -> None:
        super().__init__(
            "The name or the password is wrong.", hint="Whoever has forgotten the password can ask for a link."
        )


async def by_password(db: Database, name: str, password: str, address: str) -> NamedRow:
    """The account (id, name, role, author_id) with this name or e-mail and this password.

    Raises WrongCredentials, or TooMany where it was tried too often from this address.
    """
    counts = attempts.limits(name, address)
    try:
        await db.read(attempts.require, counts)
        before = await db.write(attempts.count, counts)
    except TooMany:
        logger.warning("Too many attempts to sign in from %s.", address)
        raise
    if seconds := attempts.slowed(before[counts[2].key]):
        await asyncio.sleep(seconds)
    found = await db.read(queries.named, name)
    kept = found.password_hash if found is not None else None
    right = await passwords.matches(password, kept)
    if found is None or kept is None or not right or found.disabled_at is not None:
        raise WrongCredentials
    renewed = await passwords.made(password) if passwords.outdated(kept) else None
    await db.write(_right, counts, found.id, kept, renewed)
    return found


def require_unchanged(session: Session, account: NamedRow) -> None:
    """Lock an account (id, password_at) whose password was right, so that it is let in by what is true now.

    Raises WrongCredentials where it was disabled meanwhile, or got another password: that ended all sessions.
    """
    same = select(Account.id).where(
        Account.id == account.id, Account.password_at == account.password_at, Account.disabled_at.is_(None)
    )
    if session.execute(same.with_for_update()).first() is None:
        raise WrongCredentials


def _right(
    session: Session, counts: tuple[attempts.Limit, ...], account_id: int, kept: str, renewed: str | None
) -> None:
    attempts.take_back(session, counts)
    if renewed is not None:  # Unless the password was changed in the meantime.
        same = update(Account).where(Account.id == account_id, Account.password_hash == kept)
        session.execute(same.values(password_hash=renewed))
