"""The catalogue with its index: facets with counts that follow the choice, orders, pages, addresses."""

import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books.catalogue import add
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.books import catalogue
from westmarch.books.catalogue import FACETS, SORTS, choice
from westmarch.db.types import now
from westmarch.search import rebuilding, running

BOOKS = [
    {
        "title": f"Number {n}",
        "authors": "Ann Lee" if n % 2 else "李白",
        "year": 1990 + n % 3,
        "tags": "odd" if n % 2 else "even,two",
        "language": ("eng", "en-GB", "en")[n % 3] if n % 2 else "chi",
    }
    for n in range(35)
]


@pytest.mark.unit
@given(st.text(max_size=200))
def test_every_query_makes_a_choice_that_has_one_spelling(query: str) -> None:
    made = choice(query)
    again = choice(made.query.removeprefix("?"))
    assert again == made
    assert again.query == made.query


@pytest.mark.slow
@pytest.mark.unit
@given(
    st.lists(st.tuples(st.sampled_from([*FACETS, "q", "sort", "after"]), st.text(min_size=1, max_size=20)), max_size=8)
)
def test_a_value_that_is_taken_away_again_leaves_the_choice_as_it_was(pairs: list[tuple[str, str]]) -> None:
    made = choice("&".join(f"{name}={value}" for name, value in pairs if "&" not in value))
    for name in ("tag", "author"):
        if "new" not in made.chosen.get(name, ()):
            assert made.with_(name, "new").without(name, "new") == made
    assert dict(parse_qsl(made.query[1:])).keys() <= {*FACETS, "q", "sort", "after"}
    assert made.order in SORTS


@pytest.mark.unit
@pytest.mark.parametrize(
    ("path", "is_"),
    [
        ("/books/", True),
        ("/books", True),
        ("/Books/page/3/", True),
        ("/books/x/", False),
        ("/", False),
        ("/books/1999/", True),
    ],
)
def test_it_is_known_which_paths_are_the_catalogues(path: str, is_: bool) -> None:
    assert catalogue.is_at(path) is is_


@pytest.fixture
async def catalogued(reader: Reader) -> AsyncIterator[Reader]:
    """A reader of a site with books and an index of them."""
    await reader.do(add, *BOOKS)
    reader.app.state.index = index = running.open_of(reader.app.state.settings)
    await rebuilding.rebuild(reader.db, index, now)
    yield reader
    await index.close()


async def test_the_counts_of_facets_follow_the_choice(catalogued: Reader) -> None:
    page = await catalogued.page("/books/")
    assert len(catalogued.statements) <= 5, catalogued.statements
    assert "<b>35 books</b>" in page
    assert counts(page)["/books/?tag=even"] == "18"
    page = await catalogued.page("/books/?tag=even")
    assert "<b>18 books</b>" in page
    assert counts(page)["/books/?tag=even&tag=two"] == "18"
    assert counts(page)["/books/"] == "×"
    assert counts(page)["/books/?tag=even&year=1990"] == "6"
    assert "Ann Lee" not in page
    assert "<b>6 books</b>" in await catalogued.page("/books/?tag=even&year=1990")


async def test_a_language_is_one_however_its_books_write_it(catalogued: Reader) -> None:
    assert counts(await catalogued.page("/books/"))["/books/?language=en"] == "17"
    page = await catalogued.page("/books/?language=eng")
    assert "<b>17 books</b>" in page
    assert counts(page)["/books/"] == "×"


def counts(page: str) -> dict[str, str]:
    """The number behind each link of the facets, by where it leads."""
    links = re.findall(
        r'<li><a id="[^"]*" href="([^"]*)" rel="nofollow"[^>]*>.*?</a> <span class="remark">(.*?)</span>', page
    )
    return {unescape(href): re.sub("<[^>]*>", "", count) for href, count in links}


async def test_books_come_in_the_order_that_is_asked_for_page_by_page(catalogued: Reader) -> None:
    page = await catalogued.page("/books/?sort=title")
    assert page.index(">Number 0<") < page.index(">Number 1<") < page.index(">Number 10<")
    assert ">Number 9<" not in page
    assert 'href="/books/page/2/?sort=title"' in page
    assert ">Number 9<" in await catalogued.page("/books/page/2/?sort=title")
    assert (await catalogued.get("/books/page/3/")).status_code == 404
    page = await catalogued.page("/books/?sort=year")
    assert page.index("1992") < page.index("1991") < page.index("1990", page.index('class="books"'))


async def test_words_are_looked_for_all_together_then_any_of_them(catalogued: Reader) -> None:
    assert "<b>1 book</b>" in await catalogued.page("/books/?q=number+12")
    page = await catalogued.page("/books/?q=lee+nobody")
    assert "these have some of them" in page
    assert "<b>17 books</b>" in page
    assert "There is no such book here" in await catalogued.page("/books/?q=nobody")
    assert "<b>18 books</b>" in await catalogued.page("/books/?q=李白")


async def test_a_narrowed_catalogue_is_kept_from_search_engines(catalogued: Reader) -> None:
    page = await catalogued.page("/books/?tag=even")
    assert '<link rel="canonical" href="https://example.org/books/">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "noindex" not in await catalogued.page("/books/")


async def test_a_page_of_the_catalogue_is_kept_until_the_index_moves(catalogued: Reader) -> None:
    async with catalogued.app.state.pages.opened(catalogued.db):

        async def status(path: str) -> str:
            return str((await catalogued.get(path)).headers["cache-status"])

        for path in ("/books/", "/books/?tag=odd"):
            assert await status(path) == "westmarch; fwd=miss; stored"
            assert await status(path) == "westmarch; hit"
        await rebuilding.rebuild(catalogued.db, catalogued.app.state.index, now)
        assert await status("/books/?tag=odd") == "westmarch; fwd=miss; stored"


@pytest.mark.parametrize(
    "query",
    [
        "year=abc",
        "sort=%00",
        "q=%22",
        "q=tag:",
        "tag=%F0%9F&author=",
        "q=" + "x" * 3000,
        "q=a%00b",
        "q=*:*",
        "year=" + "9" * 99,
    ],
)
async def test_no_query_is_too_odd(catalogued: Reader, query: str) -> None:
    assert (await catalogued.get(f"/books/?{query}")).status_code == 200
