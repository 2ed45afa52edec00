"""What the form of a post offers to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic

#: So many tags, authors and topics are offered.
MOST_NAMES = 1_000


@dataclass(frozen=True, slots=True)
class Offered:
    """What a form offers to choose from."""

    tags: Sequence[str]
    authors: Sequence[str]
    topics: Sequence[tuple[str, str]]


def offered(session: Reading) -> Offered:
    """The tags and authors that are used, and the topics."""
    tags = session.scalars(select(Tag.name).order_by(Tag.name).limit(MOST_NAMES)).all()
    authors = session.scalars(select(Author.name).order_by(Author.name).limit(MOST_NAMES)).all()
    topics = session.execute(select(Topic.slug, Topic.title).order_by(Topic.title).limit(MOST_NAMES))
    return Offered(tags, authors, [(row.slug, row.title) for row in topics])
