"""The parts of topics: putting them in order, adding and taking out, with their numbers kept as readers see them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from westmarch.db.holding import holds
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound, Stale
from westmarch.events import actions as events
from westmarch.posts import listings
from westmarch.posts.models import Byline, Post
from westmarch.subjects.version import version_of
from westmarch.topics import actions as topics
from westmarch.topics import editing
from westmarch.topics.models import Part, Topic

#: How many parts a topic may have.
MOST = 1_000

_part, _post = Part.__table__, Post.__table__
_PARTS = (
    select(
        _post.c.id, _post.c.title, _post.c.path, _post.c.kind, _post.c.status, _post.c.visible, _post.c.trashed_at,
        _part.c.number, _part.c.rank,
    )
    .select_from(_part)
    .join(_post, _post.c.id == _part.c.subject_id)
    .where(_part.c.topic_id == bindparam("topic"))
    .order_by(_part.c.rank, _part.c.subject_id)
)  # fmt: skip


def parts(session: Reading, topic_id: int) -> Sequence[NamedRow]:
    """The parts of a topic in order, also those that readers do not see: these have no number."""
    return session.execute(_PARTS, {"topic": topic_id}).all()


def known(session: Reading, rows: Sequence[NamedRow], author_id: int) -> list[NamedRow]:
    """Those of the parts that an author may know: what readers see, and their own posts."""
    hidden = [row.id for row in rows if row.number is None]
    mine = select(Byline.post_id).where(Byline.author_id == author_id, Byline.post_id.in_(hidden))
    own = set(session.scalars(mine)) if hidden else set()
    return [row for row in rows if row.number is not None or row.id in own]


def version(rows: Sequence[NamedRow]) -> str:
    """The version of the order of the parts that `parts` gave."""
    return version_of([row.id for row in rows])


def reorder(
    session: Session, topic_id: int, order: Sequence[int], *, expected: str | None = None, actor: str
) -> int | None:
    """Put the parts of a topic in this order of their ids; the id of the event, or None where they are in it.

    Raises Invalid where the list is not exactly the parts, each once; Stale where they are not of the `expected`
    version, saying what changed; NotFound where there is no topic.
    """
    title = editing.editable(session, topic_id).title
    rows = parts(session, topic_id)
    before = [row.id for row in rows]
    titles = {row.id: row.title for row in rows}
    if expected is not None and expected != version(rows):
        raise Stale(f"The parts of {title!r} were changed meanwhile. {_difference(session, before, order, titles)}",
                    hint="Look at the order as it is now, then move what you want to move.", place="order")  # fmt: skip
    if sorted(order) != sorted(before):
        raise Invalid(
            f"The order has to name each part once. {_difference(session, before, order, titles)}", place="order"
        )
    if list(order) == before:
        return None
    arrange(session, topic_id, order)
    detail = {"name": title, "undo": {"before": before, "after": list(order)}}
    return events.record(session, "topic.reordered", actor=actor, subject_id=topic_id, detail=detail)


def add(session: Session, topic_id: int, post_id: int, *, actor: str) -> int | None:
    """Make a post the last part of a topic, and of no other; the id of the event, or None where it is a part of it.

    Raises NotFound where there is no such topic or post, Conflict where the topic has as many parts as it may have.
    """
    topic = editing.editable(session, topic_id)
    post = _post_to_place(session, post_id)
    was = session.execute(select(Part.topic_id, Part.rank).where(Part.subject_id == post_id)).first()
    if was is not None and was.topic_id == topic_id:
        return None
    if topic.parts >= MOST:
        raise Conflict(f"A topic has at most {MOST:,} parts.", hint="Make another topic.", place="post")
    place(session, post_id, topic_id, None)
    undo = {"post": post_id, "topic": was.topic_id if was else None, "rank": was.rank if was else None}
    detail = {"name": topic.title, "post": post.title, "undo": undo}
    return events.record(session, "topic.part-added", actor=actor, subject_id=topic_id, detail=detail)


def remove(session: Session, topic_id: int, post_id: int, *, actor: str) -> int:
    """Take a post out of a topic; the id of the event. Raises NotFound where it is no part of the topic."""
    topic = editing.editable(session, topic_id)
    post = _post_to_place(session, post_id)
    rank = session.scalar(select(Part.rank).where(Part.subject_id == post_id, Part.topic_id == topic_id))
    if rank is None:
        raise NotFound(f"{post.title!r} is no part of the topic {topic.title!r}.", hint="Somebody has taken it out.")
    place(session, post_id, None, None)
    detail = {"name": topic.title, "post": post.title, "undo": {"post": post_id, "topic": topic_id, "rank": rank}}
    return events.record(session, "topic.part-removed", actor=actor, subject_id=topic_id, detail=detail)


def place(session: Session, post_id: int, topic_id: int | None, rank: int | None) -> None:
    """Make a post a part of a topic at a rank (None: after the last), or of none; number what that touches."""
    left = topics.place(session, post_id, topic_id, rank)
    for touched in sorted({each for each in (left, topic_id) if each is not None}):
        listings.number(session, touched)


def arrange(session: Session, topic_id: int, order: Sequence[int]) -> None:
    """Give parts of a topic ranks from 1 in this order, and number them. Parts that keep their rank are not written."""
    for rank, post_id in enumerate(order, 1):
        session.execute(
            update(Part)
            .where(Part.topic_id == topic_id, Part.subject_id == post_id, Part.rank != rank)
            .values(rank=rank)
        )
    listings.number(session, topic_id)


def placeable(session: Reading, search: str, topic_id: int, limit: int) -> Sequence[NamedRow]:
    """Posts whose title holds `search` that are no part of the topic, newest first, and of which topic they are."""
    statement = (
        select(Post.id, Post.title, Post.status, Topic.title.label("topic"))
        .outerjoin(Part, Part.subject_id == Post.id)
        .outerjoin(Topic, Topic.id == Part.topic_id)
        .where(Post.kind == "post", Post.trashed_at.is_(None), Part.topic_id.is_distinct_from(topic_id))
        .order_by(Post.id.desc())
        .limit(limit)
    )
    if search:
        statement = statement.where(holds([Post.title], search))
    return session.execute(statement).all()


def _post_to_place(session: Session, post_id: int) -> NamedRow:
    post = session.execute(select(Post.id, Post.title).where(Post.id == post_id).with_for_update()).first()
    if post is None:
        raise NotFound(f"There is no post {post_id}.")
    return post


def _difference(session: Reading, before: Sequence[int], order: Sequence[int], titles: dict[int, str]) -> str:
    """What tells an order from the parts that there are, in one sentence."""
    new, gone = [each for each in before if each not in set(order)], [each for each in order if each not in set(before)]
    told = []
    if new:
        told.append("New in it: " + ", ".join(repr(titles[each]) for each in new[:3]))
    if gone:
        called = {
            row.id: row.title for row in session.execute(select(Post.id, Post.title).where(Post.id.in_(gone[:3])))
        }
        told.append("no part of it: " + ", ".join(repr(called.get(each, str(each))) for each in gone[:3]))
    if not told:
        told.append("Its parts are in another order" if len(set(order)) == len(order) else "A part is named twice")
    sentence = "; ".join(told)
    return sentence[0].upper() + sentence[1:] + "."
