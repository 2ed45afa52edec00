"""Which post stands before and after another in time: stored with each, so that no page has to look for them."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, func, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from westmarch.db.sessions import Reading
from westmarch.db.types import UTCDateTime
from westmarch.posts.models import LISTED, Post

_post = Post.__table__
_LISTED = (_post.c.kind == "post", _post.c.visible == LISTED)
_PLACE = tuple_(_post.c.published_at, _post.c.id)
_HERE = tuple_(bindparam("at", type_=UTCDateTime), bindparam("post_id", type_=Integer))

#: The advisory lock that a transaction on PostgreSQL holds which changes posts.
POSTS_LOCK = 0x57455356
_LOCK = select(func.pg_advisory_xact_lock(POSTS_LOCK))

# Statements are built once: an import runs each of them for every post.
_BEFORE = (
    select(_post.c.id, _post.c.next_id)
    .where(*_LISTED, _PLACE < _HERE)
    .order_by(_post.c.published_at.desc(), _post.c.id.desc())
    .limit(1)
)
_AFTER = select(_post.c.id).where(*_LISTED, _PLACE > _HERE).order_by(_post.c.published_at, _post.c.id).limit(1)
_SET_NEXT = update(_post).where(_post.c.id == bindparam("which")).values(next_id=bindparam("other"))
_SET_PREVIOUS = update(_post).where(_post.c.id == bindparam("which")).values(previous_id=bindparam("other"))


def lock(session: Session) -> None:
    """Let one transaction at a time change posts, as two that did would not see each other's as neighbours.

    It comes before the lock of a post's row: who has that one writes its neighbours, too. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK)


def around(session: Session, post_id: int, at: datetime) -> tuple[int | None, int | None]:
    """The listed posts before and after a place in time; of the same time, the lower id is the older."""
    place = {"at": at, "post_id": post_id}
    before = session.execute(_BEFORE, place).first()
    if before is not None:
        return before.id, before.next_id
    return None, session.execute(_AFTER, place).scalar()


def link(session: Session, post_id: int, previous: int | None, following: int | None) -> None:
    """Tell the neighbours of a post, which it knows, that it stands between them."""
    _point(session, previous, following, before=post_id, after=post_id)


def unlink(session: Session, post_id: int) -> None:
    """Take a post out of the row of posts: its neighbours become each other's."""
    row = session.execute(select(Post.previous_id, Post.next_id).where(Post.id == post_id)).one()
    _point(session, row.previous_id, row.next_id, before=row.previous_id, after=row.next_id)
    session.execute(update(Post).where(Post.id == post_id).values(previous_id=None, next_id=None))


def _point(session: Session, earlier: int | None, later: int | None, *, before: int | None, after: int | None) -> None:
    """Tell the earlier post what follows it, and the later one what is before it."""
    if earlier is not None:
        session.execute(_SET_NEXT, {"which": earlier, "other": after})
    if later is not None:
        session.execute(_SET_PREVIOUS, {"which": later, "other": before})


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
