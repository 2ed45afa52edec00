"""The earlier states of a text that comes in, into the history of its post."""

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.posts import revisions
from westmarch.posts.making import TITLE
from westmarch.posts.models import Post
from westmarch.subjects.models import Revision
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.preparing import Prepared

_COLUMNS = [column for column in Revision.__table__.c if column.name != "id"]
_AGAIN = (
    insert(Revision.__table__)
    .from_select(
        [column.name for column in _COLUMNS], select(*_COLUMNS).where(Revision.__table__.c.id == bindparam("shown"))
    )
    .returning(Revision.__table__.c.id)
)


def keep(session: Session, post_id: int, prepared: Prepared) -> None:
    """Store the earlier states of a post that was just made, before the text that it has: a history is read by ids."""
    if not prepared.versions:
        return
    for version, rendered in prepared.versions:
        revisions.add(
            session,
            post_id,
            kind="imported",
            title=version.title[:TITLE],
            markdown=version.content,
            language=version.language or prepared.language,
            rendered=rendered,
            by=(version.author or ACTOR)[:200],
            at=version.date or now(),
        )
    shown = session.execute(select(Post.published_revision_id, Post.draft_revision_id).where(Post.id == post_id)).one()
    for column, revision_id in zip((Post.published_revision_id, Post.draft_revision_id), shown, strict=True):
        if revision_id is not None:
            last = session.execute(_AGAIN, {"shown": revision_id}).scalar_one()
            session.execute(update(Post).where(Post.id == post_id).values({column: last}))
            session.execute(delete(Revision).where(Revision.id == revision_id))
