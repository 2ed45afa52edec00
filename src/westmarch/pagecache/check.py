"""The check that comes before each answer from the store: has the database changed since?

Both checks bring the journal up to date, and the store with it. What they promise: an answer given after a check shows
all that had been committed when its request arrived.
"""

import asyncio
import logging
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any

from sqlalchemy import URL
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from westmarch.db.database import Database
from westmarch.db.engines import postgresql_engine, sqlite_file
from westmarch.errors import Unavailable
from westmarch.pagecache.journal import Journal, newest_statement, news, news_statement

#: How long PostgreSQL may take to tell its newest position, in seconds.
PATIENCE = 5.0

logger = logging.getLogger(__name__)


class State(Enum):
    """What a check has found."""

    #: The store holds what the database says.
    CURRENT = "current"
    #: It could not be told now; the database answers by itself.
    BUSY = "busy"
    #: The database cannot be reached. Whoever asks it gets no answer either.
    AWAY = "away"


class Check(ABC):
    """Tells whether a store is what the database says."""

    @abstractmethod
    def at_once(self) -> bool:
        """Check without waiting; False where that cannot be done, or has found that it cannot be told."""

    @abstractmethod
    async def wait(self) -> State:
        """Check, and wait for it."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the connection."""

    async def state(self) -> State:
        """Check as quickly as can be done."""
        return State.CURRENT if self.at_once() else await self.wait()


class SQLiteCheck(Check):
    """Asks SQLite for `data_version`, which differs when another connection has committed.

    Once for each turn of the event loop: the flag is reset by a callback that is queued when the check is done, and the
    loop runs callbacks in their order. So a request that runs before that callback was queued, hence read from its
    socket, before the check.
    """

    def __init__(self, url: URL, journal: Journal) -> None:
        self._journal = journal
        # In autocommit, and no statement is ever left open: within a transaction data_version stands still.
        source = f"{sqlite_file(url).as_uri()}?mode=rw"
        self._connection = sqlite3.connect(source, uri=True, timeout=0, isolation_level=None)
        self._connection.execute("PRAGMA query_only=ON").fetchall()
        self._cursor = self._connection.cursor()  # One for all: making another costs a tenth of the check.
        self._loop = asyncio.get_running_loop()
        self._news, self._since = news_statement(sqlite.dialect())
        self._version: int | None = None
        self._checked = False

    def at_once(self) -> bool:
        if self._checked:
            return True
        try:
            version = self._cursor.execute("PRAGMA data_version").fetchall()[0][0]
            if version != self._version:
                # The version first: what is committed in between is found again by the next check.
                rows = self._cursor.execute(self._news, self._since(self._journal.position)).fetchall()
                self._journal.take(news(rows))
                self._version = version
        except sqlite3.Error as error:
            logger.info("The page cache cannot ask the database now: %s", error)
            return False
        self._checked = True
        self._loop.call_soon(self._forget)
        return True

    def _forget(self) -> None:
        self._checked = False

    async def wait(self) -> State:
        return State.CURRENT if self.at_once() else State.BUSY

    async def close(self) -> None:
        self._connection.close()


class PostgreSQLCheck(Check):
    """Asks PostgreSQL for the newest position. A query is for all who came before it began; one is on its way at once.

    Notifications cannot do this: they come after the commit has been acknowledged, or never.
    """

    def __init__(self, url: URL, journal: Journal) -> None:
        self._journal = journal
        self._engine = postgresql_engine(url, poolclass=NullPool)
        self._newest = newest_statement(self._engine.dialect)
        self._news, self._since = news_statement(self._engine.dialect)
        self._faults: tuple[type[Exception], ...] = (Unavailable, DBAPIError, OSError, *_driver_faults())
        self._opened: AsyncConnection | None = None
        self._driver: Any = None
        self._waiting: list[asyncio.Future[State]] = []
        self._asking: asyncio.Task[None] | None = None

    def at_once(self) -> bool:
        return False

    async def wait(self) -> State:
        answer: asyncio.Future[State] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="check of the page cache")
        return await answer

    async def _ask(self) -> None:
        try:
            while waiting := self._waiting:
                self._waiting = []
                state = State.AWAY
                try:
                    state = await self._asked()
                finally:
                    for answer in waiting:
                        if not answer.done():
                            answer.set_result(state)
        finally:
            self._asking = None

    async def _asked(self) -> State:
        """Ask once; on a new connection where the one there was is lost."""
        for again in (True, False):
            try:
                await self._catch_up()
            except TimeoutError:
                await self._drop()
                return State.AWAY
            except self._faults as error:
                await self._drop()
                if not again:
                    logger.warning("The page cache cannot ask the database: %s", error)
            else:
                return State.CURRENT
        return State.AWAY

    async def _catch_up(self) -> None:
        if self._driver is None:
            self._opened = await self._engine.connect()
            self._driver = (await self._opened.get_raw_connection()).driver_connection
        newest, epoch = await self._driver.fetchrow(self._newest, timeout=PATIENCE)
        if (newest or 0) != self._journal.position or epoch != self._journal.epoch:
            rows = await self._driver.fetch(self._news, *self._since(self._journal.position), timeout=PATIENCE)
            self._journal.take(news(rows))

    async def _drop(self) -> None:
        opened, self._opened, self._driver = self._opened, None, None
        if opened is not None:
            await opened.invalidate()
            await opened.close()

    async def close(self) -> None:
        if self._asking is not None:
            await self._asking
        await self._drop()
        await self._engine.dispose()


def _driver_faults() -> tuple[type[Exception], ...]:
    """What PostgreSQL's driver raises, which is imported only where it is used."""
    import asyncpg

    return asyncpg.PostgresError, asyncpg.InterfaceError


@asynccontextmanager
async def open_check(db: Database, journal: Journal) -> AsyncIterator[Check]:
    """The check for a database, until the block ends."""
    kind = SQLiteCheck if db.dialect == "sqlite" else PostgreSQLCheck
    check = kind(db.url, journal)
    try:
        yield check
    finally:
        await check.close()
