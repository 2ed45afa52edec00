"""The pages of books: a book, its writers and series, the way from an ISBN, texts that name it, the shelf."""

import json
import re
from datetime import date
from html import unescape

import pytest

from tests.books.catalogue import add, shelved
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from tests.web.schema_org import faults, graph
from westmarch.books import mentioned, shown
from westmarch.books.entries import GivenReading
from westmarch.search import running
from westmarch.web.theme import DEFAULT

GAMES = {
    "title": "The Hunger Games (The Hunger Games, #1)",
    "authors": "Suzanne Collins",
    "isbn": "0439023483",
    "year": 2008,
    "language": "eng",
    "tags": "arena,children",
}
#: What must not end the script, nor be read as another thing than text.
HOSTILE = '</script><!--<script> & \u2028 "quoted" \\u003c'
FIRE = {"title": "Catching Fire (The Hunger Games, #2)", "authors": "Suzanne Collins", "tags": "arena", "year": 2009}


def linked_data(page: str) -> list[dict[str, object]]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    graph: list[dict[str, object]] = json.loads(found[1])["@graph"]
    return graph


async def asked(reader: Reader, path: str) -> tuple[str, int]:
    """A page, and how many SELECTs it takes once the options are known."""
    await reader.page(path)
    page = await reader.page(path)
    return page, sum(statement.startswith("SELECT") for statement in reader.statements)


async def test_a_book_has_a_page_with_all_that_is_known_of_it(reader: Reader) -> None:
    await reader.do(add, GAMES, FIRE)
    page, selects = await asked(reader, "/books/the-hunger-games/")
    assert selects <= 6, reader.statements
    assert '<h1 lang="en"' not in page
    assert "<h1>The Hunger Games</h1>" in page
    assert 'href="/writers/suzanne-collins/"' in page
    assert 'href="/series/the-hunger-games/"' in page
    assert "9780439023481" in page
    assert "0439023483" in page
    assert 'href="/books/?tag=arena"' in page
    assert 'rel="next"><strong>Catching Fire</strong>' in page
    assert "@book{collins2008hunger" in page
    book = linked_data(page)[0]
    assert book["@type"] == "Book"
    assert book["isbn"] == "9780439023481"
    assert book["isPartOf"] == {
        "@type": "BookSeries",
        "name": "The Hunger Games",
        "url": "https://example.org/series/the-hunger-games/",
    }


async def test_tags_beyond_the_first_are_folded_away(reader: Reader) -> None:
    tags = [f"subject{number:02}" for number in range(20)]
    await reader.do(add, GAMES | {"tags": ",".join(tags)}, FIRE | {"tags": ",".join(tags[:16])})
    before, _, folded = (await reader.page("/books/the-hunger-games/")).partition("<summary>4 more tags</summary>")
    folded = folded.partition("</details>")[0]
    for number, tag in enumerate(tags):
        assert f'href="/books/?tag={tag}"' in (before if number < 16 else folded)
    assert "more tags" not in await reader.page("/books/catching-fire/")


async def test_pages_of_books_tell_of_things_as_schema_org_has_them(reader: Reader) -> None:
    translated = {"title": "Ὀδύσσεια", "authors": [{"name": "Emily Wilson", "role": "Translator"}], "year": -700,
                  "language": "grc", "rating": 4.5, "ratings_count": 12, "description": "The *way* home."}  # fmt: skip
    await reader.do(add, GAMES | {"rating": 4.34, "ratings_count": 3}, FIRE, translated, {"title": HOSTILE})
    await reader.do(shelved, title="Read")
    paths = ["/books/", "/books/the-hunger-games/", "/books/catching-fire/", "/books/ὀδύσσεια/", "/books/read/",
             "/writers/suzanne-collins/", "/series/the-hunger-games/", "/shelf/", "/shelf/2024/"]  # fmt: skip
    hostile = re.search(r'href="(/books/script[^"]*)"', await reader.page("/books/"))
    assert hostile
    for path in [*paths, hostile[1]]:
        nodes = graph(await reader.page(path))
        assert nodes, path
        assert [fault for node in nodes for fault in faults(node)] == [], path


async def test_similar_books_share_rare_tags(reader: Reader) -> None:
    await reader.do(add, GAMES, {"title": "Other", "tags": "arena"}, {"title": "Far", "tags": "moon"})
    page = await reader.page("/books/the-hunger-games/")
    assert "/books/other/" in page
    assert "/books/far/" not in page


async def test_a_page_of_a_book_is_kept_until_something_on_it_changes(reader: Reader) -> None:
    await reader.do(add, GAMES)
    async with reader.app.state.pages.opened(reader.db):

        async def status() -> str:
            return (await reader.get("/books/the-hunger-games/")).headers["cache-status"]

        assert await status() == "westmarch; fwd=miss; stored"
        assert await status() == "westmarch; hit"
        await reader.do(add, {"title": "Another", "tags": "elsewhere"})
        assert await status() == "westmarch; hit"
        await reader.do(post, slug="about", markdown="[[isbn:0439023483]]")
        assert await status() == "westmarch; fwd=miss; stored"
        assert "/about/" in await reader.page("/books/the-hunger-games/")


@pytest.mark.parametrize(
    "number", ["0439023483", "9780439023481", "978-0-439-02348-1", "ISBN 0-439-02348-3", "urn:isbn:0439023483"]
)
async def test_any_form_of_an_isbn_leads_to_the_book(reader: Reader, number: str) -> None:
    await reader.do(add, GAMES)
    answer = await reader.get(f"/isbn/{number}/")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://example.org/books/the-hunger-games/")


@pytest.mark.parametrize(
    "path", ["/isbn/9780306406157/", "/isbn/x/", "/isbn/", "/books/", "/shelf/", "/shelf/feed.xml"]
)
async def test_a_site_without_books_has_no_pages_of_books(reader: Reader, path: str) -> None:
    assert (await reader.get(path)).status_code == 404


async def test_without_an_index_the_catalogue_shows_its_books_by_title_and_says_so(reader: Reader) -> None:
    reader.app.state.index = index = running.open_of(reader.app.state.settings)
    await reader.do(add, *({"title": f"Book {number:03}"} for number in range(31)))
    answer = await reader.get("/books/?tag=x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "cannot be searched at the moment" in answer.text
    further = re.search(r'href="(/books/\?after=[^"]*)" rel="next', answer.text)
    assert further
    assert "/books/book-030/" not in answer.text
    assert "/books/book-030/" in (await reader.get(further[1])).text
    await index.close()


async def test_a_copy_that_asks_no_index_has_the_books_by_title(reader: Reader) -> None:
    await reader.do(add, *({"title": f"Book {number:03}"} for number in range(31)))
    page = await reader.page("/books/")
    assert "/books/book-030/" in page
    assert 'class="find"' not in page


async def test_writers_and_series_have_pages(reader: Reader) -> None:
    await reader.do(add, FIRE, GAMES)
    writer, selects = await asked(reader, "/writers/suzanne-collins/")
    assert selects <= 3
    series, selects = await asked(reader, "/series/the-hunger-games/")
    assert selects <= 3
    for page in (writer, series):
        assert page.index("/books/the-hunger-games/") < page.index("/books/catching-fire/")
    assert "No. 2" in series


async def test_a_text_shows_the_books_that_it_names_as_they_are_now(reader: Reader) -> None:
    await reader.do(post, slug="a", markdown="See [[isbn:0439023483]].\n\n::book{isbn=9780439023481}\n")
    page = await reader.page("/a/")
    assert "See ISBN 0439023483." in page
    assert "/isbn/" not in page
    assert [number for number, _ in await reader.db.read(mentioned.missing)] == ["0439023483", "9780439023481"]
    await reader.do(add, GAMES)
    page = await reader.page("/a/")
    assert 'See <a href="/books/the-hunger-games/"><cite lang="en" dir="ltr">The Hunger Games</cite></a>.' in page
    assert '<aside class="book-card">' in page
    assert "/static/books." in page
    assert "The Hunger Games</cite></a>." in await reader.page("/")
    assert await reader.db.read(mentioned.missing) == []


async def test_a_text_may_name_more_books_than_an_engine_takes_values_in_a_statement(reader: Reader) -> None:
    await reader.do(add, GAMES)
    numbers = [f"978{number:010}" for number in range(33_000)]
    assert list(await reader.db.read(shown.by_isbn, [*numbers, "9780439023481"])) == ["9780439023481"]


@pytest.mark.parametrize("name", ["feed.xml", "rss.xml", "feed.json"])
async def test_feeds_link_to_the_books_that_texts_name(reader: Reader, name: str) -> None:
    text = "See [[isbn:0439023483]] and [[isbn:9780306406157]].\n\n::book{isbn=9780439023481}\n"
    await reader.do(post, slug="a", markdown=text)
    await reader.do(add, GAMES)
    feed = unescape((await reader.page(f"/{name}")).replace('\\"', '"'))
    link = '<a href="https://example.org/books/the-hunger-games/"><cite lang="en" dir="ltr">The Hunger Games</cite></a>'
    assert f"See {link} and ISBN 9780306406157." in feed
    assert f"<p>{link}</p>" in feed
    assert "/isbn/" not in feed


async def test_a_tag_shows_the_books_that_have_it_too(reader: Reader) -> None:
    await reader.do(add, GAMES)
    await reader.do(post, slug="a", tags=("Arena",))
    page = await reader.page("/tags/arena/")
    assert "/books/the-hunger-games/" in page
    assert 'href="/books/?tag=arena"' in page


async def test_the_shelf_is_by_status_and_by_year_with_a_picture_of_the_years(reader: Reader) -> None:
    await reader.do(shelved, title="Old", day=date(2022, 5, 1), review="")
    await reader.do(shelved, title="New", day=date(2024, 5, 1), review="So *good*.")
    await reader.do(add, {"title": "Wanted"}, readings=[GivenReading("to-read")])
    page, selects = await asked(reader, "/shelf/")
    assert selects <= 6, reader.statements
    assert "/books/new/" in page
    assert "/books/wanted/" in page
    assert "/books/old/" not in page
    assert page.count("<rect") >= 2
    assert 'href="/shelf/2022/"' in page
    assert "/books/old/" in await reader.page("/shelf/2022/")
    assert (await reader.get("/shelf/2023/")).status_code == 404
    assert "/books/wanted/" in await reader.page("/shelf/?status=to-read")
    assert "/books/old/" in await reader.page("/shelf/?status=read")
    assert "Nothing stands here" in await reader.page("/shelf/?status=reading")
    feed = await reader.page("/shelf/feed.xml")
    assert feed.count("<entry") == 1
    assert "So &lt;em&gt;good&lt;/em&gt;." in feed
    assert (await reader.get("/shelf/feed.json")).json()["items"][0]["title"] == "New"
    assert "/shelf/" in await reader.page("/sitemap-lists.xml")


async def test_a_review_is_in_the_language_of_the_site_and_its_title_in_that_of_the_book(reader: Reader) -> None:
    await reader.do(shelved, title="Die Wand", language="ger", isbn="9783548605715")
    await reader.do(shelved, title="Emma", language="eng")
    feed = await reader.page("/shelf/feed.xml")
    assert feed.count('<entry xml:lang="en">') == 2
    assert '<title xml:lang="de">Die Wand' in feed
    assert "<title>Emma" in feed


async def test_books_are_in_sitemaps(reader: Reader) -> None:
    await reader.do(add, GAMES)
    assert "/sitemap-books-1.xml" in await reader.page("/sitemap.xml")
    assert "/books/the-hunger-games/" in await reader.page("/sitemap-books-1.xml")
    assert (await reader.get("/sitemap-books-2.xml")).status_code == 404


@pytest.mark.unit
def test_only_pages_with_books_ask_for_their_style_sheet() -> None:
    asking = [path.name for path in DEFAULT.rglob("*.html") if 'asset("books.css")' in path.read_text(encoding="utf-8")]
    assert sorted(asking) == ["detail.html", "parts.html"]
