"""URLs of databases, and how the engines are set."""

import pytest

from tests.shells import Shell
from westmarch.db.database import Database
from westmarch.db.engines import parse_url
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///site/westmarch.db", "sqlite+pysqlite"),
        ("sqlite:////var/site/a b#c?.db".replace("?", ""), "sqlite+pysqlite"),
        ("postgresql://me:secret@host/name", "postgresql+asyncpg"),
        ("postgresql+psycopg://me@host/name", "postgresql+asyncpg"),
        ("postgresql://me@/name?host=/run/postgresql", "postgresql+asyncpg"),
    ],
)
def test_a_url_gets_its_driver(text: str, driver: str) -> None:
    assert parse_url(text).drivername == driver


@pytest.mark.unit
def test_the_ssl_mode_of_other_programs_is_understood() -> None:
    assert parse_url("postgresql://me@host/name?sslmode=require").query == {"ssl": "require"}


@pytest.mark.unit
@pytest.mark.parametrize(
    "text",
    [
        "",
        "westmarch.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://me@host/name",
        "sqlite:///x.db?mode=memory",
        "postgresql://me@host/name?sslmod=require",
    ],
)
def test_a_url_that_cannot_be_served_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_url(text)
    assert refusal.value.place == "database_url"
    assert refusal.value.hint


@pytest.mark.unit
def test_a_password_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(Invalid) as refusal:
        parse_url("mysql://me:hunter2@host/name")
    assert "hunter2" not in refusal.value.message + refusal.value.hint


def pragma(session: Reading, name: str) -> object:
    connection = session.connection()  # type: ignore[attr-defined]  # a test may look behind the curtain
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_sqlite_keeps_what_it_acknowledges_and_checks_references(db: Database) -> None:
    settings = {
        name: await db.write(pragma, name) for name in ("journal_mode", "synchronous", "foreign_keys", "query_only")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "query_only": 0}
    assert await db.read(pragma, "query_only") == 1


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def test_postgresql_gives_readers_a_snapshot_that_cannot_be_written(db: Database, shell: Shell) -> None:
    def setting(session: Reading, name: str) -> object:
        connection = session.connection()  # type: ignore[attr-defined]  # a test may look behind the curtain
        return connection.exec_driver_sql(f"SHOW {name}").scalar()

    assert await db.read(setting, "transaction_isolation") == "repeatable read"
    assert await db.read(setting, "transaction_read_only") == "on"
    assert await db.write(setting, "transaction_isolation") == "read committed"
    assert await db.write(setting, "transaction_read_only") == "off"
