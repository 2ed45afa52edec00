"""The page /search/: what it finds, shows and offers, and what it does where the index does not answer."""

import html
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from tests import factories
from tests.books.records import store
from tests.search.conftest import caught_up, until
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.errors import Unavailable
from westmarch.posts import actions
from westmarch.settings import Settings
from westmarch.textindex import prose
from westmarch.textindex.engine import Asked
from westmarch.textindex.query import Word

BOOKS = [
    {"book_id": 1, "title": "Tides of the World", "authors": [{"name": "Ada Byron"}], "original_publication_year": 1999,
     "language_code": "eng", "tags": [{"title": "Sea", "slug": "sea"}]},
    {"book_id": 2, "title": "紅樓夢", "authors": [{"name": "曹雪芹"}], "language_code": "zh"},
]  # fmt: skip


on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Searching:
    """A reader of a site whose index is as its database is."""

    def __init__(self, app: Any, client: AsyncClient) -> None:
        self.app = app
        self.db: Database = app.state.db
        self.client = client

    async def page(self, query: str, status: int = 200) -> str:
        answer = await self.client.get(f"/search/{query}")
        assert answer.status_code == status, (query, answer.status_code)
        return answer.text

    async def titles(self, query: str) -> list[str]:
        """The titles of the results."""
        found = re.findall(r'<h3><a href="[^"]*">(.*?)</a></h3>', await self.page(query))
        return [html.unescape(re.sub("<.*?>", "", title)) for title in found]

    async def followed(self) -> None:
        await until(lambda: caught_up(self.app))


@pytest.fixture
async def site(db: Database, settings: Settings) -> AsyncIterator[Searching]:
    """A site with posts, a page, a topic, an author and books, on each database in turn."""
    await db.write(
        factories.post, "The <tide> turns", "They were connected.\n", tags=("Sea",), authors=("Ada Lovelace",),
        topic="Tidal lessons",
    )  # fmt: skip
    await db.write(
        factories.post, "مد البحر", "المد والجزر في البحر.\n", language="ar", published_at=factories.day(800)
    )
    await db.write(factories.post, "About tides", kind="page")
    await db.write(factories.post, "A secret tide", status="draft")
    await db.write(store, BOOKS)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="https://example.org") as client,
    ):
        await until(lambda: caught_up(app))
        yield Searching(app, client)


async def test_all_kinds_are_found_and_narrowed_down(site: Searching) -> None:
    assert set(await site.titles("?q=tides")) >= {"About tides", "Tides of the World"}
    assert "The <tide> turns" in await site.titles("?q=tide")
    assert await site.titles("?q=ada&kind=author") == ["Ada Lovelace"]
    assert await site.titles("?q=tidal") == ["Tidal lessons"]
    assert set(await site.titles("?tag=sea")) == {"The <tide> turns", "Tides of the World"}
    assert await site.titles("?tag=sea&year=1999") == ["Tides of the World"]
    assert "Tides of the World" in await site.titles("?q=tides&language=en")
    assert await site.titles("?q=kind:book+tides") == ["Tides of the World"]
    assert await site.titles("?q=author:ada+-tide") == ["Tides of the World"]
    assert await site.titles("?q=year:1990..2000") == ["Tides of the World"]
    assert await site.titles("?q=%22the+tide%22") == ["The <tide> turns"]


@on_sqlite
async def test_every_script_is_found(site: Searching) -> None:
    assert await site.titles("?q=البَحْر") == ["مد البحر"]
    assert await site.titles("?q=紅樓") == ["紅樓夢"]
    assert 'lang="ar" dir="rtl"' in await site.page("?q=البحر")


@on_sqlite
async def test_what_was_looked_for_is_marked_and_nothing_else_is_html(site: Searching) -> None:
    page = await site.page("?q=tide+connecting")
    assert "The &lt;<mark>tide</mark>&gt; turns" in page
    assert "<mark>connected</mark>" in page
    answer = await site.page("?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in answer


@on_sqlite
async def test_words_that_nothing_has_are_corrected_or_left_out(site: Searching) -> None:
    assert "Tides of the World" in await site.titles("?q=tydes")
    assert "“tydes”" in await site.page("?q=tydes")
    page = await site.page("?q=world+xqzzy")
    assert "some of them" in page
    assert "Nothing found" in await site.page("?q=xqzzyxqzzy")
    assert "kind:post" in await site.page("")


async def test_drafts_are_never_shown_and_a_withdrawn_post_is_gone_at_once(site: Searching) -> None:
    assert not [title for title in await site.titles("?q=secret+tide") if "secret" in title]
    found = await site.app.state.index.search(Asked(Word(prose.TITLE, "turns")))
    [post] = [hit.id for hit in found.hits]
    await site.db.write(actions.withdraw, post, factories.SITE, actor="test")
    assert "The <tide> turns" not in await site.titles("?q=turns")
    await site.followed()
    assert await site.titles("?q=turns") == []


@on_sqlite
async def test_a_stored_page_of_results_goes_when_the_index_grows(site: Searching) -> None:
    await site.page("?q=tide")
    again = await site.client.get("/search/?q=tide")
    assert "hit" in again.headers["cache-status"]
    await site.db.write(factories.post, "Another tide")
    await site.followed()
    assert "Another tide" in await site.titles("?q=tide")


@on_sqlite
async def test_without_the_index_the_page_says_so_and_all_else_is_served(
    site: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_asked: Asked) -> None:
        raise Unavailable("The index is away.")

    monkeypatch.setattr(site.app.state.index, "search", away)
    answer = await site.client.get("/search/?q=tide")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "cannot be searched at the moment" in answer.text
    assert (await site.client.get("/")).status_code == 200
    assert (await site.client.get("/api/v1/find?q=tide")).status_code == 503


FAULTY = (
    "?q=" + "x" * 3000, "?q=%00", "?q=%ED%A0%80", "?q=%22%22%22-:*()", "?kind=x&year=1e9", "?year=-", "?q=-",
    "?q=year:x", "?year=99999&language=%00", "?q=" + "a%20" * 600, "?" + "&" * 300, "?tag=" + "%C3%A9" * 300,
)  # fmt: skip


@on_sqlite
async def test_no_question_is_a_fault_and_pages_end(site: Searching) -> None:
    for query in FAULTY:
        await site.page(query)
    await site.page("page/2/?q=tide", 404)
    await site.page("page/100000/?q=tide", 404)


@on_sqlite
async def test_each_page_has_a_field_with_suggestions_of_all_kinds(site: Searching) -> None:
    told = (await site.client.get("/api/v1/find/suggest?q=ti")).json()["suggestions"]
    assert {each["kind"] for each in told} == {"post", "page", "topic", "book"}
    assert {"kind": "author", "text": "Ada Lovelace", "path": "/authors/ada-lovelace/"} in (
        await site.client.get("/api/v1/find/suggest?q=ada+lo")
    ).json()["suggestions"]
    for q in ("", "!!!", "xqzzy"):
        assert (await site.client.get("/api/v1/find/suggest", params={"q": q})).json() == {"suggestions": []}
    page = (await site.client.get("/")).text
    assert 'rel="search" type="application/opensearchdescription+xml"' in page
    assert 'role="search" action="/search/"' in page
