"""The comments of a text, into the table where they wait for conversations."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from westmarch.comments.models import ImportedComment
from westmarch.ops import schema
from westmarch.transfer.items import Comment

#: The schema that brought the table.
SCHEMA = "0004"
_KEY = 60


# Statements are built once: an import may run them for every post.
_FORGET = delete(ImportedComment.__table__).where(ImportedComment.__table__.c.post_id == bindparam("which"))
_INSERT = insert(ImportedComment.__table__)


class Comments:
    """The comments of texts that are stored in one transaction: `finish` writes them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reached: bool | None = None
        self._rows: list[dict[str, object]] = []

    def keep(self, post_id: int, comments: Sequence[Comment], *, new: bool) -> bool:
        """Store the comments of a post, which is `new`, or has those that came in with it before, which go.

        False on an older schema, which has no place for them. Of comments with one key the first is kept.
        """
        if self._reached is None:
            self._reached = schema.reached(self._session, SCHEMA)
        if not self._reached:
            return False
        if not new:
            self._session.execute(_FORGET, {"which": post_id})
        rows = {one.key[:_KEY]: _columns(post_id, one) for one in reversed(comments)}
        self._rows += reversed(rows.values())
        return True

    def finish(self) -> None:
        """Write what was kept."""
        if self._rows:
            self._session.execute(_INSERT, self._rows)
            self._rows = []


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
