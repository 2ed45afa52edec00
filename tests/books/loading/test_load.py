"""Loading catalogues into a database."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.books.catalogues import books, fates, load, tags, writers, written
from westmarch.books import removing
from westmarch.books.loading.load import Load
from westmarch.books.loading.reading import Reading as Files
from westmarch.books.loading.report import Report
from westmarch.books.models import BookTag, Reading, Series, Writer
from westmarch.books.storing import LOGGED
from westmarch.changes import triggers
from westmarch.changes.models import Change
from westmarch.db.database import Database, open_database
from westmarch.links.queries import resolve
from westmarch.migrations.metadata import metadata

HUNGER: dict[str, Any] = {
    "book_id": 1,
    "title": "The Hunger Games (The Hunger Games, #1)",
    "isbn": "439023483",
    "isbn13": "9780439023483",
    "authors": [{"name": "Suzanne Collins"}],
    "original_publication_year": 2008,
    "tags": [{"title": "Usually", "slug": "usually"}, {"title": "Film", "slug": "Film"}],
    "small_image_url": "https://example.org/1.jpg",
}


async def test_a_book_is_stored_with_all_that_its_source_says(db: Database, tmp_path: Path) -> None:
    report = await load(db, written(tmp_path, [HUNGER]))
    assert fates(report) == {"new": 1}
    (book,) = await books(db)
    assert (book.title, book.title_plain) == ("The Hunger Games (The Hunger Games, #1)", "The Hunger Games")
    assert (book.path, book.year, book.series_number) == ("/books/the-hunger-games/", 2008, "1")
    assert (book.isbn10, book.isbn13, book.isbn_key) == ("439023483", "9780439023483", "9780439023481")
    assert book.isbn_valid is False
    assert book.extra == {"small_image_url": "https://example.org/1.jpg"}
    assert await writers(db, 1) == [("Suzanne Collins", "")]
    assert await tags(db, 1) == ["usually", "Film"]
    for path in (book.path, "/writers/suzanne-collins/", "/series/the-hunger-games/"):
        assert (await db.read(resolve, path)).status == 200


async def test_loading_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    file = written(tmp_path, [HUNGER, {"title": "No number", "authors": "A, B"}, {"title": "N", "isbn": "0306406152"}])
    assert fates(await load(db, file)) == {"new": 3}
    before = await books(db)
    newest = await db.read(lambda s: s.scalar(select(func.max(Change.id))))
    assert fates(await load(db, file)) == {"unchanged": 3}
    assert await books(db) == before
    assert await db.read(lambda s: s.scalar(select(func.max(Change.id)))) == newest


async def test_what_differs_is_brought_up_to_date_and_what_is_not_said_stays(db: Database, tmp_path: Path) -> None:
    await load(db, written(tmp_path, [HUNGER]))
    changed = {"book_id": 1, "title": "The Hunger Games", "authors": ["S. Collins"], "tags": ["film"], "year": 2009}
    assert fates(await load(db, written(tmp_path, [changed]))) == {"updated": 1}
    (book,) = await books(db)
    assert (book.title, book.year, book.isbn_key, book.path) == (
        "The Hunger Games",
        2009,
        "9780439023481",
        "/books/the-hunger-games/",
    )
    assert book.series_number == "1"
    assert await writers(db, 1) == [("S. Collins", "")]
    assert await tags(db, 1) == ["film"]


async def test_another_title_under_a_number_is_told(db: Database, tmp_path: Path) -> None:
    await load(db, written(tmp_path, [HUNGER, {"book_id": 2, "title": "Ὀδύσσεια"}]))
    better, other = HUNGER | {"title": "The Hunger Games"}, {"book_id": 2, "title": "Mort"}
    with (tmp_path / "report").open("w+", encoding="utf-8") as file:
        await Load(Files([str(written(tmp_path, [better, other]))]), Report(file)).run(db)
        file.seek(0)
        rows = [json.loads(line) for line in file][:-1]
    told = [repair["message"] for row in rows for repair in row["repairs"] if repair["field"] == "title"]
    assert told == ["the book of this number was 'Ὀδύσσεια' until now"]


async def test_books_without_numbers_are_numbered_behind_the_largest(db: Database, tmp_path: Path) -> None:
    await load(db, written(tmp_path, [{"title": "B"}, {"book_id": 7, "title": "A"}, {"title": "C"}]))
    assert [(book.book_id, book.title) for book in await books(db)] == [(7, "A"), (8, "B"), (9, "C")]


async def test_behind_the_largest_number_there_can_be_the_free_ones_are_taken(db: Database, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"book_id": 2**53 - 1, "title": "A"},
        {"title": "B"},
        {"book_id": 2, "title": "C"},
        {"title": "D"},
    ]
    assert fates(await load(db, written(tmp_path, rows))) == {"new": 4}
    assert {book.title: book.book_id for book in await books(db)} == {"A": 2**53 - 1, "B": 1, "C": 2, "D": 3}


async def test_the_second_row_of_a_book_is_refused_and_the_rest_goes_in(db: Database, tmp_path: Path) -> None:
    file = written(tmp_path, [HUNGER, {**HUNGER, "title": "Another"}, {"book_id": 2, "title": "B"}, {"book_id": "x"}])
    report = await load(db, file)
    assert fates(report) == {"new": 2, "refused": 2}
    assert [(given.row, reason) for given, reason in report.problems] == [
        (2, "The book_id 1 came in row 1 already"),
        (4, "book_id 'x' is no number from 1 to 9007199254740991"),
    ]


async def test_books_with_one_title_get_paths_of_their_own(db: Database, tmp_path: Path) -> None:
    await load(db, written(tmp_path, [{"book_id": n, "title": "Poems"} for n in range(1, 60)]))
    assert [book.slug for book in await books(db)] == ["poems", *(f"poems-{n}" for n in range(2, 60))]


async def test_tags_are_never_merged_and_writers_are(db: Database, tmp_path: Path) -> None:
    both = [
        {"book_id": 1, "title": "A", "tags": [{"slug": "SciFi"}], "authors": ["José  Saramago"]},
        {"book_id": 2, "title": "B", "tags": [{"slug": "scifi"}], "authors": ["JOSÉ SARAMAGO"]},
    ]
    await load(db, written(tmp_path, both))
    slugs = await db.read(lambda s: list(s.execute(select(BookTag.slug, BookTag.book_count).order_by(BookTag.slug))))
    assert sorted(map(tuple, slugs)) == [("SciFi", 1), ("scifi", 1)]
    assert await db.read(lambda s: [tuple(r) for r in s.execute(select(Writer.name, Writer.book_count))]) == [
        ("José Saramago", 2)
    ]


async def test_a_dry_run_tells_the_same_and_writes_nothing(db: Database, tmp_path: Path) -> None:
    file = written(tmp_path, [HUNGER, HUNGER, {"title": "B"}])
    assert fates(await load(db, file, dry_run=True)) == {"new": 2, "refused": 1}
    assert await books(db) == []
    assert fates(await load(db, file)) == {"new": 2, "refused": 1}


async def test_replacing_takes_away_what_the_files_do_not_have_but_for_the_shelf(db: Database, tmp_path: Path) -> None:
    await load(db, written(tmp_path, [HUNGER, {"book_id": 2, "title": "Gone"}, {"book_id": 3, "title": "Read"}]))
    gone, read = (await books(db))[1:]
    shelf = tmp_path / "goodreads.csv"
    shelf.write_text("Book Id,Title,Author,Exclusive Shelf,Date Read\n9,Read,,read,2020/01/31\n")
    assert fates(await load(db, shelf)) == {"updated": 1}
    report = await load(db, written(tmp_path, [HUNGER, {"book_id": 4, "title": "New"}]), replace=True)
    assert fates(report) == {"unchanged": 1, "new": 1, "removed": 1}
    assert [book.book_id for book in await books(db)] == [1, 3, 4]
    assert (await db.read(resolve, gone.path)).status == 410
    assert (await db.read(resolve, read.path)).status == 200


async def test_many_books_leave_one_sweeping_change_of_each_table_and_all_triggers(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    many = [
        {"book_id": n, "title": f"Book {n}", "authors": [f"W {n % 7}"], "tags": ["t"]} for n in range(1, LOGGED + 2)
    ]
    assert fates(await load(db, written(tmp_path, many))) == {"new": LOGGED + 1}
    rows = await db.read(lambda s: [tuple(r) for r in s.execute(select(Change.table_name, Change.operation))])
    assert {operation for table, operation in rows if table == "book"} == {"load"}
    assert len([row for row in rows if row[1] == "load"]) == 8
    assert await db.write(lambda s: triggers.faults(s.connection(), metadata)) == []
    positions = await db.read(lambda s: list(s.scalars(select(Change.position))))
    assert None not in positions
    await load(db, written(tmp_path, [{**many[0], "title": "Changed"}]))
    last = select(Change.operation).where(Change.table_name == "book").order_by(Change.position.desc())
    assert await db.read(lambda s: s.scalar(last)) == "update"


async def test_a_load_that_fails_leaves_nothing_and_all_triggers(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("westmarch.books.shelving.store", fail)
    many = [{"book_id": n, "title": f"Book {n}"} for n in range(1, LOGGED + 2)]
    with pytest.raises(RuntimeError):
        await load(db, written(tmp_path, many))
    assert await books(db) == []
    assert await db.write(lambda s: triggers.faults(s.connection(), metadata)) == []


async def test_books_without_a_number_get_the_largest_plus_one(db: Database, tmp_path: Path) -> None:
    given: list[dict[str, Any]] = [{"title": "First"}, {"book_id": 5, "title": "Second"}, {"title": "Third"}]
    await load(db, written(tmp_path, given))
    assert {book.title: book.book_id for book in await books(db)} == {"First": 6, "Second": 5, "Third": 7}


async def test_a_book_that_is_removed_leaves_410_and_is_counted_no_more(db: Database, tmp_path: Path) -> None:
    await load(db, written(tmp_path, [{"book_id": 5, "title": "Mort (Discworld, #4)", "authors": ["Terry Pratchett"]}]))
    (book,) = await books(db)
    await db.write(removing.remove, [book.id])
    assert await books(db) == []
    assert (await db.read(resolve, book.path)).status == 410
    assert await db.read(lambda s: s.scalar(select(Series.book_count))) == 0
    assert await db.read(lambda s: s.scalar(select(Writer.book_count))) == 0


async def test_what_the_owner_reads_comes_in_once(db: Database, tmp_path: Path) -> None:
    shelf = tmp_path / "storygraph.csv"
    shelf.write_text(
        "Title,Authors,Contributors,ISBN/UID,Read Status,Dates Read,Star Rating,Review,Tags,Moods\n"
        '"Dune","Frank Herbert","Simon Vance (Narrator)",9780441013593,read,'
        '"2019/01/02-2019/02/03, 2022/05/01",4.25,"<b>Good</b>",desert,"adventurous, tense"\n'
        "Emma,Jane Austen,,,to-read,,,,,\n",
        encoding="utf-8",
    )
    assert fates(await load(db, shelf)) == {"new": 2}
    assert fates(await load(db, shelf)) == {"unchanged": 2}
    rows = await db.read(lambda s: list(s.execute(select(*Reading.__table__.c).order_by(Reading.id))))
    assert [(r.status, str(r.started_on), str(r.finished_on), r.rating) for r in rows] == [
        ("read", "2019-01-02", "2019-02-03", None),
        ("read", "None", "2022-05-01", 4.25),
        ("to-read", "None", "None", None),
    ]
    assert "<b>Good</b>" in rows[1].review_html
    assert await writers(db, 1) == [("Frank Herbert", ""), ("Simon Vance", "Narrator")]
    assert await tags(db, 1) == ["desert", "adventurous", "tense"]


async def test_a_packed_file_that_ends_in_the_middle_gives_what_came_before(db: Database, tmp_path: Path) -> None:
    lines = "".join(f'{{"book_id": {n}, "title": "Book {n * 7919}"}}\n' for n in range(1, 400))
    packed = gzip.compress(lines.encode())
    file = tmp_path / "books.ndjson.gz"
    file.write_bytes(packed[: len(packed) // 2])
    report = await load(db, file)
    assert 100 < report.counts["new"] < 400
    assert [book.book_id for book in await books(db)] == list(range(1, report.counts["new"] + 1))


@pytest.mark.parametrize("order", [1, -1])
async def test_rows_of_one_isbn_with_a_number_and_without_are_known_again(
    db: Database, tmp_path: Path, order: int
) -> None:
    rows: list[dict[str, Any]] = [
        {"title": "A", "isbn": "0306406152"},
        {"book_id": 5, "title": "B", "isbn": "0306406152"},
    ]
    rows = rows[::order]
    first = await load(db, written(tmp_path, rows))
    assert fates(first) == {"new": 1, "refused": 1}
    assert "The ISBN 9780306406157 came in row" in first.problems[0][1]
    assert fates(await load(db, written(tmp_path, rows))) == {"unchanged": 1, "refused": 1}
    # In one load after another they are two books, and stay them.
    await load(db, written(tmp_path, [{"title": "C", "isbn": "080442957X"}]))
    await load(db, written(tmp_path, [{"book_id": 50, "title": "D", "isbn": "080442957X"}]))
    both: list[dict[str, Any]] = [
        {"title": "C", "isbn": "080442957X"},
        {"book_id": 50, "title": "D", "isbn": "080442957X"},
    ]
    assert fates(await load(db, written(tmp_path, both))) == {"unchanged": 2}
    assert [(book.book_id, book.title) for book in await books(db)] == [(5, "B"), (6, "C"), (50, "D")]


async def test_what_is_far_too_large_comes_in_on_either_database(db: Database, tmp_path: Path) -> None:
    rows = [
        {"book_id": 1, "title": "字" * 1_000_000, "tags": [f"t{n}" for n in range(300)]},
        {"book_id": 2, "title": "Many", "authors": [f"Author {n}" for n in range(2_000)]},
        {"book_id": 3, "title": "N\0UL", "x": {"k\0": "\ud800"}, "y": 10**400, "isbn": "9" * 5_000, "rating": 1e308},
        {"book_id": 4, "title": "Names", "authors": ["ΐ" * 9_000, "".join(map(chr, range(0x20000, 0x20500)))]},
    ]
    file = tmp_path / "books.ndjson"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = await load(db, file)
    assert (fates(report), report.repairs) == ({"new": 4}, {"row": 1, "authors": 1, "isbn": 1})
    assert len((await books(db))[0].title) == 1_000_000
    assert len(await writers(db, 2)) == 2_000
    assert fates(await load(db, file)) == {"unchanged": 4}


async def test_a_load_that_is_stopped_has_told_of_all_that_it_stored(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("westmarch.books.loading.load.BATCH", 10)
    file = written(tmp_path, [{"book_id": number, "title": "T"} for number in range(1, 101)])
    stopping = Load(Files([str(file)]), Report())
    task = asyncio.ensure_future(stopping.run(db))
    begun = asyncio.Event()
    write = db.write

    async def watched(*arguments: Any) -> Any:
        begun.set()
        return await write(*arguments)

    monkeypatch.setattr(db, "write", watched)
    await begun.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await books(db)) == stopping.report.counts["new"]
    assert fates(await load(db, file))["new"] == 100 - stopping.report.counts["new"]


async def test_two_loads_at_once_make_one_catalogue(
    db: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("westmarch.books.loading.load.BATCH", 20)
    monkeypatch.setattr("westmarch.books.storing.LOGGED", 5)
    rows = [
        {"book_id": n, "title": f"T{n % 7}", "authors": [f"W{n % 9}"], "tags": [f"t{n % 5}"]} for n in range(1, 121)
    ]
    file = written(tmp_path, rows)
    async with open_database(database_url) as other:
        await asyncio.gather(load(db, file), load(other, file))
    assert [book.book_id for book in await books(db)] == list(range(1, 121))
    assert fates(await load(db, file)) == {"unchanged": 120}
    assert await db.write(lambda s: triggers.faults(s.connection(), metadata)) == []
