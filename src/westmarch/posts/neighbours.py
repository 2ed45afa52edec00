"""Which post stands before and after another in time: stored with each, so that no page has to look for them."""

from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session, aliased

from westmarch.db.sessions import Reading
from westmarch.posts.models import LISTED, Post

_LISTED = (Post.kind == "post", Post.visible == LISTED)


def unlink(session: Session, post_id: int) -> None:
    """Take a post out of the row of posts: its neighbours become each other's."""
    row = session.execute(select(Post.previous_id, Post.next_id).where(Post.id == post_id)).one()
    _point(session, row.previous_id, row.next_id, before=row.previous_id, after=row.next_id)
    session.execute(update(Post).where(Post.id == post_id).values(previous_id=None, next_id=None))


def link(session: Session, post_id: int, at: datetime) -> None:
    """Put a listed post into the row of posts at its time; of the same time, the lower id is the older."""
    before = session.execute(
        select(Post.id, Post.next_id)
        .where(*_LISTED, tuple_(Post.published_at, Post.id) < tuple_(at, post_id))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(1)
    ).first()
    if before is not None:
        previous, following = before.id, before.next_id
    else:
        previous = None
        following = session.scalar(
            select(Post.id)
            .where(*_LISTED, tuple_(Post.published_at, Post.id) > tuple_(at, post_id))
            .order_by(Post.published_at, Post.id)
            .limit(1)
        )
    session.execute(update(Post).where(Post.id == post_id).values(previous_id=previous, next_id=following))
    _point(session, previous, following, before=post_id, after=post_id)


def _point(session: Session, earlier: int | None, later: int | None, *, before: int | None, after: int | None) -> None:
    """Tell the earlier post what follows it, and the later one what is before it."""
    if earlier is not None:
        session.execute(update(Post).where(Post.id == earlier).values(next_id=after))
    if later is not None:
        session.execute(update(Post).where(Post.id == later).values(previous_id=before))


def _wrong(session: Reading) -> list[tuple[int, int | None, int | None]]:
    """Posts whose stored neighbours are not the true ones: (id, previous, next) as they should be."""
    rows = session.execute(
        select(Post.id, Post.previous_id, Post.next_id).where(*_LISTED).order_by(Post.published_at, Post.id)
    ).all()
    ids = [None, *(row.id for row in rows), None]
    wrong = [
        (row.id, ids[place], ids[place + 2])
        for place, row in enumerate(rows)
        if (row.previous_id, row.next_id) != (ids[place], ids[place + 2])
    ]
    other = aliased(Post)
    hidden = session.execute(
        select(other.id).where(
            (other.kind != "post") | (other.visible != LISTED),
            other.previous_id.is_not(None) | other.next_id.is_not(None),
        )
    )
    return [*wrong, *((row.id, None, None) for row in hidden)]


def faults(session: Reading) -> list[str]:
    """What is wrong with the stored neighbours, a sentence each."""
    return [f"Post {post_id} has other neighbours than those stored." for post_id, _, _ in _wrong(session)]


def relink(session: Session) -> None:
    """Store the true neighbours where others are stored."""
    for post_id, previous, following in _wrong(session):
        session.execute(update(Post).where(Post.id == post_id).values(previous_id=previous, next_id=following))
