"""Reading authors."""

from collections.abc import Sequence

from sqlalchemy import select

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading

#: No site names more authors on one page.
MOST = 1_000


def by_id(session: Reading, author_id: int) -> NamedRow | None:
    """The author, or None."""
    columns = (Author.id, Author.name, Author.path, Author.bio_html, Author.links, Author.post_count, Author.picture_id)
    return session.execute(select(*columns).where(Author.id == author_id)).one_or_none()


def by_name(session: Reading) -> Sequence[NamedRow]:
    """The authors of listed posts, by name."""
    columns = (Author.id, Author.name, Author.path, Author.bio_html, Author.post_count)
    statement = select(*columns).where(Author.post_count > 0).order_by(Author.folded).limit(MOST)
    return session.execute(statement).all()
