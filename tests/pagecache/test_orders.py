"""Orders in which things happen that are rare: commits that overtake others, readers that take long, turns."""

import asyncio

import pytest
from sqlalchemy import Update, update
from sqlalchemy.pool import NullPool

from tests.pagecache.cached import Cached
from tests.pagecache.test_races import KEY, Paused, ask, body, rename
from westmarch.db.database import open_database
from westmarch.db.engines import postgresql_engine
from westmarch.posts.models import Post


def retitle(slug: str, title: str) -> Update:
    return update(Post).where(Post.slug == slug).values(title=title)


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def test_two_commits_that_end_in_another_order_than_they_began_are_both_seen(cached: Cached) -> None:
    engine = postgresql_engine(cached.db.url, poolclass=NullPool)
    await cached.visit(("/p1/", "/p2/"))
    async with engine.connect() as first, engine.connect() as second:
        await first.execute(retitle("p1", "First begun"))
        await second.execute(retitle("p2", "First done"))
        await second.commit()
        assert "First done" in (await cached.get("/p2/")).text
        assert "First begun" not in (await cached.get("/p1/")).text
        assert await cached.status("/p1/") == "westmarch; hit"
        await first.commit()
        assert "First begun" in (await cached.get("/p1/")).text
    await engine.dispose()


async def test_a_reader_of_an_older_snapshot_gets_nothing_into_the_store(cached: Cached, database_url: str) -> None:
    long = Paused(cached.db)
    reading = asyncio.create_task(ask(cached.pages, long))
    await long.reached.wait()
    async with open_database(database_url) as other:
        for number in range(3):
            await other.write(rename, f"Title {number}")
            await cached.visit(("/p1/", "/p2/"))
    assert "Title 2" in (await cached.get("/p1/")).text
    long.go_on.set()
    assert body(await reading) == "Post 1"
    assert cached.pages.store.get(KEY) is None
    assert body(await ask(cached.pages, long)) == "Title 2"


async def test_a_page_that_is_asked_for_in_the_turn_of_its_change_shows_it(cached: Cached) -> None:
    asked: list[asyncio.Task[str]] = []

    async def text() -> str:
        return (await cached.get("/p1/")).text

    # Called in the turn in which the write is known to be done.
    cached.db.after_write.append(lambda: asked.append(asyncio.create_task(text(), name="reader")))
    await cached.visit(("/p1/",))
    for number in range(20):
        assert await cached.status("/p1/") == "westmarch; hit"
        await cached.db.write(rename, f"Title {number};")
        assert f"Title {number};" in await asked.pop()
