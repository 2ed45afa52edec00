"""What those who keep the authors in order look at: all authors, and each as it can be edited."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select

from westmarch.authors.models import Author
from westmarch.db import keyset
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.subjects.names import fold
from westmarch.subjects.version import version_of

_author = Author.__table__
_COLUMNS = (
    _author.c.id, _author.c.name, _author.c.slug, _author.c.path, _author.c.bio_markdown, _author.c.bio_html,
    _author.c.picture_id, _author.c.links, _author.c.post_count,
)  # fmt: skip
#: By what the list can be sorted.
SORTS = {"name": _author.c.folded, "posts": _author.c.post_count, "id": _author.c.id}


@dataclass(frozen=True, slots=True)
class Edited:
    """An author as it can be edited, and the version of that."""

    id: int
    name: str
    slug: str
    path: str
    bio_markdown: str
    bio_html: str
    picture_id: int | None
    links: list[dict[str, str]]
    post_count: int

    @property
    def version(self) -> str:
        """The version of what can be edited."""
        return version_of(self.name, self.path, self.bio_markdown, self.picture_id, self.links)


_EDITED = select(*_COLUMNS).where(_author.c.id == bindparam("id"))


def edited(session: Reading, author_id: int) -> Edited | None:
    """The author, or None."""
    row = session.execute(_EDITED, {"id": author_id}).mappings().one_or_none()
    return None if row is None else Edited(**row)


def by_slug(session: Reading, slug: str) -> int | None:
    """The id of the author with this slug, or None."""
    return session.scalar(select(Author.id).where(Author.slug == slug))


def find(
    session: Reading,
    *,
    search: str = "",
    sort: str = "name",
    listed: bool | None = None,
    after: str | None = None,
    size: int = 50,
) -> Found:
    """A page of the authors whose name or slug holds `search`; rows as `edited` has them, without a version.

    `listed`: only those of listed posts, or only the others. Raises Invalid for an order or a cursor that there is
    none of.
    """
    conditions: list[Any] = []
    if wanted := fold(search):
        conditions.append(
            or_(_author.c.folded.contains(wanted, autoescape=True), _author.c.slug.contains(wanted, autoescape=True))
        )
    if listed is not None:
        conditions.append(_author.c.post_count > 0 if listed else _author.c.post_count <= 0)
    statement = select(*_COLUMNS).where(*conditions)
    return keyset.page(session, statement, keyset.chosen(SORTS, sort), _author.c.id, after=after, size=size)
