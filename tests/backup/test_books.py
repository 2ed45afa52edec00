"""The catalogue and the shelf in a backup."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.books.catalogue import shelved
from westmarch.backup.making import make
from westmarch.backup.restoring import restore
from westmarch.books import counts, unloading
from westmarch.books.models import Book
from westmarch.db.database import open_database
from westmarch.links import actions as links
from westmarch.settings import Settings

#: The tables that hold books.
TABLES = ("book", "writer", "book_writer", "series", "book_tag", "book_tagging", "reading")


def fill(session: Session) -> None:
    id_ = shelved(
        session,
        title="Mort (Discworld, #4)",
        book_id=2**40,
        isbn="0552131067",
        year=-750,
        authors=["Terry Pratchett", "عمر"],
        tags=[{"slug": "SciFi", "title": "SF"}, "scifi"],
        description="*字*",
    )
    links.add_old(session, id_, "/mort.html")


async def test_books_with_all_that_belongs_to_them_come_back_on_either_engine(
    full: Settings, other_url: str, tmp_path: Path
) -> None:
    async with open_database(full.database_url) as db:
        await db.write(fill)
        before = await db.read(lambda session: list(unloading.books(session)))
        html = await db.read(lambda session: session.scalars(select(Book.description_html)).all())
    made = await make(full, tmp_path / "one.tar.zst")
    assert {name: made.tables[name] for name in TABLES} == dict(zip(TABLES, (1, 2, 2, 1, 2, 2, 1), strict=True))
    await restore(made.file, tmp_path / "other", database_url=other_url)
    async with open_database(other_url) as db:
        assert await db.read(lambda session: list(unloading.books(session))) == before
        assert await db.read(lambda session: session.scalars(select(Book.description_html)).all()) == html
        assert await db.read(lambda session: list(counts.faults(session))) == []
