"""Making tags and hanging them on subjects."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from westmarch.links import actions as links
from westmarch.links.paths import last_segment, slugify
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold, spellings
from westmarch.tags.models import Tag, Tagging

# Statements are built once: an import runs each of them for every post.
_tag = Tag.__table__
_NAMED = select(_tag.c.folded, _tag.c.id).where(_tag.c.folded.in_(bindparam("names", expanding=True)))
_WITH_SYNONYMS = select(_tag.c.id, _tag.c.synonyms).where(_tag.c.synonyms != [])
_INSERT = insert(Tagging.__table__)


def ensure(session: Session, names: Sequence[str]) -> list[int]:
    """The ids of the tags called so, in order and each once; tags that do not exist are made.

    A name is found by its folded form and by the synonyms of other tags.
    """
    wanted = spellings(names)
    if not wanted:
        return []
    found = dict(session.execute(_NAMED, {"names": list(wanted)}).all())
    if len(found) < len(wanted):
        for tag_id, synonyms in session.execute(_WITH_SYNONYMS):
            found |= {fold(s): tag_id for s in synonyms if fold(s) in wanted and fold(s) not in found}
    ids = [found[folded] if folded in found else _create(session, name, folded) for folded, name in wanted.items()]
    return list(dict.fromkeys(ids))


def _create(session: Session, name: str, folded: str) -> int:
    tag_id = subjects.create(session, "tag")
    path = links.claim_free(session, tag_id, f"/tags/{slugify(name)}/")
    session.execute(
        insert(Tag).values(
            id=tag_id,
            name=name,
            folded=folded,
            slug=last_segment(path),
            path=path,
            description="",
            synonyms=[],
            post_count=0,
        )
    )
    return tag_id


def hang(session: Session, subject_id: int, tag_ids: Sequence[int], listed_at: datetime | None) -> None:
    """Hang tags on a subject that has none, in this order."""
    if tag_ids:
        rows = [
            {"subject_id": subject_id, "tag_id": tag_id, "rank": rank, "listed_at": listed_at}
            for rank, tag_id in enumerate(tag_ids)
        ]
        session.execute(_INSERT, rows)


def take_off(session: Session, subject_id: int) -> None:
    """Take all tags off a subject."""
    session.execute(delete(Tagging).where(Tagging.subject_id == subject_id))
