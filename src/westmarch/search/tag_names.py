"""What readers see of tags, whose slugs stand in the search index: as the site's posts have them, else as books do."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, bindparam, literal, select, union_all

from westmarch.books.models import BookTag
from westmarch.db.sessions import Reading
from westmarch.tags.models import Tag

_tag, _book_tag = Tag.__table__, BookTag.__table__
_slugs: BindParameter[Any] = bindparam("slugs", expanding=True)
_named = union_all(
    select(literal(1).label("rank"), _tag.c.slug.label("slug"), _tag.c.name.label("name")).where(
        _tag.c.slug.in_(_slugs), _tag.c.post_count > 0
    ),
    select(literal(0), _book_tag.c.slug, _book_tag.c.title).where(_book_tag.c.slug.in_(_slugs)),
).subquery("named")
_NAMES = select(_named).order_by(_named.c.rank)


def tag_names(session: Reading, slugs: Collection[str]) -> dict[str, str]:
    """The names of these tags by slug; those that nothing visible has are left out."""
    found = session.execute(_NAMES, {"slugs": list(slugs)}) if slugs else ()
    return {row.slug: row.name for row in found}
