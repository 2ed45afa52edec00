"""From which other sites readers come: counted by host, bounded, and written beside the views."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.factories import SITE, START, post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.db.database import Database
from westmarch.errors import WestmarchError
from westmarch.posts import actions, referrers, views
from westmarch.posts.models import PostReferrer
from westmarch.posts.referrers import Referrers, host_of
from westmarch.posts.views import Views

TODAY = START.date()
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


async def stored(db: Database) -> list[tuple[int, date, str, int]]:
    statement = select(PostReferrer).order_by(PostReferrer.day, PostReferrer.post_id, PostReferrer.host)
    rows = await db.read(lambda session: list(session.scalars(statement)))
    return [(row.post_id, row.day, row.host, row.views) for row in rows]


@pytest.mark.unit
def test_headers_that_are_too_long_are_not_remembered() -> None:
    before = referrers._host_of.cache_info().currsize
    assert host_of(b"https://long.example/" + b"x" * referrers.LONGEST) == ""
    assert referrers._host_of.cache_info().currsize == before


@pytest.mark.unit
@pytest.mark.parametrize(
    ("header", "host"),
    [
        (b"https://news.example/", "news.example"),
        (b"https://news.example", "news.example"),
        (b"http://WWW.News.Example:8080/a?b#c", "news.example"),
        (b"https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        (b"https://10.0.0.1/x", "10.0.0.1"),
        (b"android-app://org.example.reader/", ""),
        (b"https://user:secret@news.example/", ""),
        (b"https://localhost/", ""),
        (b"https://-news.example/", ""),
        (b"https://<script>.example/", ""),
        (b"https://news.example\\@evil.example/", ""),
        (b"https://n\xc3\xa9ws.example/", ""),
        (b"https://" + b"a." * 200 + b"example/", ""),
        (b"https://news.example/" + b"x" * 5000, ""),
        (b"about:blank", ""),
        (b"", ""),
    ],
)
def test_of_the_header_the_host_is_kept(header: bytes, host: str) -> None:
    assert host_of(header) == host


@pytest.mark.unit
def test_links_of_the_site_itself_do_not_count() -> None:
    counted = Referrers("www.example.org")
    counted.count(1, b"https://example.org/other/")
    counted.count(1, b"https://www.example.org/other/")
    assert not counted.waiting


@pytest.mark.unit
def test_of_so_many_sites_no_more_are_counted_on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referrers, "MOST_PAIRS", 2)
    counted = Referrers()
    for name in (b"a", b"b", b"c", b"a"):
        counted.count(1, b"https://" + name + b".example/")
    counted.take(TODAY)
    for name in (b"a", b"c", b"d"):
        counted.count(1, b"https://" + name + b".example/")
    assert counted.take(TODAY) == {(1, "a.example"): 1, (1, "c.example"): 1}
    counted.count(1, b"https://e.example/")
    assert counted.take(TODAY) == {}, "the day is full"
    assert counted.take(TODAY + timedelta(days=1)) == {}
    counted.count(1, b"https://e.example/")
    assert counted.take(TODAY + timedelta(days=1)) == {(1, "e.example"): 1}


async def test_a_reader_from_another_site_is_counted_with_it(reader: Reader) -> None:
    first = await reader.do(post, "First")
    for _ in range(2):  # Rendered, and from the cache.
        await reader.get("/first/", user_agent=FIREFOX, referer="https://news.example/item?id=1")
    await reader.get("/first/", user_agent=FIREFOX, referer="https://example.org/")
    await reader.get("/first/", user_agent="Somebot/1.0", referer="https://spam.example/")
    assert await reader.app.state.views.flush(reader.db, TODAY)
    assert await stored(reader.db) == [(first, TODAY, "news.example", 2)]


async def test_what_was_counted_is_added_to_the_day(db: Database) -> None:
    first = await db.write(post)
    for _ in range(2):
        counted = Views()
        counted.count(first, b"https://news.example/")
        await counted.flush(db, TODAY)
    assert await stored(db) == [(first, TODAY, "news.example", 2)]


async def test_a_post_that_is_gone_is_left_out(db: Database) -> None:
    first = await db.write(post)
    await db.write(referrers.store, {(first, "a.example"): 1, (first + 99, "b.example"): 1}, TODAY)
    assert await stored(db) == [(first, TODAY, "a.example", 1)]


async def test_what_cannot_be_written_waits(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await db.write(post)
    counted = Views()
    counted.count(first, b"https://news.example/")

    def refused(*_: object) -> None:
        raise WestmarchError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(views, "store", refused)
        with pytest.raises(WestmarchError):
            await counted.flush(db, TODAY)
    counted.count(first, b"https://news.example/")
    await counted.flush(db, TODAY)
    assert await stored(db) == [(first, TODAY, "news.example", 2)]


async def test_they_are_forgotten_with_the_views(db: Database) -> None:
    first = await db.write(post)
    long_ago = TODAY - timedelta(days=views.KEPT_DAYS + 1)
    await db.write(referrers.store, {(first, "old.example"): 1}, long_ago)
    await db.write(referrers.store, {(first, "new.example"): 1}, TODAY)
    await views.rank(db, TODAY)
    assert [host for _, _, host, _ in await stored(db)] == ["new.example"]


async def test_they_go_with_their_post(db: Database) -> None:
    first = await db.write(post)
    await db.write(referrers.store, {(first, "a.example"): 1}, TODAY)
    await db.write(actions.trash, first, SITE, actor="test")
    await db.write(actions.purge, first, SITE, actor="test")
    assert await stored(db) == []
