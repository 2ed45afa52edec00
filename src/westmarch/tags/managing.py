"""What those who keep the tags in order look at: all tags, and each as it can be edited."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select

from westmarch.db import keyset
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.subjects.names import fold
from westmarch.subjects.version import version_of
from westmarch.tags.models import Tag, Tagging

_tag, _tagging = Tag.__table__, Tagging.__table__
_uses = select(func.count()).where(_tagging.c.tag_id == _tag.c.id).correlate(_tag).scalar_subquery()
_COLUMNS = (
    _tag.c.id, _tag.c.name, _tag.c.slug, _tag.c.path, _tag.c.description, _tag.c.synonyms, _tag.c.post_count,
)  # fmt: skip
_HANGS = exists().where(_tagging.c.tag_id == _tag.c.id)
#: By what the list can be sorted.
SORTS = {"name": _tag.c.folded, "posts": _tag.c.post_count, "id": _tag.c.id}


@dataclass(frozen=True, slots=True)
class Edited:
    """A tag as it can be edited, and the version of that. `uses` counts all that it hangs on, drafts too."""

    id: int
    name: str
    slug: str
    path: str
    description: str
    synonyms: list[str]
    post_count: int
    uses: int

    @property
    def version(self) -> str:
        """The version of what can be edited."""
        return version_of(self.name, self.path, self.description, self.synonyms)


_EDITED = select(*_COLUMNS, _uses.label("uses")).where(_tag.c.id == bindparam("id"))


def edited(session: Reading, tag_id: int) -> Edited | None:
    """The tag, or None."""
    row = session.execute(_EDITED, {"id": tag_id}).mappings().one_or_none()
    return None if row is None else Edited(**row)


def by_slug(session: Reading, slug: str) -> int | None:
    """The id of the tag with this slug, or None."""
    return session.scalar(select(Tag.id).where(Tag.slug == slug))


def by_name(session: Reading, name: str) -> int | None:
    """The id of the tag that is called so, in any spelling, or None. Synonyms are not looked at."""
    return session.scalar(select(Tag.id).where(Tag.folded == fold(name)))


def find(
    session: Reading,
    *,
    search: str = "",
    sort: str = "name",
    used: bool | None = None,
    listed: bool = False,
    after: str | None = None,
    size: int = 50,
) -> Found:
    """A page of the tags whose name or slug holds `search`; rows as `edited` has them, without a version.

    `used`: only those that hang on something, or on nothing; `listed`: only those that readers find. Raises Invalid for
    an order or a cursor that there is none of.
    """
    statement = select(*_COLUMNS, _uses.label("uses"))
    conditions: list[Any] = []
    if wanted := fold(search):
        conditions.append(
            or_(_tag.c.folded.contains(wanted, autoescape=True), _tag.c.slug.contains(wanted, autoescape=True))
        )
    if used is not None:
        conditions.append(_HANGS if used else ~_HANGS)
    if listed:
        conditions.append(_tag.c.post_count > 0)
    return keyset.page(
        session, statement.where(*conditions), keyset.chosen(SORTS, sort), _tag.c.id, after=after, size=size
    )
