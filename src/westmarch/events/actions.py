"""Recording events."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.events.actor import Actor
from westmarch.events.models import Event

_INSERT = insert(Event.__table__)
_INSERT_ONE = _INSERT.returning(Event.__table__.c.id)


def record_all(session: Session, done: Iterable[tuple[str, int]], *, actor: str) -> None:
    """Write down that `actor` did these verbs to these subjects, as `record` does for one."""
    rows = [_row(verb, actor, one, None) for verb, one in done]
    if rows:
        session.execute(_INSERT, rows)


def record(
    session: Session, verb: str, *, actor: str, subject_id: int | None = None, detail: dict[str, Any] | None = None
) -> int:
    """Write down that `actor` did `verb` (such as `post.published`) to a subject, in the session's transaction.

    Returns the event's id. `detail["undo"]` is what is needed to take it back.
    """
    return int(session.execute(_INSERT_ONE, _row(verb, actor, subject_id, detail)).scalar_one())


def _row(verb: str, actor: str, subject_id: int | None, detail: dict[str, Any] | None) -> dict[str, Any]:
    known = actor if isinstance(actor, Actor) else Actor(actor)
    return {
        "verb": verb,
        "at": now(),
        "actor": str(actor),
        "token": known.token,
        "request_id": known.request_id,
        "subject_id": subject_id,
        "detail": detail or {},
    }
