"""What pages read and what removes them, in words: for every page and every table, without numbers of rows."""

import json
import re

import pytest

from tests.factories import day, post
from tests.pagecache.cached import PATHS, SIDES, Cached, caching, fill
from westmarch.app import cache_verbs
from westmarch.cli import cache_words
from westmarch.db.database import Database
from westmarch.db.model import Model
from westmarch.settings import Settings

#: A row that is told of by its number, or a table by its name.
UNTOLD = re.compile(r"\bthe (table|row)\b|\b(post|tag|author|topic|media|link|subject|revision|scope) \d|_")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_every_page_reads_is_told_in_words(settings: Settings, db: Database) -> None:
    async with caching(settings, db) as cached:
        await db.write(fill)
        await cached.visit()
        for path in PATHS:
            told = await explained(cached, path)
            names = await db.read(cache_words.named, told["reads"])
            phrases = cache_words.in_words(told["reads"], names)
            assert phrases, path
            assert len(phrases) == len(set(phrases)), path
            assert not [phrase for phrase in phrases if UNTOLD.search(phrase)], path
        front = cache_words.in_words((await explained(cached, "/"))["reads"], names)
        assert {"the options of the site", "which posts are read most"} <= set(front), SIDES
        post = (await explained(cached, "/p1/"))["reads"]
        phrases = cache_words.in_words(post, await db.read(cache_words.named, post))
        assert "the tags of the post “Post 1” (/p1/)" in phrases
        assert "what is at the address /p1" in phrases
        assert any(phrase.endswith("of the post “Post 1” (/p1/)") and "title" in phrase for phrase in phrases)


async def explained(cached: Cached, path: str) -> dict[str, list[dict[str, object]]]:
    bare, _, query = path.partition("?")
    answer = await cache_verbs(cached.app)["cache-explain"](path=bare, query=query, variant="")
    told: dict[str, list[dict[str, object]]] = json.loads(json.dumps(answer))
    return told


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_changes_are_told_in_words(settings: Settings, db: Database) -> None:
    await db.write(fill)

    async def said(table: str, operation: str, *key: object, columns: list[str] | None = None) -> str:
        told = {"table": table, "operation": operation, "key": list(key), "columns": columns, "position": 1}
        return cache_words.change(told, await db.read(cache_words.named, [told]))

    ids = await db.read(lambda session: {name: key for key, name in _ids(session)})
    one, sea = ids["Post 1"], ids["Sea"]
    assert await said("post", "update", one, columns=["title", "path"]) == (
        "the post “Post 1” (/p1/) changed (address, title)"
    )
    assert await said("post", "insert", one) == "the post “Post 1” (/p1/) was added"
    assert await said("post", "delete", 9999) == "the row 9999 of post was deleted"
    assert await said("tag", "update", sea, columns=["name"]) == "the tag “Sea” (/tags/sea/) changed (name)"
    assert await said("tagging", "delete", one, sea) == "the tags of the post “Post 1” (/p1/) changed"
    assert await said("related", "insert", one, 1) == "what is related to the post “Post 1” (/p1/) changed"
    assert await said("archive_count", "update", 0, 2024, 1) == (
        "how many posts of the site there are by year and month changed"
    )
    assert await said("site_option", "update", "title", columns=["value"]) == "the options of the site changed"
    assert await said("most_read", "update", 1) == "which posts are read most changed"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_post_that_readers_do_not_see_is_told_with_its_hour(db: Database) -> None:
    await db.write(post, "Soon", status="scheduled", published_at=day(2))
    assert await db.read(cache_words.hidden, "/soon/") == (
        f"There is the post “Soon”, which readers do not see: it is scheduled for {day(2):%Y-%m-%d %H:%M:%S} UTC."
    )
    assert await db.read(cache_words.hidden, "/later/") == ""


def _ids(session: object) -> list[tuple[int, str]]:
    from sqlalchemy import select, union_all
    from sqlalchemy.orm import Session

    from westmarch.posts.models import Post
    from westmarch.tags.models import Tag

    assert isinstance(session, Session)
    return [
        (row[0], row[1]) for row in session.execute(union_all(select(Post.id, Post.title), select(Tag.id, Tag.name)))
    ]


@pytest.mark.unit
def test_every_table_that_pages_read_has_words() -> None:
    """A table that is added must be told of, or named here as one that no page reads."""
    unread = {"alembic_version", "change", "epoch", "event", "reference"}
    private = {name for name, table in Model.metadata.tables.items() if table.info.get("private")}
    for name in Model.metadata.tables.keys() - unread - private:
        told = {"table": name, "operation": "update", "key": [1], "columns": None, "position": 1}
        phrase = cache_words.change(told, {(table, 1): "it" for table in (*Model.metadata.tables, "scope")})
        assert not UNTOLD.search(phrase), name
