"""Views are counted without keeping anybody waiting, and what is read most follows from them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.conftest import in_a_loop_apart
from tests.factories import START, day, post
from tests.readers import Reader
from tests.schemas import taken_back
from tests.serving import new_site, serving
from westmarch.changes import queries as changes
from westmarch.db.database import Database, open_database
from westmarch.errors import Unavailable
from westmarch.ops import schema
from westmarch.posts import actions, queries, views
from westmarch.posts.models import PostView
from westmarch.posts.views import Views
from westmarch.site.options import Site

TODAY = START.date()
FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


async def stored(db: Database) -> list[tuple[int, date, int]]:
    """What is in the table, oldest first."""
    statement = select(PostView.post_id, PostView.day, PostView.views).order_by(PostView.day, PostView.post_id)
    return await db.read(lambda session: [(row.post_id, row.day, row.views) for row in session.execute(statement)])


async def most_read(db: Database) -> list[int]:
    return [row.id for row in await db.read(queries.most_read, queries.PLACES)]


async def posts(db: Database, number: int) -> list[int]:
    """Posts of one day each, the newest last."""
    return [await db.write(post, f"P{each}", published_at=day(each)) for each in range(number)]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so; fails after a while."""
    for _ in range(1000):
        if await condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it has not come to pass")


def read(session: Session, counts: dict[int, int], on: date = TODAY) -> None:
    views.store(session, counts, on)


# What a view is


def asked(method: str = "GET", agent: bytes = FIREFOX, **headers: bytes) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return {"method": method, "headers": [(b"host", b"example.org"), *named, (b"user-agent", agent)]}


@pytest.mark.unit
def test_a_reader_who_asks_for_a_page_views_it() -> None:
    assert views.came_from(asked()) == b""
    assert views.came_from(asked(sec_fetch_dest=b"document", sec_purpose=b"")) == b""


@pytest.mark.unit
@pytest.mark.parametrize(
    "request_of",
    [
        asked("HEAD"),
        asked("POST"),
        asked(sec_purpose=b"prefetch"),
        asked(sec_purpose=b"prefetch;prerender"),
        asked(purpose=b"Prefetch"),
        asked(x_moz=b"prefetch"),
        asked(agent=b""),
    ],
)
def test_head_and_what_is_fetched_ahead_is_no_view(request_of: dict[str, Any]) -> None:
    assert views.came_from(request_of) is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2; +https://openai.com/gptbot)", True),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Safari/605.1.15 (Applebot/0.1)", True),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", True),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0)", True),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/131.0.0.0 Safari/537.36", True),
        ("curl/8.10.1", True),
        ("python-requests/2.32", True),
        ("Go-http-client/2.0", True),
        ("WhatsApp/2.23.20.0", True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1", False),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Edg/131.0", False),
        ("Lynx/2.9.2 libwww-FM/2.14", False),
        ("w3m/0.5.3+git20230121", False),
    ],
)  # fmt: skip
def test_robots_are_known_by_their_names(agent: str, robot: bool) -> None:
    assert views.is_robot(agent.encode()) is robot


@pytest.mark.unit
def test_no_more_than_the_beginning_of_a_name_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[bytes] = []

    def noting(agent: bytes) -> bool:
        looked_at.append(agent)
        return False

    monkeypatch.setattr(views, "is_robot", noting)
    assert views.came_from(asked(agent=b"x" * 60_000)) is not None
    assert looked_at == [b"x" * views.LONGEST_AGENT]


# Counting


async def test_views_are_written_together_and_added_up_by_days(db: Database) -> None:
    first, second = await posts(db, 2)
    counted = Views()
    for post_id in (first, second, first):
        counted.count(post_id)
    assert await stored(db) == []
    assert await counted.flush(db, TODAY)
    assert counted.waiting == 0
    counted.count(first)
    assert await counted.flush(db, TODAY)
    counted.count(first)
    assert await counted.flush(db, TODAY + timedelta(1))
    assert await stored(db) == [(first, TODAY, 3), (second, TODAY, 1), (first, TODAY + timedelta(1), 1)]


async def test_nothing_is_written_where_nobody_reads(db: Database) -> None:
    writes: list[None] = []
    db.after_write.append(lambda: writes.append(None))
    assert not await Views().flush(db, TODAY)
    assert writes == []


async def test_a_view_is_no_change_of_the_site(db: Database) -> None:
    [post_id] = await posts(db, 1)
    before = await db.read(changes.position)
    await db.write(read, {post_id: 1})
    await db.write(read, {post_id: 1})
    assert await db.read(changes.position) == before


async def test_views_of_a_post_that_is_gone_are_left_out(db: Database) -> None:
    kept, gone = await posts(db, 2)
    counted = Views()
    for post_id in (kept, gone, 4711):
        counted.count(post_id)
    await db.write(actions.purge, gone, Site(), actor="test")
    assert await counted.flush(db, TODAY)
    assert await stored(db) == [(kept, TODAY, 1)]


async def test_what_is_held_in_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_POSTS", 3)
    counted = Views()
    for post_id in (1, 2, 3, 4, 5, 1):
        counted.count(post_id)
    assert counted.waiting == 4


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_views_wait_in_memory_while_the_database_is_locked(database_url: str) -> None:
    async with open_database(database_url, lock_timeout=0.1) as db, open_database(database_url) as other:
        [post_id] = await posts(db, 1)
        counted = Views()
        counted.count(post_id)
        locked, free = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold(session: Session) -> None:
            session.execute(select(1))
            loop.call_soon_threadsafe(locked.set)
            asyncio.run_coroutine_threadsafe(free.wait(), loop).result(20)

        holding = asyncio.ensure_future(other.write(hold))
        await locked.wait()
        with pytest.raises(Unavailable):
            await counted.flush(db, TODAY)
        counted.count(post_id)
        assert counted.waiting == 2
        free.set()
        await holding
        assert await counted.flush(db, TODAY)
        assert await stored(db) == [(post_id, TODAY, 2)]


async def test_what_is_counted_during_a_write_that_fails_is_added_to_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    [post_id] = await posts(db, 1)
    counted = Views()
    counted.count(post_id)
    store = views.store

    def fail(session: Session, counts: Any, on: date, *_: Any) -> None:
        store(session, counts, on)
        counted.count(post_id)
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(views, "store", fail)
    with pytest.raises(Unavailable):
        await counted.flush(db, TODAY)
    monkeypatch.undo()
    assert await stored(db) == []
    assert await counted.flush(db, TODAY)
    assert await stored(db) == [(post_id, TODAY, 2)]


async def test_a_write_that_has_begun_is_finished_when_the_program_stops(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    [post_id] = await posts(db, 1)
    counted = Views()
    counted.count(post_id)
    began, write = asyncio.Event(), db.write

    async def slowly(*arguments: Any) -> Any:
        began.set()
        await asyncio.sleep(0.05)
        return await write(*arguments)

    monkeypatch.setattr(db, "write", slowly)
    task = asyncio.create_task(counted.flush(db, TODAY))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert counted.waiting == 0
    assert await stored(db) == [(post_id, TODAY, 1)]


# What is read most


async def test_most_read_is_by_the_views_of_thirty_days_then_by_the_newest(db: Database) -> None:
    old, tied, newer, new = await posts(db, 4)
    await db.write(read, {old: 9}, TODAY - timedelta(views.DAYS))
    await db.write(read, {old: 1, tied: 2}, TODAY - timedelta(views.DAYS - 1))
    await db.write(read, {tied: 1, newer: 3, new: 7})
    assert await views.rank(db, TODAY)
    assert await most_read(db) == [new, newer, tied, old]


async def test_the_list_is_written_only_where_its_order_changes(db: Database) -> None:
    first, second, third = await posts(db, 3)
    await db.write(read, {first: 3, second: 2, third: 1})
    assert await views.rank(db, TODAY)
    before = await db.read(changes.position)
    await db.write(read, {first: 30})
    assert not await views.rank(db, TODAY)
    assert await db.read(changes.position) == before
    await db.write(read, {third: 2})
    assert await views.rank(db, TODAY)
    logged = await db.read(changes.since, before, 10)
    assert {(change.table, change.operation) for change in logged} == {("most_read", "update")}
    assert len(logged) == 2  # the first place keeps its post
    assert await most_read(db) == [first, third, second]


async def test_the_list_gets_shorter_when_views_grow_old(db: Database) -> None:
    first, second = await posts(db, 2)
    await db.write(read, {first: 1})
    await db.write(read, {second: 1}, TODAY + timedelta(5))
    await views.rank(db, TODAY + timedelta(5))
    assert await most_read(db) == [second, first]
    assert await views.rank(db, TODAY + timedelta(views.DAYS))
    assert await most_read(db) == [second]
    assert await views.rank(db, TODAY + timedelta(99))
    assert await most_read(db) == []


async def test_only_listed_posts_are_in_the_list_and_leave_it_at_once(db: Database) -> None:
    listed, hidden = await posts(db, 2)
    page = await db.write(post, "A page", kind="page")
    unlisted = await db.write(post, "Unlisted", unlisted=True)
    draft = await db.write(post, "Draft", status="draft", published_at=None)
    await db.write(read, dict.fromkeys((listed, hidden, page, unlisted, draft), 5))
    await views.rank(db, TODAY)
    assert await most_read(db) == [hidden, listed]
    await db.write(actions.trash, hidden, Site(), actor="test")
    assert await most_read(db) == [listed]
    await db.write(actions.purge, listed, Site(), actor="test")
    assert await most_read(db) == []


async def test_no_more_posts_are_kept_than_a_part_may_show(db: Database) -> None:
    ids = await posts(db, queries.PLACES + 3)
    await db.write(read, {each: each for each in ids})
    await views.rank(db, TODAY)
    assert await most_read(db) == sorted(ids, reverse=True)[: queries.PLACES]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_neither_the_list_nor_its_making_reads_all_posts_or_all_days(db: Database) -> None:
    """SQLite's planner would, were the statements written as they come to mind."""
    plans: list[str] = []

    def explained(session: Session) -> None:
        connection = session.connection()

        def explain(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            if statement.startswith("SELECT"):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.append("; ".join(row[3] for row in rows))

        event.listen(connection, "before_cursor_execute", explain)
        queries.most_read(session, 5)
        views.ranking(session, TODAY)

    await db.write(explained)
    reading, making = plans
    for plan in plans:
        assert "SEARCH post USING INTEGER PRIMARY KEY" in plan
        assert "ix_post_kind_visible_published_at" not in plan
    assert "SCAN most_read" in reading
    assert "SEARCH post_view USING COVERING INDEX ix_post_view_day (day>?)" in making


async def test_views_are_forgotten_after_their_time(db: Database) -> None:
    [post_id] = await posts(db, 1)
    for age in (views.KEPT_DAYS + 1, views.KEPT_DAYS, 1):
        await db.write(read, {post_id: 1}, TODAY - timedelta(age))
    await views.rank(db, TODAY)
    assert [on for _, on, _ in await stored(db)] == [TODAY - timedelta(views.KEPT_DAYS), TODAY - timedelta(1)]


# The task


async def test_the_task_writes_keeps_the_list_and_writes_the_rest_at_the_end(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await posts(db, 2)
    monkeypatch.setattr(views, "FLUSH_INTERVAL", 0.01)
    counted = Views()
    task = asyncio.create_task(views.run(db, counted, lambda: START))
    counted.count(first)

    async def made() -> bool:
        return await most_read(db) == [first]

    await until(made)
    monkeypatch.setattr(views, "FLUSH_INTERVAL", 60)
    await asyncio.sleep(0.05)
    counted.count(second)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await stored(db) == [(first, TODAY, 1), (second, TODAY, 1)]
    assert await most_read(db) == [first]  # made at most every ten minutes


async def test_the_task_goes_on_after_the_database_was_away(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    [post_id] = await posts(db, 1)
    monkeypatch.setattr(views, "FLUSH_INTERVAL", 0.01)
    write, away = db.write, True

    async def sometimes(*arguments: Any) -> Any:
        if away:
            raise Unavailable("The database went away.")
        return await write(*arguments)

    monkeypatch.setattr(db, "write", sometimes)
    counted = Views()
    counted.count(post_id)

    async def told() -> bool:
        return "1 views have to wait" in caplog.text

    async def written() -> bool:
        return bool(await stored(db))

    with caplog.at_level(logging.WARNING):
        task = asyncio.create_task(views.run(db, counted, lambda: START))
        await until(told)
        away = False
        await until(written)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await stored(db) == [(post_id, TODAY, 1)]


# On the schema before


async def test_on_the_schema_before_views_wait_until_there_is_a_table(database_url: str) -> None:
    await taken_back(database_url, "0001")
    assert (await schema.status(database_url)).runs
    async with open_database(database_url) as db:
        [post_id] = await posts(db, 1)
        counted = Views()
        counted.count(post_id)
        assert not await counted.flush(db, TODAY)
        assert counted.waiting == 1
        await schema.upgrade(database_url)
        assert await counted.flush(db, TODAY)
        await views.rank(db, TODAY)
        assert await most_read(db) == [post_id]


# Through the program


async def test_the_program_counts_the_readers_of_posts_and_pages(reader: Reader) -> None:
    [post_id] = await posts(reader.db, 1)
    await reader.do(post, "Away", slug="away", status="draft", published_at=None)
    agent = {"user_agent": FIREFOX.decode()}
    for path in ("/", "/away/", "/nothing/", "/feed.xml", "/P0/"):
        await reader.get(path, **agent)
    assert reader.app.state.views.waiting == 0
    answer = await reader.get("/p0/", **agent)
    await reader.get("/p0/?from=elsewhere", if_none_match=answer.headers["etag"], **agent)
    await reader.ask("HEAD", "/p0/", **agent)
    await reader.get("/p0/", sec_purpose="prefetch", **agent)
    await reader.get("/p0/", user_agent="curl/8.10.1")
    assert reader.app.state.views.waiting == 2
    await reader.app.state.views.flush(reader.db, TODAY)
    assert await stored(reader.db) == [(post_id, TODAY, 2)]


def test_views_are_written_when_the_server_stops(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site", "--title", "A")
    database = f"sqlite:///{site / 'westmarch.db'}"

    async def written() -> list[tuple[int, date, int]]:
        async with open_database(database) as db:
            return await stored(db)

    async def publish() -> int:
        async with open_database(database) as db:
            return (await posts(db, 1))[0]

    post_id = in_a_loop_apart(publish())
    with serving(site) as server:
        for _ in range(3):
            agent = {"User-Agent": FIREFOX.decode()}
            answer = httpx2.get(f"{server.url}/p0/", headers=agent, trust_env=False, timeout=60)
            assert answer.status_code == 200
    [(viewed, _, count)] = in_a_loop_apart(written())
    assert (viewed, count) == (post_id, 3)
