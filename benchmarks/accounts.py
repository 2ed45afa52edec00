"""Accounts of sites to measure, made past the pages."""

import asyncio

from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.accounts import sessions
from westmarch.accounts.models import Account
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.subjects.names import fold

NAMES = [f"Measurer {number}" for number in range(100)]
PASSWORD = "a long phrase of nobody"


def add(session: Session, password_hash: str | None = None) -> str:
    """Make accounts with the role owner, and return the cookie of a session of the last."""
    for name in NAMES:
        values = {"name": name, "folded": fold(name), "role": "owner", "created_at": now()}
        made = session.execute(
            insert(Account).values(values | {"password_hash": password_hash}).returning(Account.id)
        ).scalar_one()
    return "westmarch=" + sessions.begin(session, made, address="127.0.0.1", agent="benchmark")


def added(url: str, password_hash: str | None = None) -> str:
    """As `add`, in the database at a URL."""

    async def write() -> str:
        async with open_database(url) as db:
            return await db.write(add, password_hash)

    return asyncio.run(write())
