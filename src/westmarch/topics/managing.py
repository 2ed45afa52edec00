"""What those who keep the topics in order look at: all topics, and each as it can be edited."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select

from westmarch.db import keyset
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.subjects.names import fold
from westmarch.subjects.version import version_of
from westmarch.topics.models import Part, Topic

_topic, _part = Topic.__table__, Part.__table__
_parts = select(func.count()).where(_part.c.topic_id == _topic.c.id).correlate(_topic).scalar_subquery()
_COLUMNS = (
    _topic.c.id, _topic.c.title, _topic.c.slug, _topic.c.path, _topic.c.language, _topic.c.introduction_markdown,
    _topic.c.introduction_html, _topic.c.post_count, _parts.label("parts"),
)  # fmt: skip
_HAS_PARTS = exists().where(_part.c.topic_id == _topic.c.id)
#: By what the list can be sorted.
SORTS = {"title": _topic.c.folded, "posts": _topic.c.post_count, "id": _topic.c.id}


@dataclass(frozen=True, slots=True)
class Edited:
    """A topic as it can be edited, and the version of that. `parts` counts all of its parts, drafts too."""

    id: int
    title: str
    slug: str
    path: str
    language: str
    introduction_markdown: str
    introduction_html: str
    post_count: int
    parts: int

    @property
    def version(self) -> str:
        """The version of what can be edited; the order of the parts has one of its own."""
        return version_of(self.title, self.path, self.language, self.introduction_markdown)


_EDITED = select(*_COLUMNS).where(_topic.c.id == bindparam("id"))


def edited(session: Reading, topic_id: int) -> Edited | None:
    """The topic, or None."""
    row = session.execute(_EDITED, {"id": topic_id}).mappings().one_or_none()
    return None if row is None else Edited(**row)


def by_slug(session: Reading, slug: str) -> int | None:
    """The id of the topic with this slug, or None."""
    return session.scalar(select(Topic.id).where(Topic.slug == slug))


def find(
    session: Reading,
    *,
    search: str = "",
    sort: str = "title",
    used: bool | None = None,
    listed: bool = False,
    after: str | None = None,
    size: int = 50,
) -> Found:
    """A page of the topics whose title or slug holds `search`; rows as `edited` has them, without a version.

    `used`: only those that have parts, or none; `listed`: only those that readers find. Raises Invalid for an order or
    a cursor that there is none of.
    """
    conditions: list[Any] = []
    if wanted := fold(search):
        conditions.append(
            or_(_topic.c.folded.contains(wanted, autoescape=True), _topic.c.slug.contains(wanted, autoescape=True))
        )
    if used is not None:
        conditions.append(_HAS_PARTS if used else ~_HAS_PARTS)
    if listed:
        conditions.append(_topic.c.post_count > 0)
    statement = select(*_COLUMNS).where(*conditions)
    return keyset.page(session, statement, keyset.chosen(SORTS, sort), _topic.c.id, after=after, size=size)
