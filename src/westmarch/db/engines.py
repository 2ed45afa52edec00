"""Engines with what each database needs to be safe and quick, as measured (see docs/architecture.md)."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from westmarch.db.faults import silent
from westmarch.errors import Invalid, Unreadable

#: How long a statement waits for another process's write, in seconds.
LOCK_TIMEOUT = 5.0
#: How long a connection to PostgreSQL may take to come about, in seconds.
CONNECT_TIMEOUT = 5.0
#: How long PostgreSQL may take to answer one statement, in seconds: a server that hangs does not close its connections.
ANSWER_TIMEOUT = 15.0
#: How PostgreSQL plans what only reads: a statement once for each connection. To plan it with its values each time took
#: longer than to run it, and one plan does for all values, as pages walk in indexes. Reading from those at random costs
#: hardly more than in order; told so, the planner takes them also for tables of which it has no statistics yet.
_PLANNING = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1", "jit": "off"}
#: So many statements a connection keeps prepared; pages have about a hundred.
_PREPARED = 256
#: What may stand behind the question mark of a PostgreSQL URL; `sslmode` is what other programs call `ssl`.
_PARAMETERS = frozenset({"host", "port", "ssl", "sslmode"})


def parse_url(text: str) -> URL:
    """The database's URL with its driver filled in. Raises Invalid for what is neither SQLite nor PostgreSQL."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise Invalid(
            "The database's URL cannot be read.",
            place="database_url",
            hint="Write sqlite:///path/to/westmarch.db or postgresql://user:password@host/name.",
        ) from error
    name = url.get_backend_name()
    parameters = _PARAMETERS if name == "postgresql" else frozenset()
    if unknown := sorted(set(url.query) - parameters):
        known = f"There are: {', '.join(sorted(parameters))}." if parameters else "SQLite has none."
        raise Invalid(f"The database's URL has the unknown parameter {unknown[0]!r}.", place="database_url", hint=known)
    if name == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite+pysqlite")
    if name == "postgresql":
        if "sslmode" in url.query:
            url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
        return url.set(drivername="postgresql+asyncpg")
    raise Invalid(
        f"No engine for a database at {url.render_as_string(hide_password=True)!r}.",
        place="database_url",
        hint="Westmarch runs on SQLite in a file (sqlite:///path) and on PostgreSQL (postgresql://…).",
    )


def sqlite_file(url: URL) -> Path:
    """The file of a SQLite database."""
    assert url.database is not None
    return Path(url.database).absolute()


def sqlite_engine(
    url: URL, *, readonly: bool, size: int, lock_timeout: float = LOCK_TIMEOUT, migrates: bool = False
) -> Engine:
    """An engine for SQLite whose transactions begin when SQLAlchemy says so.

    Readers begin deferred and cannot write; the writer takes its lock at once and syncs each commit to the disk
    (in WAL, `synchronous=NORMAL` loses acknowledged commits at a power cut). Only an engine that `migrates` makes a
    file that is not there. It leaves foreign keys alone: a migration there rebuilds tables, and dropping the old one
    would delete what refers to it.
    """
    source = f"{sqlite_file(url).as_uri()}?mode={'rwc' if migrates else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            source, uri=True, timeout=lock_timeout, check_same_thread=False, isolation_level=None, cached_statements=256
        )

    engine = create_engine(url, creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF" if migrates else "PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA recursive_triggers=ON")  # REPLACE fires delete triggers only so
        cursor.execute("PRAGMA synchronous=FULL")
        if readonly:
            cursor.execute("PRAGMA query_only=ON")
        else:
            _write_ahead(cursor, lock_timeout)
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        if readonly:  # It waits for nothing, and through SQLAlchemy it would cost as much as half of a statement.
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _write_ahead(cursor: DBAPICursor, lock_timeout: float) -> None:
    """Turn the write-ahead log on. Two that do so with a new file at once are refused without a wait: we wait here."""
    patience = time.monotonic() + lock_timeout
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.fetchall()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > patience:
                raise
            time.sleep(0.01)
        else:
            return


def postgresql_engine(
    url: URL,
    *,
    readonly: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    answer_timeout: float | None = ANSWER_TIMEOUT,
    **options: Any,
) -> AsyncEngine:
    """An engine for PostgreSQL that waits `lock_timeout` seconds at most where another transaction holds a lock.

    One that is `readonly` cannot write, and each of its transactions is one snapshot.

    A statement that has no answer after `answer_timeout` seconds (None: whenever it comes) raises Unavailable and costs
    its connection. A TimeoutError of the function that runs the statement is not touched by that.

    Raises Invalid where the driver is not installed.
    """
    settings = {"application_name": "westmarch", "lock_timeout": f"{lock_timeout * 1000:.0f}ms"}
    if readonly:
        settings |= _PLANNING
        options["execution_options"] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    arguments = {
        "timeout": CONNECT_TIMEOUT,
        "command_timeout": answer_timeout,
        "prepared_statement_cache_size": _PREPARED,
        "server_settings": settings,
    }
    try:
        engine = create_async_engine(url, connect_args=arguments, **options)
    except ModuleNotFoundError as error:
        raise Invalid(
            "The driver for PostgreSQL is not installed.",
            place="database_url",
            hint="Install it: pip install 'westmarch[postgresql]'.",
        ) from error

    @event.listens_for(engine.sync_engine, "handle_error")
    def give_up(context: ExceptionContext) -> Exception | None:
        # The driver raises both bare: OverflowError for a moment beyond the years of Python. After the other the
        # statement may still be running, so nobody else may get the connection.
        if isinstance(context.original_exception, OverflowError):
            return Unreadable(context.original_exception, "a moment")
        if not isinstance(context.original_exception, TimeoutError):
            return None
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
        return silent(answer_timeout)

    return engine
