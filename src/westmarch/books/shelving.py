"""Keeping what the owner reads: the readings that a source tells of are brought together with those on the shelf."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from westmarch.books.entries import Entry, GivenReading
from westmarch.books.models import READ, Reading
from westmarch.db.types import now
from westmarch.text.markdown import render

_reading = Reading.__table__
# How many ids one statement asks for.
_ASKED = 10_000


def store(session: Session, books: Sequence[tuple[Entry, int]]) -> dict[int, tuple[int, ...]]:
    """Store the readings of entries whose books have these ids.

    Returns the books whose readings changed, each with the ids of the readings that were made.

    A reading of the shelf is the source's where both were finished on the same day; one that was not finished becomes
    what the source says of the book now. No reading is taken away.
    """
    given = [(entry, id_) for entry, id_ in books if entry.readings]
    there: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    ids = [id_ for _, id_ in given]
    for start in range(0, len(ids), _ASKED):
        asked = select(*_reading.c).where(_reading.c.book_id.in_(ids[start : start + _ASKED])).order_by(_reading.c.id)
        for row in session.connection().execute(asked):
            there[row.book_id].append(row)
    changed: dict[int, tuple[int, ...]] = {}
    for entry, id_ in given:
        for reading in entry.readings:
            found = _same(reading, there[id_])
            if found is not None:
                there[id_].remove(found)
            if found is None:
                changed[id_] = (*changed.get(id_, ()), _make(session, id_, reading))
            elif _revise(session, reading, found):
                changed.setdefault(id_, ())
    return changed


def _same(reading: GivenReading, there: Sequence[Row[Any]]) -> Row[Any] | None:
    """The reading of the shelf that is meant."""
    for row in there if reading.status == READ else ():
        if row.status == READ and (row.finished_on is None or reading.finished_on in (row.finished_on, None)):
            return row
    return next((row for row in there if row.status != READ), None)


def _make(session: Session, book_id: int, reading: GivenReading) -> int:
    moment = now()
    empty = {"started_on": None, "finished_on": None, "rating": None, "review_markdown": "", "review_html": ""}
    values = empty | _rendered(_said(reading)) | {"book_id": book_id, "created_at": moment, "updated_at": moment}
    return int(session.execute(insert(_reading).values(values).returning(_reading.c.id)).scalar_one())


def _revise(session: Session, reading: GivenReading, found: Row[Any]) -> bool:
    """Write a reading over the one that was found; whether anything changed."""
    values = {name: value for name, value in _said(reading).items() if value != getattr(found, name)}
    if not values:
        return False
    session.execute(update(_reading).where(_reading.c.id == found.id).values(_rendered(values) | {"updated_at": now()}))
    return True


def _said(reading: GivenReading) -> dict[str, Any]:
    """What a source says of a reading, by columns."""
    said = ((name, getattr(reading, name)) for name in ("started_on", "finished_on", "rating", "review_markdown"))
    return {"status": reading.status} | {name: value for name, value in said if value}


def _rendered(values: dict[str, Any]) -> dict[str, Any]:
    """The values with the HTML of the review, where there is one among them."""
    if "review_markdown" not in values:
        return values
    return values | {"review_html": render(values["review_markdown"]).html}
