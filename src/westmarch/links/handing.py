"""Giving all paths of a subject to another one into which it was merged, and taking that back."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.errors import Conflict
from westmarch.links.models import Link

_link = Link.__table__


def hand_over(session: Session, subject_id: int, to_id: int) -> list[tuple[int, bool]]:
    """Let all paths of a subject lead to another one, for good; each link's id, and whether it was the current one."""
    rows = session.execute(select(_link.c.id, _link.c.current).where(_link.c.subject_id == subject_id)).all()
    session.execute(update(Link).where(Link.subject_id == subject_id).values(subject_id=to_id, current=False))
    return [(row.id, row.current) for row in rows]


def hand_back(session: Session, subject_id: int, from_id: int, given: Sequence[tuple[int, bool]]) -> None:
    """Take back what `hand_over` gave. Raises Conflict where one of the paths leads elsewhere meanwhile."""
    ids = [link_id for link_id, _ in given]
    there = Link.id.in_(ids) & (Link.subject_id == from_id) & ~Link.current
    found = session.execute(update(Link).where(there).values(subject_id=subject_id).returning(Link.id)).all()
    if len(found) != len(ids):
        raise Conflict("A path that it had leads elsewhere now.", hint="Look at the redirects.")
    session.execute(
        update(Link).where(Link.id.in_([link_id for link_id, current in given if current])).values(current=True)
    )
