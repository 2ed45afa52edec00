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


def store(session: Session, books: Sequence[tuple[Entry, int]]) -> set[int]:
    """Store the readings of entries whose books have these ids; the ids of the books whose readings changed.

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
    changed: set[int] = set()
    for entry, id_ in given:
        for reading in entry.readings:
            found = _same(reading, there[id_])
            if found is not None:
                there[id_].remove(found)
            if _write(session, id_, reading, found):
                changed.add(id_)
    return changed


def _same(reading: GivenReading, there: Sequence[Row[Any]]) -> Row[Any] | None:
    """The reading of the shelf that is meant."""
    for row in there if reading.status == READ else ():
        if row.status == READ and (row.finished_on is None or reading.finished_on in (row.finished_on, None)):
            return row
    return next((row for row in there if row.status != READ), None)


def _write(session: Session, book_id: int, reading: GivenReading, found: Row[Any] | None) -> bool:
    """Write a reading over the one that was found, or anew; whether anything changed."""
    values: dict[str, Any] = {"status": reading.status}
    for name in ("started_on", "finished_on", "rating", "review_markdown"):
        if value := getattr(reading, name):
            values[name] = value
    if found is not None:
        values = {name: value for name, value in values.items() if value != getattr(found, name)}
        if not values:
            return False
    if "review_markdown" in values:
        values["review_html"] = render(values["review_markdown"]).html
    moment = now()
    values["updated_at"] = moment
    if found is not None:
        session.execute(update(_reading).where(_reading.c.id == found.id).values(values))
        return True
    empty = {"started_on": None, "finished_on": None, "rating": None, "review_markdown": "", "review_html": ""}
    session.execute(insert(_reading).values(empty | values | {"book_id": book_id, "created_at": moment}))
    return True
