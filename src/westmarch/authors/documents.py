"""Authors as documents of the search index: those that have a page."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.text.words import plain_text
from westmarch.textindex.documents import Document
from westmarch.textindex.prose import Prose, document


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of the authors who have listed posts among these subjects."""
    statement = select(Author.id, Author.name, Author.path, Author.bio_html)
    statement = statement.where(Author.id.in_(ids), Author.post_count > 0)
    rows = session.execute(statement)
    return [document(Prose(row.id, "author", row.name, plain_text(row.bio_html), row.path)) for row in rows]


def ids(session: Reading, after: int, most: int) -> Sequence[int]:
    """At most so many authors who have listed posts behind `after`, in order."""
    statement = select(Author.id).where(Author.id > after, Author.post_count > 0).order_by(Author.id).limit(most)
    return session.scalars(statement).all()


def count(session: Reading) -> int:
    """How many authors who have listed posts there are."""
    return session.scalar(select(func.count()).select_from(Author).where(Author.post_count > 0)) or 0
