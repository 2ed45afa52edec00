"""Making many subjects at once."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from westmarch.db.bulk import insert_rows
from westmarch.db.types import now
from westmarch.subjects.models import Subject

_subject = Subject.__table__
# The largest id that was ever given; SQLite's one writer gives the next ones.
_LARGEST = text("SELECT seq FROM sqlite_sequence WHERE name = 'subject'")


def create(session: Session, kind: str, number: int) -> list[int]:
    """Make so many subjects of a kind; their ids, ascending."""
    if number == 0:
        return []
    if session.get_bind().dialect.name == "sqlite":
        largest = session.scalar(_LARGEST) or 0
        ids = list(range(largest + 1, largest + number + 1))
    else:
        numbers = func.generate_series(1, number).table_valued("number")
        next_id = func.nextval(func.pg_get_serial_sequence("subject", "id"))
        ids = sorted(session.scalars(select(next_id).select_from(numbers)))
    moment = now()
    insert_rows(session, _subject, ("id", "kind", "created_at"), [(id_, kind, moment) for id_ in ids])
    return ids
