"""Texts whose pictures get their words from the library are made anew when those words change."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.media.library import Medium
from westmarch.posts import revisions, texts
from westmarch.posts.models import Post
from westmarch.subjects.models import Revision
from westmarch.text.rendered import Rendered


async def renew(db: Database, medium: Medium) -> int:
    """Make the texts in force anew that show a medium, and return how many of them have become others."""
    many = 0
    for row in await db.read(_showing, medium.path):
        made = await texts.rendered(db, row.markdown, row.language)
        if made.html != row.html:
            many += await db.write(_store, row.post_id, row.id, row.html, made)
    return many


def _showing(session: Reading, path: str) -> Sequence[NamedRow]:
    in_force = or_(Revision.id == Post.published_revision_id, Revision.id == Post.draft_revision_id)
    return session.execute(
        select(Revision.id, Revision.markdown, Revision.html, Revision.language, Post.id.label("post_id"))
        .join(Post, in_force)
        .where(Revision.markdown.contains(path, autoescape=True))
        .order_by(Revision.id)
    ).all()


def _store(session: Session, post_id: int, revision_id: int, before: str, made: Rendered) -> int:
    """Store what a text gives now, unless somebody else did meanwhile."""
    same = (Revision.id == revision_id, Revision.html == before)
    done = session.execute(update(Revision).where(*same).values(**revisions.made(made)).returning(Revision.id)).all()
    if done:
        revisions.show(session, post_id)
    return len(done)
