"""Taking back what was done to the parts of topics, and that a topic was deleted."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from westmarch.errors import Conflict
from westmarch.posts import listings, parts
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold
from westmarch.topics import editing, managing
from westmarch.topics.models import Part, Topic


def reorder(session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Put the parts in the order that they had. Raises Conflict where they were changed since."""
    topic = editing.editable(session, subject_id)
    if [row.id for row in parts.parts(session, subject_id)] != detail["after"]:
        raise Conflict(f"The parts of {topic.title!r} were changed since.", hint="Move them by hand.")
    parts.arrange(session, subject_id, detail["before"])
    return f"The parts of “{topic.title}” are in the order that they had."


def add(session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Give a post that was added the place back that it had. Raises Conflict where it has another one since."""
    return _back(session, detail, subject_id)


def remove(session: Session, _event: int, _subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Give a post that was taken out its place back. Raises Conflict where it has another one since."""
    return _back(session, detail, None)


def _back(session: Session, detail: dict[str, Any], now_of: int | None) -> str:
    post_id, topic_id = detail["post"], detail["topic"]
    title = session.scalar(select(Post.title).where(Post.id == post_id).with_for_update())
    if title is None:
        raise Conflict("The post is gone.")
    if session.scalar(select(Part.topic_id).where(Part.subject_id == post_id)) != now_of:
        raise Conflict(f"{title!r} has got another place since.", hint="Look at the topic.")
    if topic_id is not None:
        editing.editable(session, topic_id)
    parts.place(session, post_id, topic_id, detail["rank"])
    return f"“{title}” is where it was." if topic_id is not None else f"“{title}” is of no topic, as it was."


def delete(session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Make a deleted topic again, with those of its parts that are there and of no other topic."""
    stored = detail["topic"]
    if managing.edited(session, subject_id) is not None:
        raise Conflict("The topic is there already.", hint="Somebody else has taken it back.")
    editing.check_free(session, stored["title"], subject_id)
    subjects.revive(session, subject_id)
    session.execute(insert(Topic).values(id=subject_id, folded=fold(stored["title"]), post_count=0, **stored))
    ranks = dict(detail["parts"])
    free = (
        select(Post.id).outerjoin(Part, Part.subject_id == Post.id).where(Post.id.in_(ranks), Part.topic_id.is_(None))
    )
    rows = [
        {"topic_id": subject_id, "subject_id": post_id, "rank": ranks[post_id], "number": None}
        for post_id in session.scalars(free.order_by(Post.id).with_for_update(of=Post))
    ]
    if rows:
        session.execute(insert(Part), rows)
    listings.number(session, subject_id)
    return f"The topic “{stored['title']}” is back."


UNDOES: Mapping[str, Callable[..., str]] = {
    "topic.reordered": reorder,
    "topic.part-added": add,
    "topic.part-removed": remove,
    "topic.deleted": delete,
}
