"""Whoever follows the log by position sees each change once, however many write at once."""

import asyncio
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from tests.changes.logged import MOMENT
from westmarch.changes import queries
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.subjects.models import Subject

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])

WRITERS, READERS = 6, 3


def some_rows(session: Session, number: int) -> None:
    """A few rows; every tenth transaction has many and is slow, so that it takes its ids early and commits late."""
    slow = number % 10 == 0
    session.execute(insert(Subject), [{"kind": "note", "created_at": MOMENT}] * (80 if slow else 1 + number % 4))
    if slow and session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_sleep(0.02)"))
    if number % 7 == 0:
        raise LookupError


def subjects(session: Reading) -> set[int]:
    return set(session.scalars(select(Subject.id)))


async def follow(db: Database, after: int, done: asyncio.Event) -> list[queries.Seen]:
    """All changes behind a position, as one sees them who only ever asks for what is newer than the newest seen."""
    seen: list[queries.Seen] = []
    while True:
        last_look = done.is_set()
        found = await db.read(queries.since, after, 500)
        seen += found
        after = found[-1].position if found else after
        if last_look and not found:
            return seen
        await asyncio.sleep(0.001)


def assert_each_once(seen: list[queries.Seen], stored: set[int]) -> None:
    positions = [change.position for change in seen]
    assert positions == sorted(set(positions)), "in order, none twice"
    found = Counter(change.row_key[0] for change in seen)
    assert set(found.values()) <= {1}
    assert stored - set(found) == set(), "not one is skipped"
    assert set(found) - stored == set(), "not one was rolled back"


@on_postgresql
async def test_six_writers_and_not_one_row_is_skipped_on_postgresql(db: Database, database_url: str) -> None:
    done, began = asyncio.Event(), time.monotonic()
    after = await db.read(queries.position)
    left = iter(range(700))

    async def write() -> None:
        for number in left:
            try:
                await db.write(some_rows, number)
            except LookupError:
                continue

    async with open_database(database_url) as other:
        readers = [asyncio.create_task(follow(other, after, done)) for _ in range(READERS)]
        await asyncio.gather(*(write() for _ in range(WRITERS)))
        done.set()
        seen = await asyncio.gather(*readers)
    stored = await db.read(subjects)
    assert len(stored) >= 3_000
    for one in seen:
        assert_each_once(one, stored)
    assert time.monotonic() - began < 15


_OTHER_WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
for number in range(150):
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(1 + number % 4):
        connection.execute("INSERT INTO subject (kind, created_at) VALUES ('book', '2026-05-01 09:30:00.000000')")
    connection.execute("ROLLBACK" if number % 7 == 0 else "COMMIT")
"""


@on_sqlite
async def test_two_processes_write_and_not_one_row_is_skipped_on_sqlite(db: Database, database_url: str) -> None:
    done, after = asyncio.Event(), await db.read(queries.position)
    file = database_url.removeprefix("sqlite:///")
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _OTHER_WRITER, file, stderr=subprocess.PIPE)
    readers = [asyncio.create_task(follow(db, after, done)) for _ in range(READERS)]
    for number in range(150):
        try:
            await db.write(some_rows, number)
        except LookupError:
            continue
    _, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    done.set()
    stored = await db.read(subjects)
    assert len(stored) > 600
    for one in await asyncio.gather(*readers):
        assert_each_once(one, stored)
