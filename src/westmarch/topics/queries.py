"""Reading topics. Statements are built once, on tables (see posts/queries.py)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.topics.models import Part, Topic

#: No site names more topics on one page.
MOST = 1_000

_topic, _part = Topic.__table__, Part.__table__
_named = select(
    _topic.c.id, _topic.c.title, _topic.c.path, _topic.c.language, _topic.c.introduction_html, _topic.c.post_count
)
_USED = _topic.c.post_count > 0
_used = _named.where(_USED)

_BY_ID = _named.where(_topic.c.id == bindparam("id"))
_BY_TITLE = _used.order_by(_topic.c.folded).limit(MOST)
_MOST_PARTS = (
    _used.where(_topic.c.id != bindparam("but"))
    .order_by(_topic.c.post_count.desc(), _topic.c.folded)
    .limit(bindparam("limit"))
)


def by_id(session: Reading, topic_id: int) -> NamedRow | None:
    """The topic, or None."""
    return session.execute(_BY_ID, {"id": topic_id}).one_or_none()


_USED_BY_ID = select(_topic.c.id, _topic.c.title, _topic.c.path, _topic.c.language).where(
    _topic.c.id == bindparam("id"), _USED
)


def used(session: Reading, topic_id: int) -> NamedRow | None:
    """The topic without its count, or None where it has no listed parts."""
    return session.execute(_USED_BY_ID, {"id": topic_id}).one_or_none()


_SIZE = select(_topic.c.post_count).where(_topic.c.id == bindparam("id"))


def size(session: Reading, topic_id: int) -> int:
    """How many listed parts the topic has."""
    return session.execute(_SIZE, {"id": topic_id}).scalar() or 0


_NUMBERS = select(_part.c.number).where(
    _part.c.topic_id == bindparam("topic"), _part.c.number.in_(bindparam("numbers", expanding=True))
)


def numbers(session: Reading, topic_id: int, asked: Sequence[int]) -> set[int]:
    """Those of the numbers that listed parts of the topic have."""
    rows = session.execute(_NUMBERS, {"topic": topic_id, "numbers": asked})
    return {row.number for row in rows}


def by_title(session: Reading) -> Sequence[NamedRow]:
    """The topics that have listed parts, by title."""
    return session.execute(_BY_TITLE).all()


def most_parts(session: Reading, but: int, limit: int) -> Sequence[NamedRow]:
    """Other topics than `but`, those with the most listed parts first."""
    return session.execute(_MOST_PARTS, {"but": but, "limit": limit}).all()


_PATHS = select(_topic.c.id, _topic.c.path).where(_USED).order_by(_topic.c.id).limit(MOST)


def paths(session: Reading) -> Sequence[NamedRow]:
    """The paths of the topics that have listed parts."""
    return session.execute(_PATHS).all()
