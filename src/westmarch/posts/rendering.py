"""Rendering stored text again: what an older renderer made, or what refers to something that moved."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.posts import revisions
from westmarch.posts.models import Post
from westmarch.posts.resolver import SessionResolver
from westmarch.subjects.models import Revision
from westmarch.text.markdown import render
from westmarch.text.rendered import RENDERER
from westmarch.topics.models import Topic


def outdated(session: Reading, *, everything: bool = False) -> Sequence[int]:
    """The ids of the published revisions and newest drafts that another renderer made, or of all of them."""
    statement = (
        select(Revision.id)
        .join(Post, or_(Post.published_revision_id == Revision.id, Post.draft_revision_id == Revision.id))
        .order_by(Revision.id)
    )
    if not everything:
        statement = statement.where(Revision.renderer != RENDERER)
    return session.scalars(statement).all()


def redo(session: Session, revision_id: int) -> None:
    """Render a revision anew from its Markdown, in place."""
    row = session.execute(
        select(Revision.subject_id, Revision.markdown, Revision.language).where(Revision.id == revision_id)
    ).first()
    if row is None:
        return
    rendered = render(row.markdown, language=row.language, resolver=SessionResolver(session))
    session.execute(update(Revision).where(Revision.id == revision_id).values(**revisions.made(rendered)))
    revisions.refer_anew(session, row.subject_id, rendered)
    revisions.show(session, row.subject_id)


def redo_introductions(session: Session, *, language: str) -> int:
    """Render topics' introductions and authors' biographies (in the site's language) anew; how many there are."""
    resolver, done = SessionResolver(session), 0
    for topic in session.scalars(select(Topic).where(Topic.introduction_markdown != "")):
        topic.introduction_html = render(topic.introduction_markdown, language=topic.language, resolver=resolver).html
        done += 1
    for author in session.scalars(select(Author).where(Author.bio_markdown != "")):
        author.bio_html = render(author.bio_markdown, language=language, resolver=resolver).html
        done += 1
    return done
