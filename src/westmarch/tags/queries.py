"""Reading tags."""

from collections.abc import Sequence

from sqlalchemy import func, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.tags.models import Tag, Tagging

_NAMED = (Tag.id, Tag.name, Tag.path, Tag.post_count)


def by_id(session: Reading, tag_id: int) -> NamedRow | None:
    """The tag, or None."""
    return session.execute(select(*_NAMED, Tag.description, Tag.synonyms).where(Tag.id == tag_id)).one_or_none()


def of_subjects(session: Reading, subject_ids: Sequence[int]) -> dict[int, list[NamedRow]]:
    """The tags of each subject, in the order that its writer gave them."""
    found: dict[int, list[NamedRow]] = {subject_id: [] for subject_id in subject_ids}
    if not found:
        return found
    statement = (
        select(Tagging.subject_id, Tag.id, Tag.name, Tag.path)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tagging.subject_id.in_(subject_ids))
        .order_by(Tagging.subject_id, Tagging.rank, Tag.id)
    )
    for row in session.execute(statement):
        found[row.subject_id].append(row)
    return found


def most_used(session: Reading, limit: int) -> Sequence[NamedRow]:
    """The tags with the most listed posts, most first; a tag without any is left out."""
    statement = select(*_NAMED, Tag.description).where(Tag.post_count > 0)
    return session.execute(statement.order_by(Tag.post_count.desc(), Tag.folded).limit(limit)).all()


def count(session: Reading) -> int:
    """How many tags have listed posts."""
    return session.scalar(select(func.count()).select_from(Tag).where(Tag.post_count > 0)) or 0


def by_name(session: Reading, page: int, size: int) -> Sequence[NamedRow]:
    """Page `page` of the tags that have listed posts, by name."""
    named = select(*_NAMED).where(Tag.post_count > 0).order_by(Tag.folded).limit(size)
    if page > 1:
        before = select(Tag.folded).where(Tag.post_count > 0).order_by(Tag.folded).limit((page - 1) * size).subquery()
        named = named.where(Tag.folded > select(func.max(before.c.folded)).scalar_subquery())
    return session.execute(named).all()
