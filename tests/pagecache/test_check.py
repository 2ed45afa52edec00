"""The check before each answer: on a database that is away, or whose connection was cut."""

import asyncio
import sqlite3
from typing import Any

import pytest

from tests.pagecache.cached import Cached
from tests.pagecache.test_races import RENAME
from tests.shells import Shell
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.postgresql_check import PostgreSQLCheck
from westmarch.pagecache.sqlite_check import SQLiteCheck


def check_of(cached: Cached) -> Any:
    check = cached.pages.check
    assert isinstance(check, Check)
    return check


async def test_a_connection_that_is_cut_is_made_again(cached: Cached, shell: Shell) -> None:
    check = check_of(cached)
    if not isinstance(check, PostgreSQLCheck):
        pytest.skip("SQLite has no connection that can be cut")
    await cached.visit(("/p1/",))
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    await asyncio.to_thread(shell, f"{cut} pg_backend_pid();\n{RENAME.format('Renamed')}")
    assert "Renamed" in (await cached.get("/p1/")).text
    assert await cached.status("/p1/") == "westmarch; hit"


async def test_readers_are_answered_while_the_database_is_away_and_never_stale_after(
    cached: Cached, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = check_of(cached)
    if not isinstance(check, PostgreSQLCheck):
        pytest.skip("SQLite is a file of this machine")

    async def refused() -> None:
        raise ConnectionRefusedError

    await cached.visit(("/p1/",))
    with monkeypatch.context() as patch:
        patch.setattr(check, "_catch_up", refused)
        patch.setattr(check, "_question", None)
        assert await cached.status("/p1/") == "westmarch; hit; detail=database-away"
        assert await cached.status("/p2/") != "westmarch; fwd=miss; stored"
    await asyncio.to_thread(shell, RENAME.format("Renamed"))
    assert "Renamed" in (await cached.get("/p1/")).text


async def test_one_query_answers_all_who_came_before_it_and_none_who_came_later(
    cached: Cached, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = check_of(cached)
    if not isinstance(check, PostgreSQLCheck):
        pytest.skip("SQLite is asked at once")
    began, asked, go_on, catch_up = asyncio.Event(), 0, asyncio.Event(), check._catch_up

    async def slowly() -> None:
        nonlocal asked
        asked += 1
        began.set()
        await go_on.wait()
        await catch_up()

    monkeypatch.setattr(check, "_catch_up", slowly)
    monkeypatch.setattr(check, "_question", None)
    first = [asyncio.create_task(check.wait()) for _ in range(5)]
    await began.wait()
    later = [asyncio.create_task(check.wait()) for _ in range(5)]
    await asyncio.sleep(0.01)
    go_on.set()
    assert set(await asyncio.gather(*first, *later)) == {State.CURRENT}
    assert asked == 2


async def test_the_file_is_asked_once_in_a_turn_of_the_event_loop(cached: Cached) -> None:
    check = check_of(cached)
    if not isinstance(check, SQLiteCheck):
        pytest.skip("PostgreSQL is asked by a query")
    statements: list[str] = []
    check._connection.set_trace_callback(statements.append)
    await asyncio.sleep(0)
    assert all(check.at_once() for _ in range(10))
    assert len(statements) == 1
    await asyncio.sleep(0)
    assert check.at_once()
    assert len(statements) == 2


async def test_a_file_that_cannot_be_asked_is_busy(cached: Cached) -> None:
    check = check_of(cached)
    if not isinstance(check, SQLiteCheck):
        pytest.skip("PostgreSQL has no file")
    await cached.visit(("/p1/",))
    await asyncio.sleep(0)
    closed = sqlite3.connect(":memory:")
    kept, check._cursor = check._cursor, closed.cursor()
    closed.close()
    assert await check.state() is State.BUSY
    assert await cached.status("/p1/") == "westmarch; fwd=miss"
    check._cursor = kept
    assert await cached.status("/p1/") == "westmarch; hit"


async def test_a_text_in_the_log_that_is_no_utf_8_leaves_other_pages_stored(cached: Cached, shell: Shell) -> None:
    if not isinstance(check_of(cached), SQLiteCheck):
        pytest.skip("PostgreSQL takes no such text")
    await cached.visit(("/about/",))
    await asyncio.to_thread(shell, "UPDATE tag SET slug = CAST(x'41ff42' AS TEXT) WHERE slug = 'wind'")
    assert await cached.status("/about/") == "westmarch; hit"
