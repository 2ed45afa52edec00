"""What those who run a site look through: posts and pages whatever their state, and the trash."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from westmarch.authors.models import Author
from westmarch.db import keyset
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.posts.models import Byline, Post

_post, _byline, _author = Post.__table__, Byline.__table__, Author.__table__
#: By what the lists can be sorted.
SORTS: Mapping[str, ColumnElement[Any]] = {"id": _post.c.id, "title": _post.c.title}
#: What a list can be narrowed to.
SHOWS: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "": (),
    "draft": (_post.c.status == "draft",),
    "scheduled": (_post.c.status == "scheduled",),
    "published": (_post.c.status == "published", _post.c.unlisted.is_(False)),
    "unlisted": (_post.c.status == "published", _post.c.unlisted.is_(True)),
}
_COLUMNS = select(
    _post.c.id, _post.c.kind, _post.c.title, _post.c.path, _post.c.status, _post.c.unlisted, _post.c.pinned,
    _post.c.published_at, _post.c.trashed_at,
)  # fmt: skip


def find(
    session: Reading,
    *,
    kind: str | None = None,
    trashed: bool = False,
    show: str = "",
    search: str = "",
    author_id: int | None = None,
    sort: str = "-id",
    after: str | None = None,
    size: int = 50,
) -> Found:
    """A page of posts or pages (`kind`; None: both), of those in the trash or of all others.

    `search` is looked for in title and path, `show` is one of `SHOWS`; of an author only, where one is given. Raises
    Invalid for an order or a cursor that there is none of.
    """
    conditions: list[Any] = [_post.c.trashed_at.is_not(None) if trashed else _post.c.trashed_at.is_(None)]
    conditions += SHOWS[show]
    if kind is not None:
        conditions.append(_post.c.kind == kind)
    if search:
        title, path = (column.icontains(search, autoescape=True) for column in (_post.c.title, _post.c.path))
        conditions.append(title | path)
    if author_id is not None:
        own = select(_byline.c.post_id).where(_byline.c.author_id == author_id)
        conditions.append(_post.c.id.in_(own))
    order = keyset.chosen(SORTS, sort)
    return keyset.page(session, _COLUMNS.where(*conditions), order, _post.c.id, after=after, size=size)


def writers(session: Reading, post_ids: Collection[int]) -> dict[int, list[str]]:
    """The names of the authors of each post, in their order."""
    found: dict[int, list[str]] = {}
    statement = select(_byline.c.post_id, _author.c.name).join(_author, _author.c.id == _byline.c.author_id)
    statement = statement.where(_byline.c.post_id.in_(post_ids)).order_by(_byline.c.post_id, _byline.c.rank)
    for row in session.execute(statement):
        found.setdefault(row.post_id, []).append(row.name)
    return found
