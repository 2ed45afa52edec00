"""Books for tests, written to the tables from records as the catalogue of the search service's model has them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.books.isbn import read
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.subjects.models import Subject

MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


def subject(session: Session, kind: str) -> int:
    made = Subject(kind=kind, created_at=MOMENT)
    session.add(made)
    session.flush()
    return made.id


def store(session: Session, records: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Write books; their subjects by `book_id`."""
    subjects = {}
    for record in records:
        key = subjects[record["book_id"]] = subject(session, "book")
        numbers = read(record.get("isbn"), record.get("isbn13"))
        session.add(
            Book(
                id=key,
                book_id=record["book_id"],
                title=record["title"],
                title_plain=record["title"],
                original_title=record.get("original_title"),
                slug=f"book-{key}",
                path=f"/books/book-{key}/",
                year=record.get("original_publication_year"),
                language=record.get("language_code"),
                isbn10=numbers.isbn10,
                isbn13=numbers.isbn13,
                isbn_key=numbers.key,
                isbn_valid=numbers.valid,
                rating=record.get("rating"),
                series_id=series(session, record["series"]) if "series" in record else None,
                extra={name: record[name] for name in ("small_image_url",) if name in record},
                created_at=MOMENT,
                updated_at=MOMENT,
            )
        )
        session.flush()
        for rank, author in enumerate(record.get("authors", ())):
            session.add(BookWriter(book_id=key, writer_id=writer(session, author["name"]), rank=rank))
        for rank, given in enumerate(record.get("tags", ())):
            session.add(BookTagging(book_id=key, tag_id=tag(session, given["slug"], given["title"]), rank=rank))
        session.flush()
    return subjects


def writer(session: Session, name: str) -> int:
    found = session.scalar(select(Writer.id).where(Writer.folded == name.casefold()))
    if found is None:
        found = subject(session, "writer")
        slug = f"writer-{found}"
        session.add(Writer(id=found, name=name, folded=name.casefold(), slug=slug, path=f"/writers/{slug}/"))
        session.flush()
    return found


def series(session: Session, title: str) -> int:
    found = session.scalar(select(Series.id).where(Series.folded == title.casefold()))
    if found is None:
        found = subject(session, "series")
        slug = f"series-{found}"
        session.add(Series(id=found, title=title, folded=title.casefold(), slug=slug, path=f"/series/{slug}/"))
        session.flush()
    return found


def tag(session: Session, slug: str, title: str) -> int:
    found = session.scalar(select(BookTag.id).where(BookTag.slug == slug))
    if found is None:
        made = BookTag(slug=slug, title=title)
        session.add(made)
        session.flush()
        found = made.id
    return found
