"""The catalogue goes out and comes back the same."""

import json
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.books.catalogues import fates, load, written
from tests.transfer.out.sites import JSON, TEXTS, WORDS, differences
from westmarch.books import unloading
from westmarch.books.entries import GivenReading
from westmarch.books.making import make
from westmarch.books.models import Book
from westmarch.books.storing import Storing
from westmarch.db.database import Database, open_database
from westmarch.errors import Invalid
from westmarch.links import actions as links
from westmarch.links.queries import resolve

NUMBERS = st.sampled_from([None, "439023483", "0439023481", "9780439023483", "9.78043902348e+12", "=x", "080442957X"])
DAYS = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1))
READINGS = st.builds(
    GivenReading,
    st.sampled_from(["to-read", "reading", "read"]),
    DAYS,
    DAYS,
    st.none() | st.integers(1, 20).map(lambda quarters: quarters / 4),
    TEXTS,
)
BOOKS = st.fixed_dictionaries(
    {"title": WORDS | st.sampled_from(["A &amp; B", "Mort (Discworld, #4)", "A", "a", "A.", "A &amp;amp;amp; B"])},
    optional={
        "book_id": st.integers(1, 2**53 - 1),
        "original_title": TEXTS,
        "isbn": NUMBERS,
        "isbn13": NUMBERS,
        "authors": st.lists(WORDS | st.sampled_from(["A.", "A", "a", "B (Translator)"]), max_size=3),
        "year": st.none() | st.integers(-5000, 9999),
        "language": st.none() | WORDS,
        "series": WORDS | st.sampled_from(["S", "s", "S."]),
        "series_number": st.none() | WORDS,
        "tags": st.lists(WORDS | st.fixed_dictionaries({"slug": WORDS, "title": WORDS}), max_size=3),
        "rating": st.none() | st.floats(0, 5),
        "ratings_count": st.none() | st.integers(0, 2**53 - 1),
        "description": TEXTS | st.just("a &amp;lt; b\n\n*c*"),
    },
)
CATALOGUES = st.lists(
    st.tuples(BOOKS, st.dictionaries(TEXTS, JSON, max_size=2), st.lists(READINGS, max_size=2)), min_size=1, max_size=6
)


def fill(session: Session, catalogue: list[tuple[dict[str, Any], dict[str, Any], list[GivenReading]]]) -> None:
    """Store books one after another; those that cannot be are left out."""
    for row, (said, extra, readings) in enumerate(catalogue, 1):
        try:
            entry = make(said, row, extra, tuple(readings))
        except Invalid:
            continue
        (outcome,) = Storing().store(session, [entry])
        if outcome.fate == "new" and row % 2:
            links.add_old(session, outcome.id or 0, f"/old/{row}/")


async def lines_of(db: Database) -> list[dict[str, Any]]:
    """What goes out."""
    return [json.loads(unloading.line(book)) for book in await db.read(lambda s: list(unloading.books(s)))]


async def columns(db: Database) -> list[tuple[Any, ...]]:
    """The rows of all books, without ids of this database and the moment of the newest change."""
    left_out = {"id", "series_id", "cover_id", "updated_at"}
    asked = select(*(column for column in Book.__table__.c if column.name not in left_out)).order_by(Book.book_id)
    return [tuple(row) for row in await db.read(lambda s: s.execute(asked).all())]


async def there_and_back(empty: Callable[[Path, int], str], catalogue: Any) -> list[str]:
    """What is another after a catalogue went out, came into an empty site, and came in once more."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_database(empty(folder, 0)) as db:
            await db.write(fill, catalogue)
            before, rows = await lines_of(db), await columns(db)
        (folder / "books.ndjson").write_bytes(b"".join(map(unloading.line, before)))
        async with open_database(empty(folder, 1)) as db:
            report = await load(db, folder / "books.ndjson")
            assert fates(report) == {"new": len(before)}, report.problems
            found = differences(before, await lines_of(db)) + differences(rows, await columns(db))
            assert report.repairs == {}
            assert fates(await load(db, folder / "books.ndjson")) == {"unchanged": len(before)}
            return found + differences(before, await lines_of(db))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalogue=CATALOGUES)
def test_a_catalogue_that_goes_out_and_comes_in_is_the_same(sqlite_template: Path, catalogue: Any) -> None:
    import asyncio
    import shutil

    def empty(folder: Path, number: int) -> str:
        shutil.copyfile(sqlite_template, folder / f"{number}.db")
        return f"sqlite:///{folder / f'{number}.db'}"

    assert asyncio.run(there_and_back(empty, catalogue)) == []


async def test_addresses_and_the_day_it_was_added_come_back(db: Database, tmp_path: Path) -> None:
    """On both engines: a book at its own address, though its title makes another, and a writer too."""
    said: dict[str, Any] = {
        "book_id": 7,
        "title": "Emma",
        "authors": [{"name": "Jane Austen", "role": "Author"}],
        "series": {"title": "Novels", "number": "4"},
        "westmarch": {
            "format": 1,
            "path": "/books/emma-1815/",
            "added": "2020-01-31T12:00:00+00:00",
            "old": ["/emma.html", "/?p=7"],
            "writers": {"Jane Austen": "/writers/jane/"},
            "series": "/series/austen/",
            "cover": "0" * 64,
            "extra": {"title": "an unknown field", "n": 10**30},
            "readings": [{"status": "read", "finished_on": "2020-02-01", "rating": 4.5, "review": "*Good.*"}],
        },
    }
    report = await load(db, written(tmp_path, [said]))
    assert fates(report) == {"new": 1}
    assert report.repairs == {"cover": 1}
    [back] = await lines_of(db)
    assert back["westmarch"] == {key: value for key, value in said["westmarch"].items() if key != "cover"} | {
        "readings": [{**said["westmarch"]["readings"][0], "started_on": None}]
    }
    for path in ("/books/emma-1815/", "/writers/jane/", "/series/austen/"):
        assert (await db.read(resolve, path)).status == 200
    assert (await db.read(resolve, "/emma.html")).status == 301


async def test_what_somebody_has_spoilt_is_refused_by_its_name(db: Database, tmp_path: Path) -> None:
    ours = {"format": 1, "path": "/books/a/", "added": "2020-01-31T12:00:00Z"}
    lines = [
        {"book_id": 0, "title": "A", "westmarch": ours},
        {"book_id": 2, "title": "", "westmarch": ours},
        {"book_id": 3, "title": "A", "westmarch": {**ours, "readings": [{"status": "burnt"}]}},
        {"book_id": 4, "title": "A", "westmarch": {**ours, "path": "books"}},
        {"book_id": 5, "title": "A", "westmarch": {**ours, "path": "/elsewhere/a/"}},
    ]
    report = await load(db, written(tmp_path, lines))
    assert fates(report) == {"new": 1, "refused": 4}
    told = [reason for _, reason in report.problems]
    assert [reason.split(" cannot")[0] for reason in told[:3]] == ["book_id", "title", "westmarch.readings.0.status"]
    assert await db.read(lambda s: list(s.scalars(select(Book.path)))) == ["/books/a/"]


async def test_a_cover_comes_back_where_its_file_is(db: Database, tmp_path: Path) -> None:
    from tests.transfer.folders import png
    from westmarch.media import actions as media
    from westmarch.media.files import examine

    def covered(session: Session) -> None:
        content = png(1)
        stored = media.store(session, tmp_path / "media", content, examine(content, "a.png"), filename="a.png")
        fill(session, [({"book_id": 1, "title": "A"}, {}, [])])
        session.execute(update(Book).values(cover_id=stored.id))

    await db.write(covered)
    before = await lines_of(db)
    assert len(before[0]["westmarch"]["cover"]) == 64
    (tmp_path / "books.ndjson").write_bytes(b"".join(map(unloading.line, before)))
    await db.write(lambda session: session.execute(update(Book).values(cover_id=None)))
    assert fates(await load(db, tmp_path / "books.ndjson")) == {"updated": 1}
    assert await lines_of(db) == before
