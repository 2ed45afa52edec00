"""The counts of books of writers, series and tags: what they should be, which are wrong, and making them right."""

from collections.abc import Iterator

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.db.sessions import Reading

_COUNTED: tuple[tuple[type[Writer | Series | BookTag], str, ScalarSelect[int]], ...] = (
    (Writer, "writer", select(func.count()).where(BookWriter.writer_id == Writer.id).scalar_subquery()),
    (Series, "series", select(func.count()).where(Book.series_id == Series.id).scalar_subquery()),
    (BookTag, "tag of books", select(func.count()).where(BookTagging.tag_id == BookTag.id).scalar_subquery()),
)


def faults(session: Reading) -> Iterator[str]:
    """What is wrong with the counts, a sentence each."""
    for model, called, right in _COUNTED:
        wrong = select(model.slug, model.book_count, right).where(model.book_count != right).order_by(model.id)
        for slug, stored, counted in session.execute(wrong):
            yield f"The {called} {slug!r} has {counted} books, and {stored} are stored."


def mend(session: Session) -> None:
    """Make the counts what the books say."""
    for model, _, right in _COUNTED:
        session.execute(update(model).where(model.book_count != right).values(book_count=right))
