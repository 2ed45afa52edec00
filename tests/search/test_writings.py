"""Posts, pages, topics and authors are in the index while readers find them in lists, and at no other time."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from tests import factories
from tests.search.conftest import Asking, asking, until
from westmarch.authors.models import Author
from westmarch.changes.queries import position, since
from westmarch.db.database import Database
from westmarch.posts import actions
from westmarch.search import kinds
from westmarch.settings import Settings
from westmarch.site import actions as site_actions
from westmarch.tags.models import Tag
from westmarch.textindex import prose
from westmarch.textindex.documents import Found
from westmarch.textindex.engine import Asked
from westmarch.textindex.query import EVERYTHING, AnyOf, Between, Keyword, Query, Word
from westmarch.topics.models import Topic


async def found(service: Asking, query: Query) -> list[int]:
    answer: Found = await service.app.state.index.search(Asked(query))
    return sorted(hit.id for hit in answer.hits)


def anywhere(word: str) -> Query:
    return AnyOf(tuple(Word(field, word) for field in (prose.TITLE, prose.BODY, prose.PEOPLE)))


async def soon(service: Asking, query: Query, wanted: list[int]) -> None:
    """Within a second, and what a busy machine takes besides, the index finds these and no others."""
    began = time.monotonic()

    async def so() -> bool:
        return await found(service, query) == wanted

    await until(so)
    assert time.monotonic() - began < 4


#: Ways in which posts leave lists, and come back.
HIDING = ((actions.withdraw, actions.publish), (actions.trash, actions.restore))


async def test_a_post_is_found_as_long_as_it_is_listed(db: Database, settings: Settings) -> None:
    post = await db.write(factories.post, "Quiddity", "Of what it **is**.\n", tags=("What is",), authors=("Ada",))
    there = anywhere("quiddity")
    async with asking(settings) as service:
        [author] = set(await found(service, anywhere("ada"))) - {post}
        assert await found(service, there) == [post]
        assert await found(service, Keyword(prose.KIND, "author")) == [author]
        assert await found(service, Keyword(prose.TAG, "what-is")) == [post]
        for hide, show in HIDING:
            await db.write(hide, post, factories.SITE, actor="test")
            await soon(service, there, [])
            await soon(service, anywhere("ada"), [])
            await db.write(show, post, factories.SITE, actor="test")
            await soon(service, there, [post])
            await soon(service, anywhere("ada"), sorted((post, author)))
        at_its_address = factories.draft("Quiddity", unlisted=True, authors=("Ada",))
        await db.write(actions.revise, post, at_its_address, factories.SITE, actor="test")
        await soon(service, EVERYTHING, [])
        await db.write(actions.revise, post, factories.draft("Quiddity"), factories.SITE, actor="test")
        await soon(service, EVERYTHING, [post])
        await db.write(actions.purge, post, factories.SITE, actor="test")
        await soon(service, EVERYTHING, [])


async def test_what_readers_do_not_find_is_never_in_the_index(db: Database, settings: Settings) -> None:
    await db.write(factories.post, "Secret draft", status="draft")
    await db.write(factories.post, "Secret plan", status="scheduled", published_at=factories.day(100_000))
    await db.write(factories.post, "Secret address", unlisted=True)
    gone = await db.write(factories.post, "Secret rubbish", authors=("Ada",), topic="Secrets")
    await db.write(actions.trash, gone, factories.SITE, actor="test")
    page = await db.write(factories.post, "No secret", kind="page")
    async with asking(settings) as service:
        assert await found(service, EVERYTHING) == [page]
        await db.write(factories.post, "Another secret", status="draft", authors=("Ada",), tags=("Secrets",))
        await db.write(actions.revise, page, factories.draft("A page", kind="page"), factories.SITE, actor="test")
        await soon(service, anywhere("page"), [page])
        assert await found(service, EVERYTHING) == [page]
        assert await service.app.state.index.count() == 1


async def test_what_is_written_on_drafts_concerns_no_document(db: Database) -> None:
    there = await db.write(factories.post, tags=("Sea",), authors=("Ada",))
    before = await db.read(position)
    post = await db.write(factories.post, "Ebb", status="draft", tags=("Sea",), authors=("Ada",))
    await db.write(actions.revise, post, factories.draft("Flood", status="draft"), factories.SITE, actor="test")
    assert await db.read(kinds.touched, await db.read(since, before, 500)) == set()
    await db.write(actions.publish, post, factories.SITE, actor="test")
    touched = await db.read(kinds.touched, await db.read(since, before, 500))
    assert post in touched
    assert there not in touched


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_post_is_found_under_what_it_is_called_now(db: Database, settings: Settings) -> None:
    post = await db.write(factories.post, tags=("Old",), authors=("Ada",), topic="Course")
    async with asking(settings) as service:
        await db.write(lambda session: session.execute(update(Tag).values(slug="new")))
        await soon(service, Keyword(prose.TAG, "new"), [post])
        await db.write(lambda session: session.execute(update(Author).values(name="Grace")))
        await soon(service, Word(prose.PEOPLE, "grace"), [post])
        await soon(service, Word(prose.TITLE, "grace"), await found(service, Keyword(prose.KIND, "author")))
        await db.write(lambda session: session.execute(update(Topic).values(title="Lessons")))
        await soon(service, Word(prose.TITLE, "lessons"), await found(service, Keyword(prose.KIND, "topic")))
        await db.write(actions.publish, post, factories.SITE, actor="test", at=datetime(2023, 12, 31, 23, tzinfo=UTC))
        await soon(service, Between(prose.YEAR, 2023, 2023), [post])
        await db.write(site_actions.change, {"timezone": "Asia/Tokyo"}, actor="test")
        await soon(service, Between(prose.YEAR, 2024, 2024), [post])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_prose_is_found_by_its_stems_in_its_own_language(db: Database, settings: Settings) -> None:
    english = await db.write(factories.post, "Running", "He connected them.\n")
    german = await db.write(factories.post, "Häuser", "Alte Gebäude.\n", language="de")
    async with asking(settings) as service:
        assert await found(service, Word(prose.TITLE_STEM, "run")) == [english]
        assert await found(service, Word(prose.BODY_STEM, "connect")) == [english]
        assert await found(service, Word(prose.TITLE_STEM, "haus")) == [german]


def test_the_beginning_of_a_very_long_text_is_found_alone() -> None:
    within, beyond = (prose.LONGEST_BODY - 100) // 4, 100
    text = "Beginning. " + "abc " * within + "\n" + "abc " * beyond + "ending.\n"
    made = prose.document(prose.Prose(1, "post", "Long", text, "/long/", "en"))
    assert {"beginning", "abc"} == {word for value in made.texts[prose.BODY] for word in value}
    assert len(made.source) < prose.LONGEST_SHOWN + 500
