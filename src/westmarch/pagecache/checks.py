"""Which check a database has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from westmarch.db.database import Database
from westmarch.pagecache.check import Check
from westmarch.pagecache.journal import Journal
from westmarch.pagecache.postgresql_check import PostgreSQLCheck
from westmarch.pagecache.sqlite_check import SQLiteCheck


@asynccontextmanager
async def open_check(db: Database, journal: Journal) -> AsyncIterator[Check]:
    """The check for a database, until the block ends."""
    kind = SQLiteCheck if db.dialect == "sqlite" else PostgreSQLCheck
    check = kind(db.url, journal)
    try:
        yield check
    finally:
        await check.close()
