"""The schema of the database: which one this release runs on, and bringing it there.

Alembic is imported only where a migration runs; whether one is needed is a look into one row.
"""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, column, func, inspect, select, table
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import NullPool

from westmarch.db.engines import ANSWER_TIMEOUT, parse_url, postgresql_engine, sqlite_engine, sqlite_file
from westmarch.db.faults import FAULTS, away, told
from westmarch.db.sessions import Reading
from westmarch.errors import Unavailable

#: Where Alembic finds the migrations.
SCRIPTS = "westmarch:migrations"
#: All schemas on which this release runs, oldest first; the last one is the newest migration.
RANGE = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
OLDEST, HEAD = RANGE[0], RANGE[-1]

#: The advisory lock that a migration of a PostgreSQL database holds.
MIGRATION_LOCK = 0x57455355
#: How long an upgrade waits for another process, which may upgrade too, in seconds.
LOCK_TIMEOUT = 60.0

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

    @property
    def lacks(self) -> str | None:
        """What to do about a database of an older schema on which the program runs in part; None where it has all."""
        if not self.runs or self.schema == self.newest:
            return None
        return (
            f"The database has schema {self.schema}: what is newer (schema {self.newest}) is left out until "
            "`westmarch db upgrade`."
        )

    @property
    def mend(self) -> str:
        """What makes a database with a problem one to run on."""
        newer = self.schema is not None and self.schema >= OLDEST
        return "install the version of Westmarch that made it" if newer else "westmarch db upgrade"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did: from which schema to which, and where the copy of a SQLite database lies."""

    before: str | None
    after: str | None
    copy: Path | None


def version(connection: Connection) -> str | None:
    """The schema's number, None where the database has no tables of ours."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(select(VERSION.c.version_num)).scalar()


def reached(session: Reading, number: str, known: set[str] | None = None) -> bool:
    """Whether the database has schema `number` or a later one, so that what it brought can be asked for.

    `known` are schemas that it is known to have reached: of them it is not asked again.
    """
    if known and number in known:
        return True
    # A page that asks depends on no row by it: an upgrade throws every page out.
    found = session.scalar(select(VERSION.c.version_num).execution_options(reads=()))
    if found is None or found < number:
        return False
    if known is not None:
        known.update(each for each in RANGE if each <= found)
    return True


def _status(connection: Connection) -> Status:
    found = version(connection)
    return Status(found, HEAD, runs=found in RANGE)


async def status(url: str) -> Status:
    """Where the database at `url` stands. Raises Unavailable where it cannot be reached. Makes no file."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not await asyncio.to_thread(sqlite_file(parsed).is_file):
        return Status(None, HEAD, runs=False)
    return await with_connection(parsed, _status)


async def upgrade(url: str, *, to: str | None = None) -> Upgrade:
    """Bring the database's schema to `to` (a number, or `base`; else the newest), in one transaction.

    Another process that does the same waits for it.

    On the newest schema this also makes triggers anew that are missing or old. A SQLite database that has tables is
    copied aside before its schema changes, and put back should the migration fail after it has committed something.
    Raises Unavailable where the engine cannot answer, and whatever the migration raises.
    """
    parsed = parse_url(url)

    def run(connection: Connection) -> Upgrade:
        before = locked(connection)
        if before is not None and before not in RANGE and before > HEAD:
            raise Unavailable(Status(before, HEAD, runs=False).problem or "")
        target = to or HEAD
        after = None if target == "base" else target
        down = before is not None and (after is None or after < before)
        work = partial(migrate, connection, target, down=down)
        if before not in (None, after) and parsed.get_backend_name() == "sqlite":
            return Upgrade(before, after, _migrate_a_copied_file(connection, sqlite_file(parsed), before, work))
        work()
        return Upgrade(before, after, None)

    return await with_connection(parsed, run, migrates=True)


def locked(connection: Connection) -> str | None:
    """The schema's number as `version`, which no other migration changes until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
    return version(connection)


def migrate(connection: Connection, to: str, *, down: bool = False) -> None:
    """Bring the schema to `to` inside the transaction that is open; `locked` comes before."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, to)


def _migrate_a_copied_file(connection: Connection, file: Path, schema: str | None, migrate: Callable[[], None]) -> Path:
    """Run a migration of a SQLite database, which is copied before; return the copy.

    Should the migration fail, its transaction is rolled back. Only where something of it was committed is the copy put
    back: else that would undo what another process has written since. `data_version`, asked for by a connection that
    never writes while ours holds the lock, changes exactly when we commit (https://www.sqlite.org/pragma.html).
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as watch:
        copy = _copy(watch, file.with_name(f"{file.stem}-{schema}.db"), like=file)
        before = watch.execute("PRAGMA data_version").fetchall()
        try:
            migrate()
        except BaseException:
            committed = watch.execute("PRAGMA data_version").fetchall() != before
            connection.rollback()
            if committed:
                with closing(sqlite3.connect(copy)) as old:
                    old.backup(watch)
            logger.error("The upgrade failed; the database is as it was. The copy made before it is %s.", copy)
            raise
    return copy


def _copy(source: sqlite3.Connection, copy: Path, *, like: Path) -> Path:
    """Copy a SQLite database by the backup API, which sees what all connections have committed; all of it or nothing.

    The copy replaces an older one of the same schema, so that a failing upgrade that is tried again fills no disk.
    """
    part = copy.with_suffix(".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as new:
        source.backup(new)
    shutil.copymode(like, part)
    part.replace(copy)
    logger.info("The database was copied to %s before the upgrade.", copy)
    return copy


async def with_connection(url: URL, f: Callable[[Connection], T], *, migrates: bool = False) -> T:
    """Run `f` in one transaction of an engine of its own, which can write only if it `migrates`.

    A migration may take its time; a look gives up a server that does not answer. Raises Unavailable where the engine
    cannot answer.
    """
    try:
        if url.get_backend_name() == "sqlite":
            engine = sqlite_engine(url, readonly=not migrates, size=1, lock_timeout=LOCK_TIMEOUT, migrates=migrates)
            return await asyncio.to_thread(_in_sqlite, engine, f, migrates=migrates)
        server = postgresql_engine(
            url,
            lock_timeout=LOCK_TIMEOUT,
            answer_timeout=None if migrates else ANSWER_TIMEOUT,
            poolclass=NullPool,
            execution_options={"postgresql_readonly": not migrates},
        )
        return await _in_postgresql(server, f)
    except FAULTS as error:
        if (fault := told(error)) is None:
            raise
        raise fault from error


async def _in_postgresql(engine: AsyncEngine, f: Callable[[Connection], T]) -> T:
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(f)
    except OSError as error:
        raise away(error) from error
    finally:
        await engine.dispose()


def _in_sqlite(engine: Engine, f: Callable[[Connection], T], *, migrates: bool) -> T:
    try:
        with engine.begin() as connection:
            result = f(connection)
            if migrates and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
                raise Unavailable("The database's references do not hold.", hint="Run `westmarch doctor`.")
            return result
    finally:
        engine.dispose()
