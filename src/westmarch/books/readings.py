"""Putting single books on the shelf, changing what stands there, and taking it off."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.books.models import READ, READING, TO_READ, Book, Reading
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading as Snapshot
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound
from westmarch.text.markdown import render

STATUSES = (TO_READ, READING, READ)
#: What an owner says of a reading; None takes it away.
FIELDS = ("status", "started_on", "finished_on", "rating", "review_markdown")
#: A rating is of 5, in quarters.
HIGHEST, STEP = 5.0, 0.25
#: What whoever begins a book once more may have meant.
_AGAIN = "It is read once more? Then say --again."

_reading, _book = Reading.__table__, Book.__table__
_SHELVED = (
    select(*_reading.c, _book.c.title, _book.c.book_id.label("number"), _book.c.path)
    .select_from(_reading)
    .join(_book, _book.c.id == _reading.c.book_id)
)


def of_book(session: Snapshot, id_: int) -> Sequence[NamedRow]:
    """The readings of a book, the newest first."""
    return session.execute(_SHELVED.where(_reading.c.book_id == id_).order_by(_reading.c.id.desc())).all()


def all_of_them(session: Snapshot, status: str | None = None) -> Sequence[NamedRow]:
    """The shelf, of one status or of all: what is being read first, then what was read last."""
    found = session.execute(_SHELVED if status is None else _SHELVED.where(_reading.c.status == status)).all()
    order = (READING, READ, TO_READ)
    return sorted(found, key=lambda row: (order.index(row.status), -(row.finished_on or date.min).toordinal(), -row.id))


def shelve(
    session: Session,
    book_id: int,
    said: Mapping[str, Any],
    *,
    today: date,
    again: bool = False,
    number: int | None = None,
) -> tuple[NamedRow | None, NamedRow]:
    """Put a book on the shelf, or change its newest reading, or the one with a number; `again` makes another one.

    `said` has of `FIELDS` what is said, None to take it away. A book that is new there and of which no day is said is
    one to read. Returns the reading as it was, None for a new one, and as it is. Raises Invalid and NotFound.
    """
    there = None if again else _wanted(session, book_id, number)
    values = {name: getattr(there, name) if there else None for name in FIELDS} | dict(said)
    if "status" not in said:
        values["status"] = _follows(said, values["status"])
    values["review_markdown"] = values["review_markdown"] or ""
    _require(values, today, hint=_AGAIN if there is not None and there.status == READ else "")
    if there is not None and all(values[name] == getattr(there, name) for name in FIELDS):
        return there, there
    if there is None or values["review_markdown"] != there.review_markdown:
        values["review_html"] = render(values["review_markdown"]).html if values["review_markdown"] else ""
    moment = now()
    if there is not None:
        session.execute(update(_reading).where(_reading.c.id == there.id).values(values | {"updated_at": moment}))
        return there, _one(session, there.id)
    made = values | {"book_id": book_id, "created_at": moment, "updated_at": moment}
    id_ = session.execute(insert(_reading).values(made).returning(_reading.c.id)).scalar_one()
    return None, _one(session, id_)


def unshelve(session: Session, book_id: int, *, number: int | None = None) -> NamedRow:
    """Take a reading of a book off the shelf; the reading as it was.

    Raises NotFound where there is none, and Conflict where there are several and no number says which.
    """
    readings = of_book(session, book_id)
    if number is None and len(readings) > 1:
        several = "; ".join(
            f"{row.id}: {row.status} {row.finished_on or row.started_on or ''}".strip() for row in readings
        )
        raise Conflict(f"The book was read several times: {several}.", hint="Say which, as --reading 7.")
    found = _wanted(session, book_id, number)
    if found is None:
        raise NotFound("The book is not on the shelf.")
    session.execute(delete(_reading).where(_reading.c.id == found.id))
    return found


def _wanted(session: Snapshot, book_id: int, number: int | None = None) -> NamedRow | None:
    readings = of_book(session, book_id)
    if number is None:
        return next(iter(readings), None)
    found = next((row for row in readings if row.id == number), None)
    if found is None:
        raise NotFound(f"The book has no reading {number}.", hint="`westmarch shelf list` has their numbers.")
    return found


def _one(session: Snapshot, id_: int) -> NamedRow:
    return session.execute(_SHELVED.where(_reading.c.id == id_)).one()


def _follows(said: Mapping[str, Any], status: str | None) -> str:
    """The status that follows from what is said, where none is."""
    if said.get("finished_on"):
        return READ
    if said.get("started_on") and status in (None, TO_READ):
        return READING
    return status or TO_READ


def _require(values: Mapping[str, Any], today: date, *, hint: str = "") -> None:
    """Raises Invalid, naming the field, for what cannot be; `hint` is for what does not fit a reading that is there."""
    status, began, ended, rating = (values[name] for name in ("status", "started_on", "finished_on", "rating"))
    if status not in STATUSES:
        raise Invalid(f"{status!r} is no status.", place="status", hint=f"There are: {', '.join(STATUSES)}.")
    for name, day in (("started", began), ("finished", ended)):
        if day is not None and day > today:
            raise Invalid(f"The day {day} is still to come.", place=name)
    if ended is not None and status != READ:
        raise Invalid(
            f"A book that was finished on {ended} was read.",
            place="status",
            hint=hint or "Or take the day away: none.",
        )
    if began is not None and status == TO_READ:
        raise Invalid(f"A book that was begun on {began} is not still to read.", place="status")
    if began is not None and ended is not None and ended < began:
        raise Invalid(f"It cannot be finished on {ended} and begun on {began}.", place="finished", hint=hint)
    if rating is not None and not (STEP <= rating <= HIGHEST and (rating / STEP).is_integer()):
        raise Invalid(f"The rating {rating:g} is none.", place="rating", hint="A rating is 0.25 to 5, in quarters.")
