"""What the cache holds of pages of books is what would be rendered now, whichever of their columns was written."""

import contextlib

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.books.catalogue import add, shelved
from tests.factories import post
from tests.pagecache.cached import Cached, overwrite, writable
from westmarch.db.model import Model
from westmarch.errors import WestmarchError

PATHS = (
    "/books/", "/books/tides-1/", "/books/tides-2/", "/books/read/", "/writers/ann/", "/series/coast/", "/tags/sea/",
    "/named/", "/shelf/", "/shelf/2024/", "/shelf/?status=read", "/shelf/feed.xml", "/sitemap-books-1.xml",
    "/sitemap-lists.xml", "/search/",
)  # fmt: skip
#: Tables of books, and how many of their first rows are written.
TABLES = {
    "book": 2, "writer": 2, "book_writer": 1, "series": 1, "book_tag": 2, "book_tagging": 1, "reading": 1,
    "reference": 1,
}  # fmt: skip


def books(session: Session) -> None:
    """Books of a series, one on the shelf, and a post that names it."""
    for number in (1, 2):
        add(session, {"title": f"Tides {number} (Coast, #{number})", "authors": "Ann, Ben", "tags": "sea,rare"})
    shelved(session, title="Read", isbn="0439023483", tags="rare")
    post(session, "Named", "[[isbn:0439023483]] and ::book{isbn=0439023483}", slug="named")


async def test_all_pages_of_books_can_be_stored(cached: Cached) -> None:
    await cached.db.write(books)
    await cached.visit(PATHS)
    assert [path for path in PATHS if cached.stored(path) is None] == []


async def first_stale(cached: Cached, table: str, value: int) -> tuple[str, list[str]] | None:
    """Write into all columns of the first rows of a table until pages are stale: the column, and those pages."""
    written = Model.metadata.tables[table]
    for row in range(TABLES[table]):
        for name in writable(written):
            await cached.visit(PATHS)
            with contextlib.suppress(WestmarchError, IntegrityError):
                await cached.db.write(overwrite, written, row, name, value)
            if stale := await cached.stale(PATHS):
                return name, stale
    return None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", TABLES)
async def test_no_write_into_any_column_leaves_a_stale_page(cached: Cached, table: str) -> None:
    await cached.db.write(books)
    assert await first_stale(cached, table, 3) is None


@pytest.mark.long
@pytest.mark.parametrize("table", TABLES)
async def test_no_other_write_does_on_any_engine(cached: Cached, table: str) -> None:
    await cached.db.write(books)
    assert await first_stale(cached, table, 6) is None
