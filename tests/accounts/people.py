"""Accounts for tests of tokens."""

from argon2 import PasswordHasher
from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.accounts import queries
from westmarch.accounts.models import Account
from westmarch.db.rows import NamedRow
from westmarch.db.types import now
from westmarch.subjects.names import fold

PASSWORD = "sea to the horizon"
#: As few rounds and as little memory as there may be: what is tested is no hashing.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def account(session: Session, name: str = "Nell", *, role: str = "author") -> NamedRow:
    """An account that signs in by `PASSWORD`."""
    values = {"name": name, "folded": fold(name), "role": role, "password_hash": HASH}
    session.execute(insert(Account).values(**values, password_at=now(), created_at=now()))
    found = queries.named(session, name)
    assert found is not None
    return found
