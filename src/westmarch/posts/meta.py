"""What posts tell search engines and cards of links in place of their title and standfirst."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.ops import schema
from westmarch.posts.models import WRITING, PostMeta


class Meta(NamedTuple):
    """The words of a post; what is empty is as everywhere else."""

    title: str = ""
    description: str = ""


NOTHING = Meta()
#: What they are called among the fields of a post.
FIELDS = frozenset({"meta_title", "meta_description"})

_meta = PostMeta.__table__
_OF = select(_meta.c.post_id, _meta.c.title, _meta.c.description).where(
    _meta.c.post_id.in_(bindparam("ids", expanding=True))
)
_STORE = {
    name: statement.on_conflict_do_update(
        index_elements=[_meta.c.post_id],
        set_={column: statement.excluded[column] for column in ("title", "description")},
    )
    for name, statement in both(PostMeta).items()
}


def of(session: Reading, ids: Sequence[int]) -> dict[int, Meta]:
    """The words of those of these posts that have any."""
    if not ids or not schema.reached(session, WRITING):
        return {}
    return {row.post_id: Meta(row.title, row.description) for row in session.execute(_OF, {"ids": list(ids)})}


def store(session: Session, post_id: int, meta: Meta) -> None:
    """Let a post have these words. A database of an older schema keeps none."""
    if not schema.reached(session, WRITING):
        return
    if any(meta):
        values = {"post_id": post_id, "title": meta.title, "description": meta.description}
        session.execute(_STORE[session.get_bind().dialect.name], values)
    else:
        session.execute(delete(PostMeta).where(PostMeta.post_id == post_id))
