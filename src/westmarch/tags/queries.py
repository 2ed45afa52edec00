"""Reading tags. Statements are built once, on tables (see posts/queries.py)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.tags.models import Tag, Tagging

_tag, _tagging = Tag.__table__, Tagging.__table__
_NAMED = (_tag.c.id, _tag.c.name, _tag.c.path, _tag.c.post_count)
_USED = _tag.c.post_count > 0

_BY_ID = select(*_NAMED, _tag.c.slug, _tag.c.description, _tag.c.synonyms).where(_tag.c.id == bindparam("id"))


def by_id(session: Reading, tag_id: int) -> NamedRow | None:
    """The tag, or None."""
    return session.execute(_BY_ID, {"id": tag_id}).one_or_none()


_longer = _tag.alias("longer")
_USED_BY_ID = (
    select(_tag.c.id, _tag.c.name, _tag.c.path, _tag.c.description, _longer.c.id.label("longer"))
    .select_from(_tag)
    .outerjoin(_longer, (_longer.c.id == _tag.c.id) & (_longer.c.post_count > bindparam("posts")))
    .where(_tag.c.id == bindparam("id"), _USED)
)


def used(session: Reading, tag_id: int, posts: int) -> NamedRow | None:
    """The tag, or None where it has no listed posts. `longer` is none where it has no more than `posts`."""
    return session.execute(_USED_BY_ID, {"id": tag_id, "posts": posts}).one_or_none()


# A tag without a page comes back as a row without a tag, so that what is read is told by its keys (see `_listed` in
# posts/queries.py).
_OF_SUBJECTS = (
    select(_tagging.c.subject_id, _tagging.c.tag_id, _tag.c.id, _tag.c.name, _tag.c.path)
    .select_from(_tagging)
    .outerjoin(_tag, (_tag.c.id == _tagging.c.tag_id) & _USED)
    .where(_tagging.c.subject_id.in_(bindparam("ids", expanding=True)))
    .order_by(_tagging.c.subject_id, _tagging.c.rank, _tag.c.id)
)


def of_subjects(session: Reading, subject_ids: Sequence[int]) -> dict[int, list[NamedRow]]:
    """The tags of each subject that have pages, in the order that its writer gave them."""
    found: dict[int, list[NamedRow]] = {subject_id: [] for subject_id in subject_ids}
    for row in session.execute(_OF_SUBJECTS, {"ids": list(found)}) if found else ():
        if row.id is not None:
            found[row.subject_id].append(row)
    return found


# A walk in the index of counts, so that it costs the same however many tags there are.
_MOST_USED = (
    select(*_NAMED, _tag.c.folded)
    .where(_USED)
    .order_by(_tag.c.post_count.desc(), _tag.c.id.desc())
    .limit(bindparam("limit"))
)
_MOST_USED_DESCRIBED = _MOST_USED.add_columns(_tag.c.description)


def most_used(session: Reading, limit: int, *, described: bool = False) -> Sequence[NamedRow]:
    """The tags with the most listed posts, most first, then by name; a tag without any is left out.

    Of several with the same count, the newest are in where the limit cuts among them. `described`: with descriptions.
    """
    rows = session.execute(_MOST_USED_DESCRIBED if described else _MOST_USED, {"limit": limit})
    return sorted(rows, key=lambda tag: (-tag.post_count, tag.folded))


_COUNT = select(func.count()).select_from(_tag).where(_USED)


def count(session: Reading) -> int:
    """How many tags have listed posts."""
    return session.scalar(_COUNT) or 0


_PATHS = select(_tag.c.id, _tag.c.path).where(_USED).order_by(_tag.c.id).limit(bindparam("limit"))


def paths(session: Reading, limit: int) -> Sequence[NamedRow]:
    """The paths of the tags that have listed posts."""
    return session.execute(_PATHS, {"limit": limit}).all()


_names_before = select(_tag.c.folded).where(_USED).order_by(_tag.c.folded).limit(bindparam("before")).subquery()
_last_before = select(func.max(_names_before.c.folded)).scalar_subquery()
_BY_NAME = select(*_NAMED).where(_USED).order_by(_tag.c.folded).limit(bindparam("size"))
_BY_NAME_AFTER = _BY_NAME.where(_tag.c.folded > _last_before)


def by_name(session: Reading, page: int, size: int) -> Sequence[NamedRow]:
    """Page `page` of the tags that have listed posts, by name."""
    values = {"before": (page - 1) * size, "size": size}
    return session.execute(_BY_NAME_AFTER if page > 1 else _BY_NAME, values).all()
