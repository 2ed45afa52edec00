"""The check on PostgreSQL: a query that all who are waiting share."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from westmarch.db.engines import postgresql_engine
from westmarch.errors import Unavailable
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.journal import Journal, newest_statement, news, news_statement

#: How long an answer of PostgreSQL is waited for, in seconds: on the connection there is, then once more on a new one.
PATIENCE = 2.5
#: How long a request waits while PostgreSQL is known to give no answer, in seconds. One that is back answers sooner.
BRIEFLY = 0.5

logger = logging.getLogger(__name__)


class PostgreSQLCheck(Check):
    """Asks PostgreSQL for the newest position. A query is for all who came before it began; one is on its way at once.

    Notifications cannot do this: they come after the commit has been acknowledged, or never.

    Where there is no answer on a new connection either, the database is away. From then on it is asked anew for as long
    as there are requests, but each of them waits only `BRIEFLY`.
    """

    def __init__(self, url: URL, journal: Journal) -> None:
        self._journal = journal
        self._engine = postgresql_engine(url, readonly=True, poolclass=NullPool)
        self._newest = newest_statement(self._engine.dialect)
        self._news, self._since = news_statement(self._engine.dialect)
        # TimeoutError is an OSError.
        self._faults: tuple[type[Exception], ...] = (Unavailable, DBAPIError, OSError, *_driver_faults())
        self._opened: AsyncConnection | None = None
        self._driver: Any = None
        self._position: Any = None
        self._newest_told: tuple[Any, ...] = ()
        self._waiting: list[asyncio.Future[State]] = []
        self._asking: asyncio.Task[None] | None = None
        self._busy = False
        self._away = False
        self._closing = False

    def at_once(self) -> bool:
        return False

    async def wait(self) -> State:
        return await self._asked_for()

    def _asked_for(self) -> asyncio.Future[State]:
        """What a query will say that has not begun yet."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[State] = loop.create_future()
        self._waiting.append(answer)
        if self._away:
            loop.call_later(BRIEFLY, tell, (answer,), State.AWAY)
        if not self._busy:
            self._busy = True
            self._begin()
        return answer

    def _begin(self) -> None:
        """Ask for all who wait; tell them at once where the check is being closed."""
        if self._closing:
            self._busy = False
            tell(self._waiting, State.AWAY)
            return
        self._asking = asyncio.create_task(self._ask(), name="check of the page cache")

    async def _ask(self) -> None:
        waiting, self._waiting = self._waiting, []
        state = State.AWAY
        try:
            state = await self._asked()
        finally:
            self._answer(waiting, state)

    def _answer(self, waiting: Iterable[asyncio.Future[State]], state: State) -> None:
        """Tell those who waited, and ask for those who came meanwhile."""
        tell(waiting, state)
        self._busy = bool(self._waiting)
        if self._busy:
            self._begin()

    async def _asked(self) -> State:
        """Ask once; on a new connection where the one there was is lost, or gives no answer."""
        while True:
            known = self._driver is not None
            try:
                if not known:
                    async with asyncio.timeout(PATIENCE):
                        await self._connect()
                await self._catch_up()
            except self._faults as error:
                await self._drop()
                if known:
                    continue
                self._lost(error)
                return State.AWAY
            if self._away:
                self._away = False
                logger.warning("The page cache can ask the database again.")
            return State.CURRENT

    async def _connect(self) -> None:
        self._opened = await self._engine.connect()
        self._driver = (await self._opened.get_raw_connection()).driver_connection
        self._position = await self._driver.prepare(self._newest)

    async def _catch_up(self) -> None:
        self.asked += 1
        newest = tuple(await self._position.fetchrow(timeout=PATIENCE))
        if newest != self._newest_told:
            rows = await self._driver.fetch(self._news, *self._since(self._journal.position), timeout=PATIENCE)
            self._journal.take(news(rows))
            self._newest_told = newest  # If the news goes further, the next question finds out.

    def _lost(self, error: Exception) -> None:
        if self._away:
            return
        self._away = True
        reason = f"it gives no answer within {PATIENCE} s" if isinstance(error, TimeoutError) else error
        logger.warning("The page cache cannot ask the database, pages are answered as they are: %s", reason)
        # Who came while it was found out has waited for long enough.
        asyncio.get_running_loop().call_later(BRIEFLY, tell, self._waiting, State.AWAY)

    async def _drop(self) -> None:
        opened, driver, self._opened, self._driver, self._position = self._opened, self._driver, None, None, None
        if driver is not None:
            driver.terminate()  # Else SQLAlchemy says good-bye first, and waits for an answer.
        if opened is not None:
            await opened.invalidate()
            await opened.close()

    async def close(self) -> None:
        self._closing = True
        while self._asking is not None and not self._asking.done():
            await self._asking
        await self._drop()
        await self._engine.dispose()


def tell(waiting: Iterable[asyncio.Future[State]], state: State) -> None:
    """Let those who wait go on, but for those who have been told before."""
    for answer in waiting:
        if not answer.done():
            answer.set_result(state)


def _driver_faults() -> tuple[type[Exception], ...]:
    """What PostgreSQL's driver raises, which is imported only where it is used."""
    import asyncpg

    return asyncpg.PostgresError, asyncpg.InterfaceError
