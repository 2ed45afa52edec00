"""Reading topics. Statements are built once, on tables (see posts/queries.py)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.topics.models import Topic

#: No site names more topics on one page.
MOST = 1_000

_topic = Topic.__table__
_named = select(
    _topic.c.id, _topic.c.title, _topic.c.path, _topic.c.language, _topic.c.introduction_html, _topic.c.post_count
)
_used = _named.where(_topic.c.post_count > 0)

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


def by_title(session: Reading) -> Sequence[NamedRow]:
    """The topics that have listed parts, by title."""
    return session.execute(_BY_TITLE).all()


def most_parts(session: Reading, but: int, limit: int) -> Sequence[NamedRow]:
    """Other topics than `but`, those with the most listed parts first."""
    return session.execute(_MOST_PARTS, {"but": but, "limit": limit}).all()
