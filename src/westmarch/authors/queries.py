"""Reading authors. Statements are built once, on tables (see posts/queries.py)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading

#: No site names more authors on one page.
MOST = 1_000

_author = Author.__table__
_named = select(_author.c.id, _author.c.name, _author.c.path, _author.c.bio_html, _author.c.links, _author.c.post_count)

_USED = _author.c.post_count > 0

_BY_ID = _named.where(_author.c.id == bindparam("id"))
_BY_NAME = _named.where(_USED).order_by(_author.c.folded).limit(MOST)


def by_id(session: Reading, author_id: int) -> NamedRow | None:
    """The author, or None."""
    return session.execute(_BY_ID, {"id": author_id}).one_or_none()


_longer = _author.alias("longer")
_USED_BY_ID = (
    select(_author.c.id, _author.c.name, _author.c.path, _longer.c.id.label("longer"))
    .select_from(_author)
    .outerjoin(_longer, (_longer.c.id == _author.c.id) & (_longer.c.post_count > bindparam("posts")))
    .where(_author.c.id == bindparam("id"), _USED)
)


def used(session: Reading, author_id: int, posts: int) -> NamedRow | None:
    """The author, or None where it has no listed posts. `longer` is none where it has no more than `posts`."""
    return session.execute(_USED_BY_ID, {"id": author_id, "posts": posts}).one_or_none()


def by_name(session: Reading) -> Sequence[NamedRow]:
    """The authors of listed posts, by name."""
    return session.execute(_BY_NAME).all()


_PATHS = select(_author.c.id, _author.c.path).where(_USED).order_by(_author.c.id).limit(MOST)


def paths(session: Reading) -> Sequence[NamedRow]:
    """The paths of the authors of listed posts."""
    return session.execute(_PATHS).all()
