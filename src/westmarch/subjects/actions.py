"""Making subjects, and ending them."""

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.errors import NotFound
from westmarch.subjects.models import Subject

_INSERT = insert(Subject.__table__).returning(Subject.__table__.c.id)


def create(session: Session, kind: str) -> int:
    """Make a subject of this kind (`post`, `tag`, …) and return its id, which is never used again."""
    return int(session.execute(_INSERT, {"kind": kind, "created_at": now()}).scalar_one())


def purge(session: Session, subject_id: int) -> None:
    """Mark that what the subject stood for was removed for good: its paths stay its own and answer 410.

    A second purge changes nothing. Raises NotFound where there is no such subject.
    """
    purge_now = update(Subject).where(Subject.id == subject_id, Subject.purged_at.is_(None)).values(purged_at=now())
    if session.execute(purge_now.returning(Subject.id)).scalar() is None and session.get(Subject, subject_id) is None:
        raise NotFound(f"There is no subject {subject_id}.")


def revive(session: Session, subject_id: int) -> None:
    """Take back that a subject was purged: its paths lead to it again, where whatever it stands for is there again."""
    session.execute(update(Subject).where(Subject.id == subject_id).values(purged_at=None))
