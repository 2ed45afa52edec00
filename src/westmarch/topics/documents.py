"""Topics as documents of the search index: those that have a page."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from westmarch.db.sessions import Reading
from westmarch.text.words import plain_text
from westmarch.textindex.documents import Document
from westmarch.textindex.prose import Prose, document
from westmarch.topics.models import Topic


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of the topics that have listed parts among these subjects."""
    statement = select(Topic.id, Topic.title, Topic.path, Topic.language, Topic.introduction_html)
    statement = statement.where(Topic.id.in_(ids), Topic.post_count > 0)
    rows = session.execute(statement)
    return [
        document(Prose(row.id, "topic", row.title, plain_text(row.introduction_html), row.path, row.language))
        for row in rows
    ]


def ids(session: Reading, after: int, most: int) -> Sequence[int]:
    """At most so many topics that have listed parts behind `after`, in order."""
    statement = select(Topic.id).where(Topic.id > after, Topic.post_count > 0).order_by(Topic.id).limit(most)
    return session.scalars(statement).all()


def count(session: Reading) -> int:
    """How many topics that have listed parts there are."""
    return session.scalar(select(func.count()).select_from(Topic).where(Topic.post_count > 0)) or 0
