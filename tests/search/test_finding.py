"""The search over all kinds of a site."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from tests.books.records import store
from tests.factories import SITE, post
from tests.search.conftest import Asking, caught_up, until
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.posts import actions
from westmarch.search import finding
from westmarch.settings import Settings

FIND = "/api/v1/find"


@pytest.fixture
async def site(db: Database, settings: Settings) -> AsyncIterator[Asking]:
    """A site with posts, a page, a draft and a book, whose index is as the database is."""
    text = "They were running every lamp.\n\nA café stood there."
    await db.write(post, "On lighthouses", text, tags=("Sea", "Lamps"))
    await db.write(post, "About", "A page on lighthouses.", kind="page")
    await db.write(post, "Hidden lighthouses", "Nobody sees this.", status="draft", published_at=None)
    await db.write(post, "Unlisted lighthouses", "Only by its address.", unlisted=True)
    await db.write(store, [{"book_id": 7, "title": "To the Lighthouses", "authors": [{"name": "V. Woolf"}],
                            "original_publication_year": 1927, "tags": [{"slug": "sea", "title": "Sea"}]}])  # fmt: skip
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="https://example.org") as client,
    ):
        await until(lambda: caught_up(app))
        yield Asking(client, app)


async def titles(site: Asking, **parameters: Any) -> set[str]:
    return {found["title"] for found in (await site.json(FIND, **parameters))["results"]}


async def test_posts_pages_and_books_are_found_together_and_drafts_never(site: Asking) -> None:
    everything = {"On lighthouses", "About", "To the Lighthouses"}
    assert await titles(site, q="lighthouses") == everything
    assert await titles(site) == everything
    assert await titles(site, q="hidden unlisted nobody address") == set()
    found = await site.json(FIND, q="lighthouses", facets="kind,tag,year")
    assert found["facets"]["kind"] == [{"value": kind, "count": 1} for kind in ("book", "page", "post")]
    assert {"value": "sea", "count": 2} in found["facets"]["tag"]
    assert {each["kind"] for each in found["results"]} == {"book", "page", "post"}


async def test_filters_operators_and_endings_of_words_count(site: Asking) -> None:
    assert await titles(site, q="lighthouses", kind="book") == {"To the Lighthouses"}
    assert await titles(site, q="lighthouses kind:post") == {"On lighthouses"}
    assert await titles(site, q="lighthouses -kind:book -page") == {"On lighthouses"}
    assert await titles(site, q="tag:sea") == {"On lighthouses", "To the Lighthouses"}
    assert await titles(site, q="year:..1950") == {"To the Lighthouses"}
    assert await titles(site, author="woolf") == {"To the Lighthouses"}
    assert await titles(site, q="run lamp") == {"On lighthouses"}
    assert await titles(site, q='"running every"') == {"On lighthouses"}
    assert await titles(site, q='"every running"') == set()
    assert await titles(site, q="CAFE") == {"On lighthouses"}
    assert await titles(site, q="lightho", complete=1) == {"On lighthouses", "About", "To the Lighthouses"}


async def test_what_is_published_withdrawn_or_renamed_follows(site: Asking) -> None:
    db: Database = site.app.state.db
    made = await db.write(post, "On harbours", "Quays.")

    async def there() -> bool:
        return await titles(site, q="quays") == {"On harbours"}

    await until(there)
    await db.write(actions.trash, made, SITE, actor="test")

    async def gone() -> bool:
        return await titles(site, q="quays") == set()

    await until(gone)


async def test_the_api_of_books_is_in_the_site_at_the_same_path_and_has_books_alone(site: Asking) -> None:
    found = await site.json(q="lighthouses")
    assert [book["book_id"] for book in found["results"]] == [7]
    answer = await site.get(year="abc")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    answer = await site.client.post("/api/v1/search/")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    document = await site.json("/api/v1/openapi.json")
    assert "/api/v1/find" in document["paths"]
    assert (await site.get("/api/docs")).status_code == 200


async def test_books_are_found_by_the_words_of_their_tags(site: Asking) -> None:
    assert await titles(site, q="sea", kind="book") == {"To the Lighthouses"}


async def test_what_one_field_has_seldom_is_counted_exactly(site: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "COUNTED", 1)
    monkeypatch.setattr(finding, "FACET_SIZE", 2)
    tags = (await site.json(FIND, q="lighthouses", facets="tag"))["facets"]["tag"]
    # Posts tell of `lamps` alone, for it comes first; that `sea` is theirs too is asked apart.
    assert {"value": "sea", "count": 2} in tags
