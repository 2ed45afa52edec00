"""Making tags and hanging them on subjects."""

from collections.abc import Iterable, Sequence
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


def known(session: Session, names: Sequence[str]) -> dict[str, int | None]:
    """The ids of the tags called so, by folded name; None for those that do not exist.

    A name is found by its folded form and by the synonyms of other tags.
    """
    wanted = spellings(names)
    if not wanted:
        return {}
    found: dict[str, int] = dict(session.execute(_NAMED, {"names": list(wanted)}).all())
    if len(found) < len(wanted):
        for tag_id, synonyms in session.execute(_WITH_SYNONYMS):
            found |= {fold(s): tag_id for s in synonyms if fold(s) in wanted and fold(s) not in found}
    return {folded: found.get(folded) for folded in wanted}


def ensure(session: Session, names: Sequence[str], looked_up: dict[str, int | None] | None = None) -> list[int]:
    """The ids of the tags called so, in order and each once; tags that do not exist are made.

    `looked_up` is what `known` gave for these names and others in this transaction; what is made is added to it.
    """
    found = known(session, names) if looked_up is None else looked_up
    ids = []
    for folded, name in spellings(names).items():
        tag_id = found[folded]
        if tag_id is None:
            found[folded] = tag_id = _create(session, name, folded)
        ids.append(tag_id)
    return list(dict.fromkeys(ids))


def _create(session: Session, name: str, folded: str) -> int:
    tag_id = subjects.create(session, "tag")
    path = links.claim_free(session, tag_id, f"/tags/{slugify(name)}/", new=True)
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


def hang(session: Session, subjects_tags: Iterable[tuple[int, Sequence[int], datetime | None]]) -> None:
    """Hang tags on subjects that have none: for each its id, its tags in order, and since when it is listed."""
    rows = [
        {"subject_id": subject_id, "tag_id": tag_id, "rank": rank, "listed_at": listed_at}
        for subject_id, tag_ids, listed_at in subjects_tags
        for rank, tag_id in enumerate(tag_ids)
    ]
    if rows:
        session.execute(_INSERT, rows)


def take_off(session: Session, subject_id: int) -> None:
    """Take all tags off a subject."""
    session.execute(delete(Tagging).where(Tagging.subject_id == subject_id))
