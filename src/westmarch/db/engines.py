"""Engines with what each database needs to be safe and quick, as measured (see docs/architecture.md)."""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from westmarch.errors import Invalid

#: How long a statement on SQLite waits for another process's write, in milliseconds.
BUSY_TIMEOUT = 5_000


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
    if name == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite+pysqlite")
    if name == "postgresql":
        return url.set(drivername="postgresql+asyncpg")
    raise Invalid(
        f"No engine for a database at {url.render_as_string(hide_password=True)!r}.",
        place="database_url",
        hint="Westmarch runs on SQLite in a file (sqlite:///path) and on PostgreSQL (postgresql://…).",
    )


def sqlite_engine(url: URL, *, readonly: bool, size: int, foreign_keys: bool = True) -> Engine:
    """An engine for SQLite whose transactions begin when SQLAlchemy says so.

    Readers begin deferred and cannot write; the writer takes its lock at once and syncs each commit to the disk
    (in WAL, `synchronous=NORMAL` loses acknowledged commits at a power cut).
    """
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT / 1000, "isolation_level": None},
    )
    begin = "BEGIN" if readonly else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON" if foreign_keys else "PRAGMA foreign_keys=OFF")
        cursor.execute("PRAGMA recursive_triggers=ON")  # REPLACE fires delete triggers only so
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA cache_size=-16000")
        if readonly:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL").fetchall()
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute(begin).close()

    return engine
