"""Removing books: their pages answer 410 from then on, and nothing counts them any more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.db.types import now
from westmarch.subjects.models import Subject

# How many ids one statement names.
_ASKED = 10_000


def remove(session: Session, ids: Sequence[int]) -> None:
    """Remove the books with these subjects, with what the owner has written of them.

    Writers, series and tags stay, as does the subject and its paths.
    """
    for start in range(0, len(ids), _ASKED):
        some = ids[start : start + _ASKED]
        for model, column, where in (
            (Writer, BookWriter.writer_id, BookWriter.book_id.in_(some)),
            (BookTag, BookTagging.tag_id, BookTagging.book_id.in_(some)),
            (Series, Book.series_id, Book.id.in_(some)),
        ):
            _count_less(session, model, column, where)
        session.execute(delete(BookWriter).where(BookWriter.book_id.in_(some)))
        session.execute(delete(BookTagging).where(BookTagging.book_id.in_(some)))
        session.execute(delete(Book).where(Book.id.in_(some)))
        session.execute(update(Subject).where(Subject.id.in_(some)).values(purged_at=now()))


def _count_less(
    session: Session, model: type[Writer | Series | BookTag], column: Any, where: ColumnElement[bool]
) -> None:
    counted = select(column, func.count()).where(where, column.is_not(None)).group_by(column)
    for id_, number in session.execute(counted).all():
        session.execute(update(model).where(model.id == id_).values(book_count=model.book_count - number))
