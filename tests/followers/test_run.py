"""Running followers: who wakes them, and what happens on bad days."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from tests.followers.test_follow import Recorder, put
from tests.shells import Holding, Shell
from westmarch.changes import queries as changes
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Unreadable
from westmarch.followers import follow, run
from westmarch.followers.follow import Following
from westmarch.followers.models import Follower

on_postgresql = pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])


@asynccontextmanager
async def running(db: Database, *following: Following) -> AsyncIterator[None]:
    """The followers in the background."""
    task = asyncio.create_task(run.run(db, following, now))
    try:
        await asyncio.sleep(0)  # It has begun.
        yield
        assert not task.done(), "it runs until it is cancelled"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool], seconds: float = 8) -> float:
    """Wait for something; how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it never came"
        await asyncio.sleep(0.002)
    return time.monotonic() - began


def leased(session: Reading) -> bool:
    return session.scalar(select(Follower.leased_by)) is not None


def free(session: Session) -> None:
    session.execute(update(Follower).values(leased_by=None))


async def test_a_write_of_our_own_wakes_at_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run.INTERVAL, db.dialect, 60.0)
    recorder = Recorder()
    async with running(db, recorder.following):
        await until(lambda: recorder.rebuilt == 1)
        for key in "abc":
            await db.write(put, key)
            await until(lambda: recorder.seen[-1:] == [f"insert {key}"])  # noqa: B023 it is asked before the next key
    assert recorder.seen == ["insert a", "insert b", "insert c"]


async def test_who_writes_on_and_on_is_followed_in_batches(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run.INTERVAL, db.dialect, 60.0)
    monkeypatch.setattr(run, "GATHERING", 0.3)
    batches: list[int] = []
    following = Following("batches", lambda _, batch: batches.append(len(batch)), lambda _: batches.append(0))
    async with running(db, following):
        await until(lambda: batches == [0])
        for number in range(30):
            await db.write(put, f"key {number}")
            await asyncio.sleep(0.01)
        await until(lambda: sum(batches) == 30)
        assert len(batches) < 15


async def test_who_has_far_to_go_does_not_wait_between_batches(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "BATCH", 2)
    recorder = Recorder()
    async with running(db, recorder.following):
        await until(lambda: recorder.rebuilt == 1)
        await db.write(put, "key")  # It is seen in the next transaction, so that it does not begin anew later.
        await until(lambda: recorder.seen == ["insert key"])
    for number in range(40):
        await db.write(put, f"key {number}")
    monkeypatch.setattr(run, "GATHERING", 2.0)
    async with running(db, recorder.following):
        await until(lambda: len(recorder.seen) >= 36)


async def test_a_write_of_another_process_wakes_soon(db: Database, shell: Shell) -> None:
    recorder = Recorder()
    async with running(db, recorder.following):
        await until(lambda: recorder.rebuilt == 1)
        await asyncio.sleep(0.3 if db.dialect == "sqlite" else 1)  # by then PostgreSQL is listened to
        shell("INSERT INTO site_option (key, value) VALUES ('a', '1')")
        assert await until(lambda: recorder.seen == ["insert a"]) < 1


@on_postgresql
async def test_after_the_listening_connection_was_cut_another_one_listens(
    db: Database, shell: Shell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(run.INTERVAL, "postgresql", 60.0)
    monkeypatch.setattr(run, "REST", 0.1)
    recorder = Recorder()

    def listening() -> str:
        return shell("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'")

    async with running(db, recorder.following):
        await until(lambda: recorder.rebuilt == 1 and listening() != "")
        first = listening()
        shell(f"SELECT pg_terminate_backend({first})")
        await until(lambda: listening() not in ("", first))
        shell("INSERT INTO site_option (key, value) VALUES ('a', '1')")
        assert await until(lambda: recorder.seen == ["insert a"]) < 1
    assert "was cut" in caplog.text


@on_postgresql
async def test_it_stops_where_the_listening_connection_fails_at_that_moment(
    db: Database, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = AsyncConnection.close

    async def failing(connection: AsyncConnection) -> None:
        await close(connection)
        raise ConnectionResetError("the connection was reset")

    query = "pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
    task = asyncio.create_task(run.run(db, [Recorder().following], now))
    await until(lambda: shell(f"SELECT count(*) FROM {query}") == "1", 60)
    with monkeypatch.context() as failures:
        failures.setattr(AsyncConnection, "close", failing)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=30)
    assert done, "it listens for ever"
    assert task.cancelled()


@on_postgresql
async def test_what_came_while_nobody_listened_is_seen_when_one_listens_again(
    db: Database, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run.INTERVAL, "postgresql", 60.0)
    monkeypatch.setattr(run, "REST", 0.5)
    recorder = Recorder()
    query = "pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
    async with running(db, recorder.following):
        await until(lambda: recorder.rebuilt == 1 and shell(f"SELECT count(*) FROM {query}") == "1")
        await asyncio.sleep(0.5)  # by then it has nothing more to do
        shell(f"SELECT pg_terminate_backend(pid) FROM {query};\nINSERT INTO site_option (key, value) VALUES ('a', '1')")
        await until(lambda: recorder.seen == ["insert a"])


async def test_a_follower_that_fails_rests_and_the_others_go_on(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "REST", 0.05)
    monkeypatch.setitem(run.INTERVAL, db.dialect, 0.02)
    tries: list[float] = []

    def fails(session: Session, batch: Sequence[changes.Seen]) -> None:
        put(session, "half of an effect")
        tries.append(time.monotonic())
        if len(tries) < 4:
            raise LookupError("no such thing")

    bad, good = Following("bad", fails, lambda _session: None), Recorder("good")
    async with running(db, bad, good.following):
        await until(lambda: good.rebuilt == 1)
        await db.write(put, "a")
        await until(lambda: "insert a" in good.seen)
        assert len(tries) < 4
        await until(lambda: len(tries) == 4)
    rests = [later - earlier for earlier, later in pairwise(tries)]
    assert rests[0] >= 0.05
    assert rests[1] >= 0.1
    assert rests[2] >= 0.2
    failures = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failures) == 3
    assert all("follower bad failed" in record.getMessage() and record.exc_info for record in failures)


async def test_a_value_that_one_follower_cannot_read_does_not_stop_the_others(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run.INTERVAL, db.dialect, 0.02)

    def cannot_read(_session: Session) -> None:
        raise Unreadable("garbage", "a moment")

    bad, good = Following("bad", lambda _session, _batch: None, cannot_read), Recorder("good")
    async with running(db, bad, good.following):
        await until(lambda: good.rebuilt == 1)
        await db.write(put, "a")
        await until(lambda: "insert a" in good.seen)


async def test_a_follower_far_behind_does_not_keep_the_others_waiting(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("westmarch.followers.follow.BATCH", 1)
    order: list[str] = []

    def noting(name: str) -> Following:
        def handle(session: Session, batch: Sequence[changes.Seen]) -> None:
            order.append(name)

        return Following(name, handle, lambda _session: None)

    both = [noting("one"), noting("two")]
    await run.catch_up(db, both, "before", now())
    await db.write(free)
    await db.write(put, *"abc")
    async with running(db, *both):
        await until(lambda: len(order) == 6)
    assert order == ["one", "two"] * 3


async def test_nothing_is_written_while_there_is_nothing_to_do(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run.INTERVAL, db.dialect, 0.01)
    recorder = Recorder()
    async with running(db, recorder.following):
        await until(lambda: recorder.rebuilt == 1)
        writes: list[int] = []
        db.after_write.append(lambda: writes.append(1))
        await asyncio.sleep(0.5)
    assert len(writes) < 6, "but the first pruning, and the lease that is given back"


async def test_stopping_gives_the_lease_back(db: Database) -> None:
    written = asyncio.Event()
    async with running(db, Recorder().following):
        db.after_write.append(written.set)
        await written.wait()
        assert await db.read(leased)
    assert not await db.read(leased)
    assert db.after_write == [written.set]


async def test_a_second_process_waits_and_takes_over_when_the_first_stops(db: Database, database_url: str) -> None:
    first, second = Recorder(), Recorder()
    async with open_database(database_url) as other:
        async with running(db, first.following):
            await until(lambda: first.rebuilt == 1)
            async with running(other, second.following):
                await db.write(put, "a")
                await until(lambda: first.seen == ["insert a"])
                await asyncio.sleep(0.5)
                assert (second.rebuilt, second.seen) == (0, [])
        async with running(other, second.following):
            await other.write(put, "b")
            await until(lambda: second.seen == ["insert b"])
    assert first.seen == ["insert a"]
    assert second.rebuilt == 0


async def test_a_database_that_is_locked_is_asked_again(
    database_url: str, holding: Holding, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "REST", 0.1)
    recorder = Recorder()
    async with open_database(database_url, lock_timeout=0.1) as db:
        lock = "BEGIN IMMEDIATE" if db.dialect == "sqlite" else "BEGIN; LOCK TABLE follower"
        with holding(lock):
            task = asyncio.create_task(run.run(db, [recorder.following], now))
            await until(lambda: "Followers have to wait" in caplog.text)
        await until(lambda: recorder.rebuilt == 1)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
