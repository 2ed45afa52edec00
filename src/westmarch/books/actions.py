"""Writing single books: making, revising and removing them. Catalogues are loaded by `loading/`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.books import removing
from westmarch.books.making import make
from westmarch.books.models import Book
from westmarch.books.storing import Storing
from westmarch.errors import Conflict, NotFound


def create(session: Session, said: Mapping[str, Any]) -> int:
    """Make a book of what is said of it (the fields of `making.make`); its subject's id.

    Without a `book_id` it has the largest plus one. Raises Invalid for values that cannot be taken, Conflict where the
    catalogue has the number already.
    """
    entry = make(said, 1, {})
    if entry.book_id and session.scalar(select(Book.id).where(Book.book_id == entry.book_id)) is not None:
        raise Conflict(f"There is a book {entry.book_id} already.", place="book_id", hint="Give another, or none.")
    outcome = Storing(finds=False).store(session, [entry])[0]
    assert outcome.id is not None
    return outcome.id


def revise(session: Session, book_id: int, said: Mapping[str, Any]) -> None:
    """Change the book with this number; what is not said stays. Raises NotFound, Invalid as `create`."""
    book = session.execute(select(Book.title, Book.extra).where(Book.book_id == book_id)).one_or_none()
    if book is None:
        raise NotFound(f"There is no book {book_id}.")
    entry = make({"title": book.title, **said, "book_id": book_id}, 1, book.extra)
    if "title" not in said and "series" not in said:
        entry.says_series = False
    Storing().store(session, [entry])


def remove(session: Session, book_id: int) -> None:
    """Remove the book with this number: its page answers 410. Raises NotFound."""
    found = session.scalar(select(Book.id).where(Book.book_id == book_id))
    if found is None:
        raise NotFound(f"There is no book {book_id}.")
    removing.remove(session, [found])
