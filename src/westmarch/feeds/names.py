"""Who wrote the posts of a feed and how they are filed, in one statement: a feed may ask for no more than a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, bindparam, literal, select, union_all

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.posts.models import Byline
from westmarch.tags.models import Tag, Tagging

_author, _byline, _tag, _tagging = (model.__table__ for model in (Author, Byline, Tag, Tagging))


@dataclass(slots=True)
class Names:
    """The authors and the tags of a post, each with name and path, in the order that its writer gave them."""

    authors: list[NamedRow] = field(default_factory=list)
    tags: list[NamedRow] = field(default_factory=list)


_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_named = union_all(
    select(
        literal("author").label("role"), _byline.c.post_id.label("post_id"), _byline.c.rank.label("rank"),
        _author.c.id.label("id"), _author.c.name.label("name"), _author.c.path.label("path"),
    ).join_from(_byline, _author, _author.c.id == _byline.c.author_id).where(_byline.c.post_id.in_(_ids)),
    select(
        literal("tag"), _tagging.c.subject_id, _tagging.c.rank, _tag.c.id, _tag.c.name, _tag.c.path,
    ).join_from(_tagging, _tag, _tag.c.id == _tagging.c.tag_id).where(_tagging.c.subject_id.in_(_ids)),
).subquery()  # fmt: skip
_NAMES = select(_named).order_by(_named.c.post_id, _named.c.rank, _named.c.id)


def of_posts(session: Reading, post_ids: Sequence[int]) -> dict[int, Names]:
    """The names of each post."""
    found = {post_id: Names() for post_id in post_ids}
    for row in session.execute(_NAMES, {"ids": list(found)}) if found else ():
        names = found[row.post_id]
        (names.authors if row.role == "author" else names.tags).append(row)
    return found
