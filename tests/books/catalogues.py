"""Loading catalogues in tests, and looking at what is there."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from westmarch.books import counts
from westmarch.books.loading.load import Load
from westmarch.books.loading.reading import Reading
from westmarch.books.loading.report import Report
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Writer
from westmarch.db.database import Database


async def load(db: Database, *files: Path, replace: bool = False, dry_run: bool = False) -> Report:
    """Load files and return the report; the stored counts are right afterwards."""
    report = Report()
    await Load(Reading([str(file) for file in files]), report, replace=replace, dry_run=dry_run).run(db)
    assert await db.read(lambda session: list(counts.faults(session))) == []
    return report


def fates(report: Report) -> dict[str, int]:
    """How many rows had which fate, those that had none left out."""
    return {fate: number for fate, number in report.counts.items() if number}


def written(folder: Path, books: Sequence[dict[str, Any]], name: str = "books.json") -> Path:
    """A JSON file of these books."""
    file = folder / name
    file.write_text(json.dumps(books, ensure_ascii=False), encoding="utf-8")
    return file


async def books(db: Database) -> list[Row[Any]]:
    """All books, by number."""
    return await db.read(lambda s: list(s.execute(select(*Book.__table__.c).order_by(Book.book_id))))


async def writers(db: Database, book_id: int) -> list[tuple[str, str]]:
    """The writers of the book with a number, with their roles, in order."""
    asked = (
        select(Writer.name, BookWriter.role)
        .join(BookWriter, BookWriter.writer_id == Writer.id)
        .join(Book, Book.id == BookWriter.book_id)
        .where(Book.book_id == book_id)
        .order_by(BookWriter.rank)
    )
    return await db.read(lambda s: [(name, role) for name, role in s.execute(asked)])


async def tags(db: Database, book_id: int) -> list[str]:
    """The slugs of the book's tags, in order."""
    asked = (
        select(BookTag.slug)
        .join(BookTagging, BookTagging.tag_id == BookTag.id)
        .join(Book, Book.id == BookTagging.book_id)
        .where(Book.book_id == book_id)
        .order_by(BookTagging.rank)
    )
    return await db.read(lambda s: list(s.scalars(asked)))
