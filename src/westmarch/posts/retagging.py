"""Merging and deleting tags, with all that posts store about them: listings, counts of months, counts of tags."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.errors import Conflict
from westmarch.events import actions as events
from westmarch.links import handing
from westmarch.posts import counts
from westmarch.posts.counts import Listing
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold
from westmarch.tags import actions as tags
from westmarch.tags.managing import Edited
from westmarch.tags.models import Tag, Tagging

_tagging = Tagging.__table__


def merge(session: Session, from_id: int, into_id: int, site: Site, *, expected: str | None = None, actor: str) -> int:
    """Let a tag become another one: posts have that one, its name and synonyms mean it, its paths lead there.

    Returns the id of the event. Raises NotFound, Conflict where the two are one, Stale where the tag that goes is not
    of the `expected` version.
    """
    if from_id == into_id:
        raise Conflict("A tag cannot be merged into itself.", place="into", hint="Choose another tag.")
    for tag_id in sorted((from_id, into_id)):  # Always in this order: two who merge wait for each other, and go on.
        tags.editable(session, tag_id)
    tag, into = tags.editable(session, from_id, expected), tags.editable(session, into_id)
    rows = _hanging(session, from_id)
    there = set(session.scalars(select(Tagging.subject_id).where(Tagging.tag_id == into_id)))
    both = [row for row in rows if row.subject_id in there]
    moved = [row for row in rows if row.subject_id not in there]
    there_too = _having(into_id).subquery()
    doubled = Tagging.subject_id.in_(select(there_too.c.subject_id))
    session.execute(delete_rows(Tagging).where(Tagging.tag_id == from_id, doubled))
    session.execute(update(Tagging).where(Tagging.tag_id == from_id).values(tag_id=into_id))
    count_by(session, [(row, (from_id,), () if row.subject_id in there else (into_id,)) for row in rows], site)
    meant = tags.fit_synonyms(session, into.synonyms, into.name, into_id)
    known = {fold(name) for name in (into.name, *meant)}
    learned = [name for name in (tag.name, *tag.synonyms) if fold(name) not in known][: tags.SYNONYMS - len(meant)]
    given = handing.hand_over(session, from_id, into_id)
    remove(session, from_id)
    tags.store(session, into_id, {"synonyms": [*meant, *learned]})
    undo = {
        "tag": columns(tag),
        "into": into_id,
        "moved": [[row.subject_id, row.rank] for row in moved],
        "both": [[row.subject_id, row.rank] for row in both],
        "links": given,
        "learned": learned,
    }
    detail = {"name": tag.name, "path": tag.path, "into": into.name, "posts": len(rows), "undo": undo}
    return events.record(session, "tag.merged", actor=actor, subject_id=from_id, detail=detail)


def delete(session: Session, tag_id: int, site: Site, *, expected: str | None = None, actor: str) -> int:
    """Take a tag off all that it hangs on and delete it; its paths answer 410. Returns the id of the event.

    Raises NotFound, and Stale where the tag is not of the `expected` version.
    """
    tag = tags.editable(session, tag_id, expected)
    rows = _hanging(session, tag_id)
    count_by(session, [(row, (tag_id,), ()) for row in rows], site)
    session.execute(delete_rows(Tagging).where(Tagging.tag_id == tag_id))
    remove(session, tag_id)
    undo = {"tag": columns(tag), "taggings": [[row.subject_id, row.rank] for row in rows]}
    detail = {"name": tag.name, "path": tag.path, "posts": len(rows), "undo": undo}
    return events.record(session, "tag.deleted", actor=actor, subject_id=tag_id, detail=detail)


def count_by(
    session: Session, changes: Iterable[tuple[NamedRow, tuple[int, ...], tuple[int, ...]]], site: Site
) -> None:
    """Change the stored counts by taggings (rows with `listed_at`) that had some tags and have others now."""
    told = [(Listing(row.listed_at, before, ()), Listing(row.listed_at, after, ())) for row, before, after in changes]
    counts.apply(session, told, site.zone)


def columns(tag: Edited) -> dict[str, Any]:
    """What makes a tag again that is gone."""
    return {
        "name": tag.name,
        "slug": tag.slug,
        "path": tag.path,
        "description": tag.description,
        "synonyms": tag.synonyms,
    }


def remove(session: Session, tag_id: int) -> None:
    """Delete the row of a tag that hangs on nothing."""
    session.execute(delete_rows(Tag).where(Tag.id == tag_id))
    subjects.purge(session, tag_id)


def put_back(session: Session, tag_id: int, stored: dict[str, Any]) -> None:
    """Make a tag again that was removed, hanging on nothing. Raises Conflict where its name means another tag now."""
    tags.check_free(session, stored["name"], tag_id)
    meant = tags.fit_synonyms(session, stored["synonyms"], stored["name"], tag_id)
    subjects.revive(session, tag_id)
    made = stored | {"id": tag_id, "folded": fold(stored["name"]), "synonyms": meant, "post_count": 0}
    session.execute(insert(Tag).values(**made))


def _hanging(session: Session, tag_id: int) -> Sequence[NamedRow]:
    """The taggings of a tag, their posts locked."""
    having = _having(tag_id)
    session.execute(select(Post.id).where(Post.id.in_(having)).order_by(Post.id).with_for_update())
    taggings = select(_tagging.c.subject_id, _tagging.c.rank, _tagging.c.listed_at)
    return session.execute(taggings.where(_tagging.c.tag_id == tag_id).order_by(_tagging.c.subject_id)).all()


def _having(tag_id: int) -> Any:
    return select(_tagging.c.subject_id).where(_tagging.c.tag_id == tag_id)
