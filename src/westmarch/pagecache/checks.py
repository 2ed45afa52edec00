"""Which check a site has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from westmarch.db.database import Database
from westmarch.pagecache.check import Check
from westmarch.pagecache.journal import Journal
from westmarch.pagecache.notify_check import NotifyCheck
from westmarch.pagecache.quick_check import QuickCheck
from westmarch.pagecache.sqlite_check import SQLiteCheck

#: How it is made sure that a stored page is still true. On SQLite the exact check costs nothing, so there is one only.
Kind = Literal["exact", "notify"]


@asynccontextmanager
async def open_check(db: Database, journal: Journal, kind: Kind = "exact") -> AsyncIterator[Check]:
    """The check for a database, until the block ends."""
    check: Check
    if db.dialect == "sqlite":
        check = SQLiteCheck(db.url, journal)
    elif kind == "exact":
        check = QuickCheck(db.url, journal)
    else:
        check = NotifyCheck(db, journal)
    try:
        yield check
    finally:
        await check.close()
