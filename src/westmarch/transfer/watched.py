"""What becomes of a post when its file goes, comes back, or gets another name, in a folder that is watched."""

from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.db.sessions import Reading
from westmarch.events.models import Event
from westmarch.posts import actions
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.undoing import events_of_others


class Withdrawn(NamedTuple):
    """A post whose file is gone: its path, and why it stays (empty: it is in the trash now)."""

    path: str
    reason: str


def withdraw(session: Session, source_key: str, site: Site) -> Withdrawn | None:
    """Put the post of a file that is gone into the trash, but for one that somebody edited here; None without one."""
    post = session.execute(
        select(Post.id, Post.path).where(Post.source_key == source_key, Post.trashed_at.is_(None))
    ).first()
    if post is None:
        return None
    edit = session.execute(events_of_others([post.id])).first()
    if edit is not None:
        return Withdrawn(post.path, f"its file is gone, but it was edited here ({edit.verb} by {edit.actor}): it stays")
    actions.trash(session, post.id, site, actor=ACTOR)
    return Withdrawn(post.path, "")


def bring_back(session: Session, source_key: str, site: Site) -> bool:
    """Take the post of a file that came back out of the trash, if it was put there because the file was gone."""
    post_id = session.scalar(select(Post.id).where(Post.source_key == source_key, Post.trashed_at.is_not(None)))
    if post_id is None:
        return False
    last = select(Event.verb, Event.actor).where(Event.subject_id == post_id).order_by(Event.id.desc()).limit(1)
    verb, actor = session.execute(last).one()
    if actor != ACTOR or not verb.endswith(".trashed"):
        return False
    actions.restore(session, post_id, site, actor=ACTOR)
    return True


def rename(session: Session, before: str, after: str) -> bool:
    """Let the post of a file know it by its new name; what the file says now, its address too, is still to come."""
    post = session.execute(select(Post.id, Post.source_hash).where(Post.source_key == before)).first()
    if post is None or session.scalar(select(Post.id).where(Post.source_key == after)) is not None:
        return False
    # Without the hash of the file it is read again, with that of the text an edit made here is still seen.
    forgotten = "".join((post.source_hash or "").partition("+")[1:])
    session.execute(update(Post).where(Post.id == post.id).values(source_key=after, source_hash=forgotten))
    return True


def held(session: Reading, origin: str) -> dict[str, str]:
    """The paths of all posts of a blog that are not in the trash, by the names of their files."""
    start = f"{origin}:"
    rows = session.execute(
        select(Post.source_key, Post.path).where(
            Post.source_key.startswith(start, autoescape=True), Post.trashed_at.is_(None)
        )
    )
    return {str(row.source_key).removeprefix(start): row.path for row in rows}
