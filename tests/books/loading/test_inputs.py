"""Real catalogues, each of their rows accounted for."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.books.catalogues import books, fates, load, tags, writers
from westmarch.books import isbn
from westmarch.books.loading.reading import Reading
from westmarch.db.database import Database

Inputs = Callable[[str], Path]


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a packed CSV as the standard library reads them."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


async def test_the_99_books_come_in_as_they_are(db: Database, inputs: Inputs) -> None:
    file = inputs("books-microservice-talk") / "data.json"
    given = json.loads(file.read_text(encoding="utf-8"))
    report = await load(db, file)
    assert fates(report) == {"new": 99}
    stored = await books(db)
    for one, book in zip(given, stored, strict=True):
        assert (book.book_id, book.title, book.isbn10, book.isbn13, book.year, book.original_title, book.language) == (
            one["book_id"],
            one["title"].strip(),
            one["isbn"],
            one["isbn13"],
            one["original_publication_year"],
            one["original_title"].strip() or None,
            one["language_code"] or None,
        )
        assert book.extra == {"small_image_url": one["small_image_url"]}
        assert isbn.key(one["isbn13"]) == book.isbn_key
    assert sum(book.isbn_valid for book in stored) == 3
    assert await writers(db, 2) == [("J.K. Rowling", ""), ("Mary GrandPré", "")]
    assert await tags(db, 1) == ["usually", "decision", "between-film"]
    assert fates(await load(db, file)) == {"unchanged": 99}


async def test_each_of_the_ten_thousand_comes_in(db: Database, database_kind: str, inputs: Inputs) -> None:
    if database_kind != "sqlite":
        pytest.skip("the same rows go the same way on PostgreSQL, which the other tests load")
    folder = inputs("books-goodbooks-10k")
    report = await load(db, folder / "books.csv.gz", folder / "samples" / "book_tags.csv")
    assert fates(report) == {"new": 10_000}
    stored = {book.book_id: book for book in await books(db)}
    rows = rows_of(folder / "books.csv.gz")
    for row in rows:
        book = stored[int(row["book_id"])]
        assert book.title == row["title"].strip()
        assert book.year == (int(float(row["original_publication_year"])) if row["original_publication_year"] else None)
        assert (book.rating, book.ratings_count) == (float(row["average_rating"]), int(row["ratings_count"]))
        assert (book.language, book.isbn10) == (row["language_code"] or None, row["isbn"] or None)
        assert book.extra["goodreads_book_id"] == row["goodreads_book_id"]
        if row["isbn"] and isbn.valid(row["isbn"].zfill(10)):
            assert book.isbn_key == isbn.key(row["isbn"].zfill(10))
            assert isbn.valid(book.isbn13 or book.isbn_key)
    with (folder / "samples" / "book_tags.csv").open(encoding="utf-8", newline="") as stream:
        tagged = Counter(row["goodreads_book_id"] for row in csv.DictReader(stream))
    for row in rows:
        if row["goodreads_book_id"] in tagged:
            assert len(await tags(db, int(row["book_id"]))) == tagged[row["goodreads_book_id"]] > 90


@pytest.mark.slow
@pytest.mark.unit
def test_what_was_done_to_the_ten_thousand_is_told_row_by_row(inputs: Inputs) -> None:
    folder = inputs("books-goodbooks-10k")
    rows = rows_of(folder / "books.csv.gz")
    told: Counter[str] = Counter()
    for given, row in zip(Reading([str(folder / "books.csv.gz")]).entries(), rows, strict=True):
        assert given.entry is not None, given.problem
        assert given.entry.book_id == int(row["book_id"])
        fields = {field for field, _ in given.entry.repairs}
        assert ("isbn13" in fields) == ("e+" in row["isbn13"] or row["isbn13"].endswith(".0"))
        assert ("authors" in fields) == ("," in row["authors"])
        assert ("isbn" in fields) == (row["isbn"] != "" and not isbn.valid(row["isbn"]))
        told.update(
            re.sub(r"[(']?[0-9X?]{6,}[)']?", "…", message)
            for field, message in given.entry.repairs
            if field.startswith("isbn")
        )
    assert told == {
        "digits were lost …: made again from the ISBN-10": 9_238,
        "digits were lost …: made again from the ISBN-10, with which the others do not agree": 20,
        "digits were lost …, and there is no ISBN-10 to make it from: left out": 111,
        "its last digit was lost …: it follows from the others": 45,
        "it was written as a number with decimals": 1,
        "… is read as …: zeros at the front were lost": 6_587,
        "… is no valid ISBN: kept as it is": 24,
    }
