"""The log is kept short, and never shorter than somebody needs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tests.changes.logged import Log, count, subject
from westmarch.changes import actions, queries
from westmarch.changes.models import Change
from westmarch.db.database import Database
from westmarch.db.sessions import Reading

NOW = datetime(2026, 5, 20, tzinfo=UTC)
WEEK = timedelta(days=7)


def aged(session: Session, ages: list[timedelta]) -> None:
    """One change of each age, the first one first, and no others."""
    session.query(Change).delete()
    for _ in ages:
        subject(session)
    session.connection().exec_driver_sql(
        "SET CONSTRAINTS ALL IMMEDIATE" if session.get_bind().dialect.name == "postgresql" else "SELECT 1"
    )
    for row, age in zip(session.scalars(select(Change.id).order_by(Change.id)).all(), ages, strict=True):
        session.execute(update(Change).where(Change.id == row).values(at=NOW - age))


def positions(session: Reading) -> list[int]:
    return [position or 0 for position in session.scalars(select(Change.position).order_by(Change.position))]


def first_are_gone(before: list[int], after: list[int]) -> int:
    """How many of the first are gone; that nothing else is."""
    assert after == before[len(before) - len(after) :]
    return len(before) - len(after)


@pytest.mark.parametrize(
    ("ages", "passed", "gone"),
    [
        ([WEEK * 3, WEEK * 2, WEEK, timedelta(0)], 4, 2),
        ([WEEK * 3, WEEK * 3, WEEK * 3, WEEK * 3], 4, 3),
        ([WEEK * 3, WEEK * 3, WEEK * 3, WEEK * 3], 2, 2),
        ([WEEK * 3, WEEK * 3, WEEK * 3, WEEK * 3], 0, 0),
        ([WEEK + timedelta(seconds=2), WEEK - timedelta(seconds=2), timedelta(0)], 3, 1),
        ([WEEK * 3], 1, 0),
    ],
    ids=[
        "seven days are kept",
        "the newest row stays",
        "a follower is never passed",
        "one that has seen nothing neither",
        "to the second",
        "one row",
    ],
)
async def test_only_what_nobody_needs_goes(db: Database, ages: list[timedelta], passed: int, gone: int) -> None:
    await db.write(aged, ages)
    before = await db.read(positions)
    limit = before[passed - 1] if passed else before[0] - 1
    newest = await db.read(queries.position)
    assert await db.write(actions.prune, passed=limit, now=NOW) == gone
    assert first_are_gone(before, await db.read(positions)) == gone
    assert await db.read(queries.position) == newest


async def test_positions_go_on_where_they_were(db: Database, log: Log) -> None:
    await db.write(aged, [WEEK * 2] * 3)
    await log.new()
    await db.write(actions.prune, passed=log.seen, now=NOW)
    assert await db.read(count) == 1
    await db.write(subject)
    [change] = await log.new()
    assert change.position > log.seen - 1


async def test_pruning_goes_in_batches(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 4)
    await db.write(aged, [WEEK * 2] * 10)
    newest = await db.read(queries.position)
    assert [await db.write(actions.prune, passed=newest, now=NOW) for _ in range(4)] == [4, 4, 1, 0]


async def test_pruning_does_not_look_through_a_whole_young_log(db: Database) -> None:
    def many(session: Session) -> None:
        newest = queries.position(session)
        rows = [
            {"table_name": "tag", "operation": "insert", "position": newest + 1 + n, "at": NOW} for n in range(20_000)
        ]
        session.execute(insert(Change), rows)

    await db.write(many)
    statement = select(Change.id).where(Change.position <= 10**9).order_by(Change.position).limit(actions.BATCH)
    explain = "EXPLAIN QUERY PLAN " if db.dialect == "sqlite" else "EXPLAIN "

    def plan(session: Session) -> str:
        session.connection().exec_driver_sql("ANALYZE")
        compiled = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
        return str(session.connection().exec_driver_sql(explain + str(compiled)).fetchall())

    assert "ix_change_position" in await db.write(plan)
    assert await db.write(actions.prune, passed=10**9, now=NOW) == 0
