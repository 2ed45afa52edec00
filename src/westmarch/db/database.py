"""The database as the edges see it: whole functions that read, whole functions that write.

`read` and `write` take a plain function whose first argument is a session and run all of it: on SQLite in a thread with
a connection of its own, on PostgreSQL through an asynchronous driver. No transaction is open across an await of ours.
"""

import asyncio
import contextvars
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from westmarch.db.engines import ANSWER_TIMEOUT, LOCK_TIMEOUT, parse_url, postgresql_engine, sqlite_engine
from westmarch.db.faults import FAULTS, away, told, transient
from westmarch.db.sessions import Direct, Reading
from westmarch.db.settled import cancellations

P = ParamSpec("P")
T = TypeVar("T")

#: Threads, and so connections, that read from SQLite at once.
READERS = 2
#: Connections to PostgreSQL, for reading and for writing each.
CONNECTIONS = 8
#: How often a write that another one pushed aside is run.
TRIES = 5


class Database(ABC):
    """A database that whole functions run in."""

    def __init__(self, url: URL) -> None:
        self.url = url
        #: Called in the event loop after each write, for those who wait for changes.
        self.after_write: list[Callable[[], None]] = []

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.get_backend_name()

    @property
    @abstractmethod
    def reading_engine(self) -> Engine:
        """The engine whose connections `read` uses, for who listens to its events."""

    @abstractmethod
    async def read(self, f: Callable[Concatenate[Reading, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `f` in one snapshot that cannot be written. Raises Unavailable where the engine cannot answer."""

    @abstractmethod
    async def write(self, f: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `f` in one transaction, committed before this returns; an exception rolls all of it back.

        Where another write was in the way, `f` runs again from the start. Raises Unavailable where the engine cannot
        answer.
        """

    @abstractmethod
    async def close(self) -> None:
        """Let go of all connections."""

    def _written(self) -> None:
        for call in self.after_write:
            call()


class SQLiteDatabase(Database):
    """One file: a few threads that read, one that writes."""

    def __init__(self, url: URL, *, lock_timeout: float) -> None:
        super().__init__(url)
        self._reading = sqlite_engine(url, readonly=True, size=READERS, lock_timeout=lock_timeout)
        self._writing = sqlite_engine(url, readonly=False, size=1, lock_timeout=lock_timeout)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")

    @property
    def reading_engine(self) -> Engine:
        return self._reading

    async def read(self, f: Callable[Concatenate[Reading, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with self._reading.begin() as connection, Direct(connection, autoflush=False) as session:
                return f(session, *args, **kwargs)

        return await self._in_thread(self._readers, run)

    async def write(self, f: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()

        def run() -> T:
            with self._writing.begin() as connection, Direct(connection, autoflush=True) as session:
                result = f(session, *args, **kwargs)
                session.flush()
            # From here, so that it is told even where nobody awaits the write any more.
            loop.call_soon_threadsafe(self._written)
            return result

        return await self._in_thread(self._writer, run)

    async def _in_thread(self, executor: ThreadPoolExecutor, run: Callable[[], T]) -> T:
        context = contextvars.copy_context()
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, context.run, run)
        except FAULTS as error:
            if (fault := told(error)) is None:
                raise
            raise fault from error

    async def close(self) -> None:
        self._readers.shutdown()
        self._writer.shutdown()
        self._reading.dispose()
        self._writing.dispose()


class PostgreSQLDatabase(Database):
    """A server: sessions run inside the event loop, their waiting is the driver's."""

    def __init__(self, url: URL, *, lock_timeout: float, answer_timeout: float | None) -> None:
        super().__init__(url)
        self._reading = postgresql_engine(
            url,
            readonly=True,
            lock_timeout=lock_timeout,
            answer_timeout=answer_timeout,
            pool_size=CONNECTIONS,
            max_overflow=0,
        )
        # A read on a connection that has died is run again. A write is not, as it may have been committed: so that a
        # restart of the server costs no write, the connection is tried before it.
        self._writing = postgresql_engine(
            url,
            lock_timeout=lock_timeout,
            answer_timeout=answer_timeout,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            execution_options={"isolation_level": "READ COMMITTED"},
        )

    @property
    def reading_engine(self) -> Engine:
        return self._reading.sync_engine

    async def read(self, f: Callable[Concatenate[Reading, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        async def run() -> T:
            async with AsyncSession(self._reading, autoflush=False, expire_on_commit=False) as session:
                await _connect(session)
                return await session.run_sync(lambda s: f(s, *args, **kwargs))

        return await self._retried(run, reconnect=True)

    async def write(self, f: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        async def run() -> T:
            async with AsyncSession(self._writing, expire_on_commit=False) as session, session.begin():
                await _connect(session)
                return await session.run_sync(lambda s: f(s, *args, **kwargs))

        result = await self._retried(run, reconnect=False)
        self._written()
        return result

    async def _retried(self, run: Callable[[], Awaitable[T]], *, reconnect: bool) -> T:
        tries, before = TRIES, cancellations()
        while True:
            tries -= 1
            try:
                return await run()
            except FAULTS as error:
                if cancellations() > before:
                    raise asyncio.CancelledError from error
                again = isinstance(error, DBAPIError) and (
                    transient(error) or (reconnect and error.connection_invalidated)
                )
                if tries and again:
                    continue
                if (fault := told(error)) is None:
                    raise
                raise fault from error

    async def close(self) -> None:
        await self._reading.dispose()
        await self._writing.dispose()


async def _connect(session: AsyncSession) -> None:
    """Take a connection before the function begins, so that an OSError of its own is not taken for the server's."""
    try:
        await session.connection()
    except OSError as error:
        raise away(error) from error


@asynccontextmanager
async def open_database(
    url: str, *, lock_timeout: float = LOCK_TIMEOUT, answer_timeout: float | None = ANSWER_TIMEOUT
) -> AsyncIterator[Database]:
    """The database at `url` (`sqlite:///…`, `postgresql://…`) until the block ends. Raises Invalid for another URL.

    A statement waits `lock_timeout` seconds at most for the write of another process, and `answer_timeout` seconds for
    PostgreSQL's answer (None: whenever it comes), then raises Unavailable.
    """
    parsed = parse_url(url)
    database: Database
    if parsed.get_backend_name() == "sqlite":
        database = SQLiteDatabase(parsed, lock_timeout=lock_timeout)
    else:
        database = PostgreSQLDatabase(parsed, lock_timeout=lock_timeout, answer_timeout=answer_timeout)
    try:
        yield database
    finally:
        await database.close()
