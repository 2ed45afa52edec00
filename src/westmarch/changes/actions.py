"""Keeping the change log short."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from westmarch.changes.models import Change

#: Changes younger than this are kept, whoever has seen them.
KEPT = timedelta(days=7)
#: Rows deleted in one transaction at most, so that a writer never waits long.
BATCH = 5_000


def prune(session: Session, *, passed: int, now: datetime) -> int:
    """Delete changes that all followers have passed and that are older than seven days; the newest row always stays.

    Returns how many were deleted; when that is not 0, there may be more.
    """
    newest = select(func.max(Change.position)).scalar_subquery()
    # Only the oldest are looked at: the search for a row that is old enough never goes through the whole log.
    oldest = (
        select(Change.id, Change.at)
        .where(Change.position <= passed, Change.position < newest)
        .order_by(Change.position)
        .limit(BATCH)
        .subquery()
    )
    old = select(oldest.c.id).where(oldest.c.at < now - KEPT)
    done = session.execute(delete(Change).where(Change.id.in_(old)))
    assert isinstance(done, CursorResult)
    return done.rowcount
