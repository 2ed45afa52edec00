"""What readers see of tags of books, whose slugs stand in the search index."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from westmarch.books.models import BookTag
from westmarch.db.sessions import Reading

_tag = BookTag.__table__
_TITLES = select(_tag.c.id, _tag.c.slug, _tag.c.title).where(_tag.c.slug.in_(bindparam("slugs", expanding=True)))


def tag_titles(session: Reading, slugs: Collection[str]) -> dict[str, str]:
    """The titles of these tags by slug; of those that books have."""
    found = session.execute(_TITLES, {"slugs": list(slugs)}) if slugs else ()
    return {row.slug: row.title for row in found}
