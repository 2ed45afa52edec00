"""Taking an import back: the tags, authors and topics that it made, where nobody else has a use for them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from westmarch.authors.models import Author
from westmarch.events import actions as events
from westmarch.posts.models import Byline
from westmarch.subjects import actions as subjects
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic
from westmarch.transfer import runs, undoing_paths
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.models import ImportMade

#: A kind, an id, a path, a name, and why it stays.
Kept = tuple[str, int, str, str, str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of names is stored: `used` says that it hangs on something, `written` that somebody told of it."""

    model: type[Tag] | type[Author] | type[Topic]
    name: InstrumentedAttribute[str]
    used: ColumnElement[bool]
    written: ColumnElement[bool]


KINDS = {
    "tag": _Kind(
        Tag, Tag.name, exists().where(Tagging.tag_id == Tag.id), (Tag.description != "") | (Tag.synonyms != [])
    ),
    "author": _Kind(
        Author,
        Author.name,
        exists().where(Byline.author_id == Author.id),
        (Author.bio_markdown != "") | Author.picture_id.is_not(None) | (Author.links != []),
    ),
    "topic": _Kind(Topic, Topic.title, exists().where(Part.topic_id == Topic.id), Topic.introduction_markdown != ""),
}


def remove(session: Session, run_id: int) -> tuple[dict[str, int], list[Kept]]:
    """Remove what an import made and nothing has any more; how many of each kind, and those that stay all the same.

    What still hangs on a post is in use and not worth a word.
    """
    removed: dict[str, int] = {}
    kept: list[Kept] = []
    for kind, how in KINDS.items():
        made = select(ImportMade.made_id).where(ImportMade.run_id == run_id, ImportMade.kind == kind)
        details = runs.noted(session, run_id, kind)
        rows = session.execute(
            select(how.model.id, how.model.path, how.name.label("name"), how.written.label("written"))
            .where(how.model.id.in_(made), ~how.used)
            .order_by(how.model.id)
        ).all()
        for row in rows:
            reason = (
                "somebody wrote about it"
                if row.written and not _as_it_came(session, how, row.id, details[row.id])
                else undoing_paths.referred_to(session, [row.id]).get(row.id)
            )
            if reason:
                kept.append((kind, row.id, row.path, row.name, reason))
                continue
            session.execute(delete(how.model).where(how.model.id == row.id))
            subjects.purge(session, row.id)
            events.record(session, f"{kind}.purged", actor=ACTOR, subject_id=row.id, detail={"path": row.path})
            removed[kind] = removed.get(kind, 0) + 1
    return removed, kept


def _as_it_came(session: Session, how: _Kind, subject_id: int, detail: dict[str, Any]) -> bool:
    """Whether what is written about it is what the import itself brought."""
    if not detail:
        return False
    columns = how.model.__table__.c
    now = session.execute(select(*(columns[key] for key in detail)).where(columns.id == subject_id)).mappings().one()
    return dict(now) == detail
