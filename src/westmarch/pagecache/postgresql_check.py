"""The check on PostgreSQL: a query that all who are waiting share."""

import asyncio
import logging
from typing import Any

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from westmarch.db.engines import postgresql_engine
from westmarch.errors import Unavailable
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.journal import Journal, newest_statement, news, news_statement

#: How long PostgreSQL may take to tell its newest position, in seconds.
PATIENCE = 5.0

logger = logging.getLogger(__name__)


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
