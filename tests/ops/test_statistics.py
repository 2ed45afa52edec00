"""What PostgreSQL knows of tables after much was written."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.factories import post
from westmarch.db.database import Database, open_database
from westmarch.ops import statistics


async def rows_known(db: Database) -> Any:
    """How many posts PostgreSQL takes there to be; -1 where it has not looked yet."""
    statement = text("SELECT reltuples FROM pg_class WHERE relname = 'post'")
    return await db.write(lambda session: session.scalar(statement))


async def test_tables_that_postgresql_has_not_looked_at_are_counted(postgresql_url: str) -> None:
    async with open_database(postgresql_url) as db:
        await db.write(lambda session: [post(session, f"Post {number}") for number in range(3)])
        assert await rows_known(db) == -1
        await statistics.gather(postgresql_url)
        assert await rows_known(db) == 3


async def test_what_postgresql_has_looked_at_is_left_to_it(postgresql_url: str) -> None:
    async with open_database(postgresql_url) as db:
        await statistics.gather(postgresql_url)
        await db.write(lambda session: post(session, "Post"))
        await statistics.gather(postgresql_url)
        assert await rows_known(db) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_sqlite_plans_without(database_url: str) -> None:
    await statistics.gather(database_url)
    async with open_database(database_url) as db:
        tables = await db.write(lambda session: session.scalars(text("SELECT name FROM sqlite_master")).all())
    assert not [name for name in tables if name.startswith("sqlite_stat")]
