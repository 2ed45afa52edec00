"""What a text of our own sites may have beside its post: a draft that waits, and a place in the trash."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.posts import actions, revisions
from westmarch.posts.models import Post
from westmarch.posts.resolver import SessionResolver
from westmarch.site.options import Site
from westmarch.text.markdown import render
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.preparing import Prepared


def keep(session: Session, post_id: int, prepared: Prepared, site: Site) -> None:
    """Give a post, in the transaction that stored it, the draft and the place in the trash that its file tells of."""
    item = prepared.item
    if item.waiting is not None:
        language = item.waiting.language or prepared.language
        revision_id = revisions.add(
            session,
            post_id,
            kind="draft",
            title=item.waiting.title,
            markdown=item.waiting.content,
            language=language,
            rendered=render(item.waiting.content, language=language, resolver=SessionResolver(session)),
            by=item.waiting.author or ACTOR,
            at=item.waiting.date or now(),
        )
        session.execute(update(Post).where(Post.id == post_id).values(draft_revision_id=revision_id))
    if item.trashed_at is not None:
        actions.trash(session, post_id, site, actor=ACTOR)
        session.execute(update(Post).where(Post.id == post_id).values(trashed_at=item.trashed_at))
