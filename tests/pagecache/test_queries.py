"""One page answers with and without the parameters by which programs count readers; no other query fills the store."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import day
from tests.pagecache.cached import Cached
from tests.pagecache.test_middleware import scope
from tests.test_app import asked
from westmarch.links.models import Link
from westmarch.links.paths import fold

COUNTING = "utm_source=letter&utm_medium=email&fbclid=Iw"


@pytest.mark.parametrize("path", ["/", "/p1/", "/tags/sea/", "/feed.xml", "/feed.json?page=1", "/archive/2024/"])
async def test_a_stored_page_answers_readers_who_are_counted(cached: Cached, path: str) -> None:
    await cached.visit((path,))
    whole, before = await cached.get(path), len(cached.pages.store)
    mark = "&" if "?" in path else "?"
    for number in range(20):
        counted = await cached.get(f"{path}{mark}{COUNTING}{number}")
        assert (counted.headers["cache-status"], counted.content) == ("westmarch; hit", whole.content)
        assert "x-request-id" not in counted.headers  # Answered before the program has named the request.
    assert len(cached.pages.store) == before


async def test_a_counted_reader_may_come_first(cached: Cached) -> None:
    assert await cached.status(f"/p1/?{COUNTING}") == "westmarch; fwd=miss; stored"
    assert await cached.status("/p1/") == "westmarch; hit"


async def test_a_redirect_keeps_what_counts(cached: Cached) -> None:
    for path, query in (("/old/", COUNTING), ("/P1", f"a=1&{COUNTING}&b=2"), ("/old/", "utm_source=another")):
        answer = await cached.get(f"{path}?{query}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"https://example.org/p1/?{query}")


def declare(session: Session, path: str, query: str) -> None:
    """A link with a query, as anybody may write it with SQL."""
    session.add(Link(path=path, folded=fold(path), query=query, address="/p2/", created_at=day(0)))


async def test_a_declared_parameter_is_found_among_those_that_count(cached: Cached) -> None:
    await cached.visit(("/",))
    await cached.db.write(declare, "/", "p=7")
    answer = await cached.get(f"/?{COUNTING}&p=7")
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://example.org/p2/?{COUNTING}")


async def test_a_stranger_who_declares_what_counts_changes_no_page(cached: Cached) -> None:
    await cached.visit(("/p1/",))
    await cached.db.write(declare, "/p1/", "utm_source=x")
    assert (await cached.get("/p1/?utm_source=x")).content == (await cached.get("/p1/")).content
    assert await cached.stale() == []


@pytest.mark.parametrize("query", ["utm_%=1&a", "&&", "=", "%", "\xff", "utm_source=" + "a" * 4_000, "%75tm_source=1"])
async def test_an_odd_query_is_answered_and_takes_no_room(cached: Cached, query: str) -> None:
    await cached.visit(("/p1/",))
    before = len(cached.pages.store)
    assert (await asked(cached.app, scope("/p1/", query.encode("latin-1"))))[0] in (200, 414)
    assert len(cached.pages.store) == before
