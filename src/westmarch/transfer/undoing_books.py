"""Taking an import back: the books and readings that it made, where nobody changed them since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from westmarch.books import models, removing
from westmarch.books.entries import Outcome
from westmarch.books.models import Book
from westmarch.books.storing import logging
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.events import actions as events
from westmarch.ops import schema
from westmarch.transfer import runs
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.models import ImportMade
from westmarch.transfer.undoing_names import Kept

_book, _reading = Book.__table__, models.Reading.__table__
#: What is asked of each kind: its id, when it changed last, and more.
KINDS = {
    "book": (_book.c.id, _book.c.updated_at, _book.c.path, _book.c.title),
    "reading": (_reading.c.id, _reading.c.updated_at, _reading.c.book_id),
}
# How many ids one statement names.
_ASKED = 10_000


@dataclass(slots=True)
class Found:
    """What an import made: the ids of the books that go, of the readings that go from other books, and what stays."""

    books: list[int] = field(default_factory=list)
    readings: list[int] = field(default_factory=list)
    staying: list[Kept] = field(default_factory=list)


def note(session: Session, run_id: int, outcomes: Sequence[Outcome]) -> None:
    """Write down which books and readings an import made in this transaction, and when each changed last."""
    made = {
        "book": [one.id for one in outcomes if one.fate == "new" and one.id is not None],
        "reading": [id_ for one in outcomes for id_ in one.readings],
    }
    for kind, (id_, *others) in KINDS.items():
        for some in _parts(made[kind]):
            rows = session.execute(select(id_, *others).where(id_.in_(some)))
            runs.note_all(session, run_id, kind, {row.id: {"changed": row.updated_at.isoformat()} for row in rows})


def judged(session: Reading, run_id: int) -> Found:
    """What of the books and readings of an import goes, and what stays; what is gone already is neither."""
    found = Found()
    if not schema.reached(session, models.SCHEMA):
        return found
    books = {row.id: row for row in _made(session, run_id, "book")}
    readings = {row.id: row for row in _made(session, run_id, "reading")}
    changed = {id_ for id_, row in readings.items() if not _as_it_came(row)}
    shelved = select(_reading.c.id, _reading.c.book_id).order_by(_reading.c.id)
    others = {row.book_id for row in session.execute(shelved) if row.id not in readings or row.id in changed}
    for id_, row in books.items():
        reason = "" if _as_it_came(row) else "it was changed since"
        reason = reason or ("what the shelf says of it was changed since" if id_ in others else "")
        if reason:
            found.staying.append(("book", id_, row.path, row.title, reason))
        else:
            found.books.append(id_)
    paths = select(_reading.c.id, _book.c.path, _book.c.title).join(_book, _book.c.id == _reading.c.book_id)
    for id_, row in readings.items():
        if row.book_id in books:  # It goes or stays with its book.
            continue
        if id_ in changed:
            of = session.execute(paths.where(_reading.c.id == id_)).one()
            found.staying.append(("reading", id_, of.path, of.title, "it was changed since"))
        else:
            found.readings.append(id_)
    return found


def remove(session: Session, run_id: int) -> Found:
    """Remove what goes; what it was."""
    found = judged(session, run_id)
    with logging(session, len(found.books)):
        removing.remove(session, found.books)
    for some in _parts(found.readings):
        session.execute(delete(_reading).where(_reading.c.id.in_(some)))
    events.record_all(session, [("book.purged", id_) for id_ in found.books], actor=ACTOR)
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _ASKED] for start in range(0, len(ids), _ASKED))


def _made(session: Reading, run_id: int, kind: str) -> Sequence[NamedRow]:
    """What an import made of a kind and is still there, with what was written down of it."""
    id_, *others = KINDS[kind]
    return session.execute(
        select(id_, *others, ImportMade.detail)
        .join(ImportMade, ImportMade.made_id == id_)
        .where(ImportMade.run_id == run_id, ImportMade.kind == kind)
        .order_by(id_)
    ).all()


def _as_it_came(row: NamedRow) -> bool:
    return bool(row.updated_at.isoformat() == row.detail.get("changed"))
