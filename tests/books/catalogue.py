"""Books for tests of pages: whatever a test does not name has a value that nobody minds."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from westmarch.books.entries import GivenReading
from westmarch.books.making import make
from westmarch.books.storing import Storing


def add(session: Session, *said: dict[str, Any], readings: Sequence[GivenReading] = ()) -> list[int]:
    """Store books as a load would, each of what it says; the ids of their subjects. All have the same readings."""
    entries = [make({"title": "A title"} | one, row, {}, tuple(readings)) for row, one in enumerate(said, 1)]
    return [outcome.id or 0 for outcome in Storing().store(session, entries)]


def shelved(session: Session, *, review: str = "Worth it.", day: date = date(2024, 3, 1), **said: Any) -> int:
    """Store a book that was read on a day, with a review."""
    reading = GivenReading("read", date(2024, 2, 1), day, 4.5, review)
    return add(session, said, readings=[reading])[0]
