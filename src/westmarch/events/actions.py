"""Recording events."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.events.models import Event

_INSERT = insert(Event.__table__)


def record_all(session: Session, done: Iterable[tuple[str, int]], *, actor: str) -> None:
    """Write down that `actor` did these verbs to these subjects, as `record` does for one."""
    rows = [{"verb": verb, "at": now(), "actor": actor, "subject_id": one, "detail": {}} for verb, one in done]
    if rows:
        session.execute(_INSERT, rows)


def record(
    session: Session, verb: str, *, actor: str, subject_id: int | None = None, detail: dict[str, Any] | None = None
) -> None:
    """Write down that `actor` did `verb` (such as `post.published`) to a subject, in the session's transaction."""
    session.execute(
        _INSERT, {"verb": verb, "at": now(), "actor": actor, "subject_id": subject_id, "detail": detail or {}}
    )
