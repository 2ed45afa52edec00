"""The revisions of a post, and what is copied from the shown one into its row."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from westmarch.posts.models import Post
from westmarch.subjects.models import Reference, Revision
from westmarch.text.rendered import RENDERER, Rendered

#: The kinds of revisions that readers have never seen.
WAITED = ("draft", "scheduled")

# Statements are built once: an import runs each of them for every post.
_revision = Revision.__table__
_INSERT = insert(_revision).returning(_revision.c.id)
_REFER = insert(Reference.__table__)


def add(
    session: Session,
    post_id: int,
    *,
    kind: str,
    title: str,
    markdown: str,
    language: str,
    rendered: Rendered,
    by: str,
    at: datetime,
) -> int:
    """Store a text, and what was rendered of it, as a new revision and return the revision's id."""
    values = {
        "subject_id": post_id,
        "kind": kind,
        "title": title,
        "markdown": markdown,
        "language": language,
        "by": by,
        "at": at,
        **made(rendered),
    }
    return int(session.execute(_INSERT, values).scalar_one())


def retitled(session: Session, revision_id: int, title: str, *, kind: str, by: str, at: datetime) -> int:
    """Store a revision's text under another title as a new revision and return the new one's id."""
    old = session.get_one(Revision, revision_id)
    copied = {column.name: getattr(old, column.name) for column in _revision.columns if column.name != "id"}
    return int(session.execute(_INSERT, copied | {"kind": kind, "title": title, "by": by, "at": at}).scalar_one())


def publish(session: Session, revision_id: int) -> None:
    """Note that readers see a revision: such a one is kept for ever, whatever becomes of its post."""
    waited = (Revision.id == revision_id, Revision.kind.in_(WAITED))
    session.execute(update(Revision).where(*waited).values(kind="published"))


def made(rendered: Rendered) -> dict[str, object]:
    """The columns of a revision that the renderer made."""
    return {
        "html": rendered.html,
        "excerpt_html": rendered.excerpt_html,
        "text": rendered.text,
        "toc": [[heading.level, heading.id, heading.title] for heading in rendered.toc],
        "words": rendered.words,
        "minutes": rendered.minutes,
        "renderer": RENDERER,
    }


def refer(session: Session, texts: Iterable[tuple[int, Rendered]]) -> None:
    """Store which subjects the texts of posts refer to that have no references stored."""
    rows = []
    for post_id, rendered in texts:
        targets = {reference.href: reference.subject_id for reference in rendered.references}
        rows += [{"from_subject_id": post_id, "href": h, "to_subject_id": s} for h, s in sorted(targets.items())]
    if rows:
        session.execute(_REFER, rows)


def refer_anew(session: Session, post_id: int, rendered: Rendered) -> None:
    """Store which subjects the text of a post refers to, in place of those that are stored."""
    forget_references(session, post_id)
    refer(session, [(post_id, rendered)])


def forget_references(session: Session, post_id: int) -> None:
    """Delete the stored references of a post."""
    session.execute(delete(Reference).where(Reference.from_subject_id == post_id))


def show(session: Session, post_id: int) -> None:
    """Copy title, excerpt, language and reading time of the revision that readers see into the post's row."""
    shown = session.execute(
        select(Revision.title, Revision.excerpt_html, Revision.language, Revision.minutes)
        .join(Post, Revision.id == func.coalesce(Post.published_revision_id, Post.draft_revision_id))
        .where(Post.id == post_id)
    ).one()
    session.execute(
        update(Post)
        .where(Post.id == post_id)
        .values(title=shown.title, excerpt_html=shown.excerpt_html, language=shown.language, minutes=shown.minutes)
    )
