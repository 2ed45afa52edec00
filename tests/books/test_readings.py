"""Single books on the shelf, and naming the book that is meant, on each database."""

from datetime import date

import pytest

from tests.books.catalogue import add
from westmarch.books.meant import meant
from westmarch.books.readings import all_of_them, of_book, shelve, unshelve
from westmarch.db.database import Database
from westmarch.errors import NotFound

TODAY = date(2024, 5, 1)
BOOKS = ({"title": "Emma (Austen, #4)", "isbn13": "9780141439587", "authors": "Jane Austen"}, {"title": "كليلة ودمنة"})


async def test_a_book_is_meant_by_number_isbn_title_and_address(db: Database) -> None:
    emma, kalila = await db.write(add, *BOOKS)
    number = (await db.read(meant, "Emma")).book_id
    for named in (str(number), "0-14-143958-3", "ISBN 9780141439587", "emma", "Emma (Austen, #4)", "/books/emma",
                  "https://example.org/books/emma/"):  # fmt: skip
        assert (await db.read(meant, named)).id == emma, named
    assert (await db.read(meant, " كليلة ودمنة ")).id == kalila
    for named in ("", "/", "999", "9780306406157", "\0", "\udcff", "9" * 5_000):
        with pytest.raises(NotFound):
            await db.read(meant, named)


async def test_a_reading_goes_from_wanted_to_read_and_off_the_shelf(db: Database) -> None:
    emma, _ = await db.write(add, *BOOKS)
    before, wanted = await db.write(shelve, emma, {}, today=TODAY)
    assert (before, wanted.status) == (None, "to-read")
    _, begun = await db.write(shelve, emma, {"started_on": date(2024, 4, 1)}, today=TODAY)
    assert (begun.id, begun.status) == (wanted.id, "reading")
    said = {"finished_on": TODAY, "rating": 4.25, "review_markdown": "*Good*."}
    before, read = await db.write(shelve, emma, said, today=TODAY)
    assert (before, read.status, read.review_html) == (begun, "read", "<p><em>Good</em>.</p>\n")
    assert await db.write(shelve, emma, said, today=TODAY) == (read, read)
    _, again = await db.write(shelve, emma, {"status": "reading"}, today=TODAY, again=True)
    assert [row.id for row in await db.read(all_of_them)] == [again.id, read.id]
    assert (await db.write(unshelve, emma, number=again.id)).status == "reading"
    assert (await db.write(unshelve, emma)).review_markdown == "*Good*."
    assert await db.read(of_book, emma) == []
