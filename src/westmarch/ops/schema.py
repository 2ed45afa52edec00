"""The schema of the database: which one this release runs on, and bringing it there.

Alembic is imported only where a migration runs; whether one is needed is a look into one row.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, column, func, inspect, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from westmarch.db.engines import parse_url, sqlite_engine
from westmarch.db.faults import away, told
from westmarch.errors import Unavailable

#: The newest migration, and the oldest schema on which this release still runs.
HEAD = "0001"
OLDEST = "0001"
#: All schemas on which this release runs, oldest first.
RANGE = ("0001",)

#: The advisory lock that a migration of a PostgreSQL database holds.
MIGRATION_LOCK = 0x57455355

VERSION = table("alembic_version", column("version_num"))

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands: its schema (None: no tables), the newest one, and whether this release runs on it."""

    schema: str | None
    newest: str
    runs: bool

    @property
    def problem(self) -> str | None:
        """Why the program cannot run on this database, in one sentence, or None."""
        if self.runs:
            return None
        if self.schema is None:
            return "The database has no tables yet: run `westmarch db upgrade`."
        if self.schema < OLDEST:
            return (
                f"The database has schema {self.schema}, older than {OLDEST} on which this version runs: "
                "run `westmarch db upgrade`."
            )
        return (
            f"The database has schema {self.schema}, newer than {self.newest}, the newest that this version knows: "
            "install the version of Westmarch that made it."
        )


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did: from which schema to which, and where the copy of a SQLite database lies."""

    before: str | None
    after: str
    copy: Path | None


def version(connection: Connection) -> str | None:
    """The schema's number, None where the database has no tables of ours."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(select(VERSION.c.version_num)).scalar()


def _status(connection: Connection) -> Status:
    found = version(connection)
    return Status(found, HEAD, runs=found in RANGE)


async def status(url: str) -> Status:
    """Where the database at `url` stands. Raises Unavailable where it cannot be reached. Makes no file."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not await asyncio.to_thread(_file(parsed).is_file):
        return Status(None, HEAD, runs=False)
    return await with_connection(parsed, _status)


async def upgrade(url: str, *, to: str = "head", copies: bool = True) -> Upgrade:
    """Bring the database's schema to `to` (a number, or `head`), in one transaction that another process waits for.

    A SQLite database that has tables is copied aside before, and put back should the migration fail.
    Raises Unavailable where the engine cannot answer, and whatever the migration raises.
    """
    parsed = parse_url(url)

    def run(connection: Connection) -> Upgrade:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        before = version(connection)
        target = HEAD if to == "head" else to
        if before == target:
            return Upgrade(before, target, None)
        if before is not None and before not in RANGE and before > HEAD:
            raise Unavailable(Status(before, HEAD, runs=False).problem or "")
        copy = (
            _copy(parsed, before) if copies and before is not None and parsed.get_backend_name() == "sqlite" else None
        )
        try:
            _migrate(connection, to, down=before is not None and (to == "base" or target < before))
        except BaseException:
            if copy is not None:
                connection.rollback()
                _put_back(parsed, copy)
            raise
        return Upgrade(before, target, copy)

    return await with_connection(parsed, run)


def _migrate(connection: Connection, to: str, *, down: bool) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "westmarch:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, to)


def _file(url: URL) -> Path:
    assert url.database is not None
    return Path(url.database)


def _copy(url: URL, schema: str | None) -> Path:
    """Copy a SQLite database aside by the backup API, which sees what other connections have committed."""
    source = _file(url)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = source.with_name(f"{source.stem}-{schema}-{moment}.db")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    logger.info("The database was copied to %s before the upgrade.", copy)
    return copy


def _put_back(url: URL, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as old, closing(sqlite3.connect(_file(url))) as new:
        old.backup(new)
    logger.error("The upgrade failed; the database is as it was. The copy made before it is %s.", copy)


async def with_connection(url: URL, f: Callable[[Connection], T]) -> T:
    """Run `f` in one writing transaction of an engine of its own, without foreign keys' actions on SQLite.

    (A migration there rebuilds tables, and dropping the old one would delete what refers to it.)
    """
    try:
        if url.get_backend_name() == "sqlite":
            engine = sqlite_engine(url, readonly=False, size=1, foreign_keys=False)
            return await asyncio.to_thread(_in_engine, engine, f)
        server = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": 5})
        try:
            async with server.begin() as connection:
                return await connection.run_sync(f)
        finally:
            await server.dispose()
    except DBAPIError as error:
        if (fault := told(error)) is None:
            raise
        raise fault from error
    except OSError as error:
        raise away(error) from error


def _in_engine(engine: Engine, f: Callable[[Connection], T]) -> T:
    try:
        with engine.begin() as connection:
            result = f(connection)
            if connection.in_transaction() and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
                raise Unavailable("The database's references do not hold.", hint="Run `westmarch doctor`.")
            return result
    finally:
        engine.dispose()
