"""Whole functions that read, whole functions that write."""

import asyncio
import contextvars
import threading
import time
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from tests.shells import Holding, Shell
from westmarch.db import database
from westmarch.db.database import CONNECTIONS, Database, open_database
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Unavailable
from westmarch.site.models import SiteOption

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])


def options(session: Reading) -> dict[str, Any]:
    return {row.key: row.value for row in session.execute(select(SiteOption.key, SiteOption.value))}


def put(session: Session, key: str, value: Any = 1) -> None:
    session.add(SiteOption(key=key, value=value))


def increment(session: Session, key: str, meanwhile: float = 0) -> None:
    """Read, wait, write: loses an increment where two of it overlap unseen."""
    row = session.get_one(SiteOption, key, with_for_update=True)
    if meanwhile:
        time.sleep(meanwhile)
    row.value += 1


def statement(session: Any, sql: str) -> Any:
    result = session.execute(text(sql))
    return result.scalar() if result.returns_rows else None


async def test_a_write_is_seen_by_others_before_it_returns(db: Database, shell: Shell) -> None:
    await db.write(put, "a")
    assert shell("SELECT key FROM site_option") == "a"


async def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    def half(session: Session) -> None:
        put(session, "a")
        session.flush()
        session.execute(insert(SiteOption), [{"key": "b", "value": 1}])
        raise LookupError("no further")

    with pytest.raises(LookupError, match="no further"):
        await db.write(half)
    assert await db.read(options) == {}


async def test_a_statement_on_a_table_sees_what_was_added_before_it(db: Database) -> None:
    def added(session: Session) -> list[str]:
        put(session, "a")
        return list(session.scalars(select(SiteOption.__table__.c.key)))

    assert await db.write(added) == ["a"]


async def test_a_statement_on_a_mapped_class_gives_its_objects(db: Database, shell: Shell) -> None:
    def changed(session: Session) -> None:
        put(session, "a")
        row = session.scalar(select(SiteOption).where(SiteOption.key == "a"))
        assert row is not None
        row.value = 2

    await db.write(changed)
    assert shell("SELECT value FROM site_option") == "2"


async def test_a_write_is_one_transaction(db: Database, shell: Shell) -> None:
    def watched(session: Session) -> str:
        put(session, "a")
        session.flush()
        return shell("SELECT count(*) FROM site_option")

    assert await db.write(watched) == "0"
    assert shell("SELECT count(*) FROM site_option") == "1"


async def test_a_read_is_one_snapshot_while_others_write(db: Database, shell: Shell) -> None:
    await db.write(put, "a", 0)

    def twice(session: Reading) -> tuple[Any, Any]:
        before = options(session)
        shell("UPDATE site_option SET value = '1'")
        return before, options(session)

    before, after = await db.read(twice)
    assert before == after == {"a": 0}
    assert await db.read(options) == {"a": 1}


async def test_a_reader_cannot_write(db: Database) -> None:
    def smuggled(session: Any) -> None:
        session.execute(insert(SiteOption), [{"key": "a", "value": 1}])
        session.commit()

    with pytest.raises(Unavailable, match="cannot be written"):
        await db.read(smuggled)
    assert await db.read(options) == {}


async def test_readers_go_on_while_a_transaction_writes(db: Database, holding: Holding) -> None:
    await db.write(put, "a")
    with holding("BEGIN; UPDATE site_option SET value = '2'"):
        assert await asyncio.gather(*(db.read(options) for _ in range(20))) == [{"a": 1}] * 20


async def test_no_increment_is_lost_among_many_writers(db: Database) -> None:
    await db.write(put, "a", 0)
    await asyncio.gather(*(db.write(increment, "a") for _ in range(60)))
    assert await db.read(options) == {"a": 60}


async def test_more_tasks_than_connections_wait_for_their_turn(db: Database) -> None:
    reads = [db.read(options) for _ in range(4 * CONNECTIONS)]
    writes = [db.write(put, str(number)) for number in range(4 * CONNECTIONS)]
    await asyncio.gather(*reads, *writes)
    assert len(await db.read(options)) == 4 * CONNECTIONS


async def test_each_write_is_told_once_after_its_commit(db: Database, shell: Shell) -> None:
    told: list[str] = []
    db.after_write.append(lambda: told.append(shell("SELECT count(*) FROM site_option")))
    await db.write(put, "a")
    await db.read(options)
    with pytest.raises(Conflict):
        await db.write(put, "a")
    assert told == ["1"]


async def test_what_a_task_carries_is_known_to_the_function(db: Database) -> None:
    request = contextvars.ContextVar("request", default="")
    request.set("r-1")
    assert await db.read(lambda _session: request.get()) == "r-1"
    assert await db.write(lambda _session: request.get()) == "r-1"


async def test_a_key_that_is_taken_is_a_conflict(db: Database) -> None:
    await db.write(put, "a")
    with pytest.raises(Conflict, match="taken") as conflict:
        await db.write(put, "a", 2)
    assert conflict.value.hint
    assert await db.read(options) == {"a": 1}


async def test_a_reference_to_what_is_gone_is_a_conflict(db: Database) -> None:
    with pytest.raises(Conflict, match="gone"):
        await db.write(statement, "INSERT INTO reference (from_subject_id, href) VALUES (99, '/a/')")


async def test_a_fault_of_the_program_is_not_dressed_up(db: Database) -> None:
    with pytest.raises(Exception, match="syntax error"):
        await db.read(statement, "SELEC key FROM site_option")


@on_sqlite
async def test_a_write_whose_await_was_cancelled_is_neither_lost_nor_doubled(db: Database) -> None:
    await db.write(put, "a", 0)
    begun, told = threading.Event(), asyncio.Event()

    def slow(session: Session) -> None:
        begun.set()
        increment(session, "a", meanwhile=0.2)

    db.after_write.append(told.set)
    running, waiting = asyncio.create_task(db.write(slow)), asyncio.create_task(db.write(increment, "a"))
    await asyncio.to_thread(begun.wait)
    running.cancel()
    waiting.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
    assert running.cancelled()
    await asyncio.wait_for(told.wait(), 5)
    assert await db.write(options) == {"a": 1}, "what had begun was finished, what had not was left"


@on_postgresql
async def test_a_write_cancelled_before_its_commit_is_rolled_back_and_its_connection_is_good(db: Database) -> None:
    await db.write(put, "a", 0)

    def slow(session: Session) -> None:
        increment(session, "a")
        session.flush()
        statement(session, "SELECT pg_sleep(30)")

    for _ in range(CONNECTIONS + 1):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(db.write(slow), 0.05)
    assert await db.read(options) == {"a": 0}
    await asyncio.gather(*(db.write(increment, "a") for _ in range(CONNECTIONS + 1)))
    assert await db.read(options) == {"a": CONNECTIONS + 1}


@on_postgresql
async def test_a_deadlock_is_run_again(db: Database) -> None:
    for key in "ab":
        await db.write(put, key, 0)
    tries = []

    def both(session: Session, first: str, second: str) -> None:
        tries.append(first)
        increment(session, first)
        session.flush()
        statement(session, "SELECT pg_sleep(0.1)")
        increment(session, second)

    await asyncio.gather(db.write(both, "a", "b"), db.write(both, "b", "a"))
    assert await db.read(options) == {"a": 2, "b": 2}
    assert len(tries) == 3


@on_postgresql
async def test_two_that_take_one_name_at_once_run_again_and_see_each_other(db: Database) -> None:
    def take(session: Session) -> str:
        taken = options(session)
        key = next(key for key in "abc" if key not in taken)
        statement(session, "SELECT pg_sleep(0.1)")
        put(session, key)
        return key

    assert sorted(await asyncio.gather(db.write(take), db.write(take))) == ["a", "b"]


@on_postgresql
@pytest.mark.parametrize("sql", ["SELECT * FROM site_option", "UPDATE site_option SET value = value RETURNING *"])
async def test_a_statement_prepared_before_a_change_of_the_schema_is_run_again(db: Database, sql: str) -> None:
    await db.write(put, "a")

    def run(session: Any) -> int:
        return len(session.execute(text(sql)).one())

    call = db.read if sql.startswith("SELECT") else db.write
    assert [await call(run) for _ in range(3)] == [2, 2, 2]
    async with open_database(db.url.render_as_string(hide_password=False)) as other:
        await other.write(statement, "ALTER TABLE site_option ADD COLUMN more integer")
    assert [await call(run) for _ in range(2)] == [3, 3]


@on_postgresql
async def test_after_the_server_cut_all_connections_the_next_read_and_write_go_on(db: Database, shell: Shell) -> None:
    await db.write(put, "a", 0)
    await asyncio.gather(*(db.read(options) for _ in range(CONNECTIONS)))
    await asyncio.gather(*(db.write(increment, "a") for _ in range(CONNECTIONS)))
    shell(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND datname = current_database()"
    )
    assert await db.read(options) == {"a": CONNECTIONS}
    await db.write(increment, "a")
    assert await db.read(options) == {"a": CONNECTIONS + 1}


@on_postgresql
async def test_a_write_cut_off_in_the_middle_is_told_and_not_run_again(db: Database) -> None:
    await db.write(put, "a", 0)
    tries = []

    def cut(session: Session) -> None:
        tries.append(1)
        session.execute(update(SiteOption).values(value=9))
        statement(session, "SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable, match="went away"):
        await db.write(cut)
    assert tries == [1]
    assert await db.read(options) == {"a": 0}


@on_postgresql
async def test_who_is_told_to_stop_stops_though_the_connection_fails_at_that_moment(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()

    async def failing(session: AsyncSession) -> None:
        reached.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise InterfaceError("", None, OSError(), connection_invalidated=True) from None

    monkeypatch.setattr(database, "_connect", failing)
    for asked in (db.read, db.write):
        reached.clear()
        task = asyncio.ensure_future(asked(statement, "SELECT 1"))
        await reached.wait()
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=10)
        assert done
        assert task.cancelled()
