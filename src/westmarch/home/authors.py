"""Reading an author together with the picture, which lies in a package above that of authors."""

from sqlalchemy import bindparam, select

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.media.models import Media

_author, _media = Author.__table__, Media.__table__

_BY_ID = (
    select(
        _author.c.id, _author.c.name, _author.c.path, _author.c.bio_html, _author.c.links, _author.c.post_count,
        _author.c.picture_id, _media.c.hash.label("picture_hash"), _media.c.extension.label("picture_extension"),
        _media.c.width.label("picture_width"), _media.c.height.label("picture_height"),
        _media.c.alt.label("picture_alt"),
    )
    .select_from(_author)
    .outerjoin(_media, _media.c.id == _author.c.picture_id)
    .where(_author.c.id == bindparam("id"))
)  # fmt: skip


def by_id(session: Reading, author_id: int) -> NamedRow | None:
    """The author with the picture, or None."""
    return session.execute(_BY_ID, {"id": author_id}).one_or_none()
