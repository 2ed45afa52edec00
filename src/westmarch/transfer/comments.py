"""The comments of a text, into the table where they wait for conversations."""

from collections.abc import Sequence

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from westmarch.comments.models import ImportedComment
from westmarch.ops import schema
from westmarch.transfer.items import Comment

#: The schema that brought the table.
SCHEMA = "0004"
_KEY = 60


def keep(session: Session, post_id: int, comments: Sequence[Comment]) -> bool:
    """Store the comments of a post in place of those that came in with it before.

    False on an older schema, which has no place for them. Of comments with one key the first is kept.
    """
    if not schema.reached(session, SCHEMA):
        return False
    session.execute(delete(ImportedComment).where(ImportedComment.post_id == post_id))
    rows = {one.key[:_KEY]: _columns(post_id, one) for one in reversed(comments)}
    session.execute(insert(ImportedComment), list(reversed(rows.values())))
    return True


def _columns(post_id: int, one: Comment) -> dict[str, object]:
    return {
        "post_id": post_id,
        "key": one.key[:_KEY],
        "parent": one.parent[:_KEY] if one.parent else None,
        "kind": one.kind,
        "status": one.status,
        "author": one.author,
        "email": one.email,
        "url": one.url,
        "content": one.content,
        "at": one.date,
    }
