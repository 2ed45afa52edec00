"""Paths that readers ask for in vain are counted, within bounds, and keep no secrets."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from tests.schemas import taken_back
from westmarch.app import _counts_misses
from westmarch.db.database import Database, open_database
from westmarch.errors import Invalid, Unavailable
from westmarch.links import missed
from westmarch.links.missed import Miss, Missed
from westmarch.links.models import MissedPath

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


def there(_: object) -> bool:
    """There is a table."""
    return True


async def stored(db: Database) -> dict[str, tuple[int, str]]:
    """Hits and referrer of each path."""
    statement = select(MissedPath.path, MissedPath.hits, MissedPath.referrer)
    return await db.read(lambda session: {row.path: (row.hits, row.referrer) for row in session.execute(statement)})


async def test_misses_are_added_to_those_that_are_stored(db: Database) -> None:
    counted = Missed()
    counted.count("/a/", b"https://x.example/p?secret=1#f", NOON)
    counted.count("/a/", b"", NOON + timedelta(hours=1))
    assert await counted.flush(db, there)
    assert counted.waiting == 0
    assert await stored(db) == {"/a/": (2, "https://x.example/p")}
    counted.count("/a/", b"", NOON + timedelta(hours=2))
    await counted.flush(db, there)
    assert await stored(db) == {"/a/": (3, "https://x.example/p")}
    rows, total = await db.read(missed.find)
    assert (total, rows[0].first_at, rows[0].last_at) == (1, NOON, NOON + timedelta(hours=2))
    assert not await counted.flush(db, there)


@pytest.mark.parametrize(
    "path", ["/" + "a" * 300, "/a\nb", "/\x00", "/\ud800", "/\u202ea", "/admin/x", "/robots.txt", "/a//b", "x"]
)
async def test_a_path_that_no_link_can_have_is_left_out(db: Database, path: str) -> None:
    counted = Missed()
    counted.count(path, b"", NOON)
    assert counted.waiting == 0


@pytest.mark.parametrize(
    ("referrer", "page"),
    [
        (b"https://me:secret@x.example:8000/a?b=c#d", "https://x.example/a"),
        (b"http://x.example", "http://x.example"),
        (b"javascript:alert(1)", ""),
        (b"\xff", ""),
        (b"http://[", ""),
        (b"https://x.example/" + b"a" * 300, ""),
        (b"", ""),
    ],
)
def test_of_a_referrer_the_page_alone_is_kept(referrer: bytes, page: str) -> None:
    assert missed.page_of(referrer) == page


def test_no_more_paths_are_held_than_a_bound() -> None:
    counted = Missed()
    for number in range(missed.MOST_HELD + 50):
        counted.count(f"/{number}", b"", NOON)
    assert counted.waiting == missed.MOST_HELD
    counted.count("/0", b"", NOON)
    assert counted.waiting == missed.MOST_HELD + 1


async def test_the_newest_and_the_most_wanted_are_kept(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "KEPT", 2)
    many = {f"/many-{n}": Miss(100 + n, "", NOON, NOON) for n in range(3)}
    once = {f"/once-{n}": Miss(1, "", NOON, NOON + timedelta(days=n)) for n in range(1, 4)}
    await db.write(missed.store, many | once)
    assert set(await stored(db)) == {"/many-1", "/many-2", "/once-2", "/once-3"}


async def test_counts_wait_for_a_database_that_is_away(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counted = Missed()
    counted.count("/a/", b"", NOON)
    write = db.write

    async def away(*_: object) -> None:
        counted.count("/a/", b"https://x.example/", NOON + timedelta(hours=1))
        raise Unavailable("It is away.")

    monkeypatch.setattr(db, "write", away)
    with pytest.raises(Unavailable):
        await counted.flush(db, there)
    assert counted.waiting == 2
    task = asyncio.create_task(missed.run(db, counted, there, interval=0.01))
    with caplog.at_level(logging.WARNING):
        for _ in range(500):
            if "have to wait" in caplog.text:
                break
            await asyncio.sleep(0.01)
    monkeypatch.setattr(db, "write", write)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert (await stored(db))["/a/"][0] >= 2


async def test_the_list_is_sorted_searched_and_paged(db: Database) -> None:
    await db.write(missed.store, {f"/{n}": Miss(n, f"https://x.example/{n}", NOON, NOON) for n in range(1, 6)})
    rows, total = await db.read(missed.find, size=2, page=2)
    assert ([row.path for row in rows], total) == (["/3", "/2"], 5)
    rows, total = await db.read(missed.find, search="EXAMPLE/4")
    assert ([row.path for row in rows], total) == (["/4"], 1)
    assert [row.path for row in (await db.read(missed.find, sort="path"))[0]] == ["/1", "/2", "/3", "/4", "/5"]
    with pytest.raises(Invalid):
        await db.read(missed.find, sort="nonsense")


async def test_paths_are_forgotten(db: Database) -> None:
    await db.write(missed.store, {"/a": Miss(1, "", NOON, NOON), "/b": Miss(1, "", NOON, NOON)})
    assert await db.write(missed.forget, ["/a", "/c"], actor="nell") == 1
    assert set(await stored(db)) == {"/b"}


async def test_a_schema_without_the_table_is_served_and_counts_nothing(database_url: str) -> None:
    await taken_back(database_url, "0006")
    async with open_database(database_url) as db:
        counted = Missed()
        counted.count("/a/", b"", NOON)
        assert not await counted.flush(db, _counts_misses)
        assert counted.waiting == 0


# The program


async def test_readers_are_counted_who_find_nothing(reader: Reader) -> None:
    await reader.get("/gone/?token=secret", user_agent=FIREFOX, referer="https://x.example/page?q=1")
    await reader.get("/gone/", user_agent=FIREFOX, accept="application/json")
    assert await reader.app.state.missed.flush(reader.db, _counts_misses)
    assert await stored(reader.db) == {"/gone/": (2, "https://x.example/page")}


async def test_robots_heads_and_pages_that_are_there_are_not_counted(reader: Reader) -> None:
    await reader.do(post, slug="there", title="There")
    await reader.get("/gone/", user_agent="Googlebot/2.1")
    await reader.get("/gone/")
    await reader.get("/gone/", user_agent=FIREFOX, sec_purpose="prefetch")
    await reader.ask("HEAD", "/gone/", user_agent=FIREFOX)
    await reader.get("/there/", user_agent=FIREFOX)
    await reader.get("/admin/gone/", user_agent=FIREFOX)
    await reader.get("/static/gone.css", user_agent=FIREFOX)
    assert reader.app.state.missed.waiting == 0
