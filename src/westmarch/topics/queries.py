"""Reading topics."""

from collections.abc import Sequence

from sqlalchemy import select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.topics.models import Topic

#: No site names more topics on one page.
MOST = 1_000

_NAMED = (Topic.id, Topic.title, Topic.path, Topic.language, Topic.introduction_html, Topic.post_count)


def by_id(session: Reading, topic_id: int) -> NamedRow | None:
    """The topic, or None."""
    return session.execute(select(*_NAMED).where(Topic.id == topic_id)).one_or_none()


def by_title(session: Reading) -> Sequence[NamedRow]:
    """The topics that have listed parts, by title."""
    statement = select(*_NAMED).where(Topic.post_count > 0).order_by(Topic.folded).limit(MOST)
    return session.execute(statement).all()


def most_parts(session: Reading, but: int, limit: int) -> Sequence[NamedRow]:
    """Other topics than `but`, those with the most listed parts first."""
    statement = select(*_NAMED).where(Topic.post_count > 0, Topic.id != but)
    return session.execute(statement.order_by(Topic.post_count.desc(), Topic.folded).limit(limit)).all()
