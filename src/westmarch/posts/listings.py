"""Where readers find a post in lists, and keeping all that is stored about it true."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from westmarch.db.sessions import Reading
from westmarch.posts import counts, neighbours
from westmarch.posts.counts import Listing
from westmarch.posts.models import LISTED, Byline, Post
from westmarch.tags.models import Tagging
from westmarch.topics import actions as topics
from westmarch.topics.models import Part, Topic


def of(session: Reading, post_id: int) -> Listing:
    """Where a post is listed now. Pages are listed nowhere."""
    post = session.execute(select(Post.kind, Post.visible, Post.published_at).where(Post.id == post_id)).one()
    listed = post.kind == "post" and post.visible == LISTED
    return Listing(
        post.published_at if listed else None,
        tuple(session.scalars(select(Tagging.tag_id).where(Tagging.subject_id == post_id))),
        tuple(session.scalars(select(Byline.author_id).where(Byline.post_id == post_id))),
    )


def settle(session: Session, post_id: int, before: Listing, zone: ZoneInfo) -> None:
    """After an action: bring listings, counts, neighbours and numbers of parts from `before` to what is true now."""
    after = of(session, post_id)
    session.execute(
        update(Tagging)
        .where(Tagging.subject_id == post_id, Tagging.listed_at.is_distinct_from(after.at))
        .values(listed_at=after.at)
    )
    session.execute(
        update(Byline)
        .where(Byline.post_id == post_id, Byline.listed_at.is_distinct_from(after.at))
        .values(listed_at=after.at)
    )
    counts.apply(session, [(before, after)], zone)
    if before.at != after.at:
        if before.at is not None:
            neighbours.unlink(session, post_id)
        if after.at is not None:
            previous, following = neighbours.around(session, post_id, after.at)
            session.execute(update(Post).where(Post.id == post_id).values(previous_id=previous, next_id=following))
            neighbours.link(session, post_id, previous, following)
    number_of(session, post_id)


def number_of(session: Session, post_id: int) -> None:
    """Number the listed parts of the topic that a post is a part of, if it is of one."""
    topic_id = session.scalar(select(Part.topic_id).where(Part.subject_id == post_id))
    if topic_id is not None:
        number(session, topic_id)


def number(session: Session, topic_id: int) -> None:
    """Number the listed parts of a topic. Of several at once each waits for the one before, and sees what it did."""
    session.execute(select(Topic.id).where(Topic.id == topic_id).with_for_update())
    listed = session.scalars(
        select(Part.subject_id)
        .join(Post, Post.id == Part.subject_id)
        .where(Part.topic_id == topic_id, Post.visible == LISTED)
    )
    topics.number(session, topic_id, set(listed))


def faults(session: Reading) -> list[str]:
    """What is wrong with listings, neighbours and parts, a sentence each."""
    told = neighbours.faults(session)
    for name, model, key in (("tag", Tagging, Tagging.subject_id), ("author", Byline, Byline.post_id)):
        rows = session.scalars(select(key).join(Post, Post.id == key).where(_unlike(model)).distinct())
        told += [f"Post {post_id} is not listed under a {name} as it is visible." for post_id in rows]
    for topic_id, title, wrong in _wrong_parts(session):
        told += [f"The parts of the topic {title!r} ({topic_id}) are not numbered as they are listed."] if wrong else []
    return told


def _unlike(model: type[Tagging] | type[Byline]) -> ColumnElement[bool]:
    listed = (Post.kind == "post") & (Post.visible == LISTED)
    return (listed & model.listed_at.is_distinct_from(Post.published_at)) | (~listed & model.listed_at.is_not(None))


def _wrong_parts(session: Reading) -> list[tuple[int, str, bool]]:
    rows = session.execute(
        select(Topic.id, Topic.title, Topic.post_count, Part.number, Post.visible)
        .outerjoin(Part, Part.topic_id == Topic.id)
        .outerjoin(Post, Post.id == Part.subject_id)
        .order_by(Topic.id, Part.rank, Part.subject_id)
    ).all()
    found: dict[int, tuple[str, int, int, bool]] = {}
    for row in rows:
        title, count, stored, wrong = found.get(row.id, (row.title, 0, row.post_count, False))
        listed = row.visible == LISTED
        count += listed
        wrong = wrong or row.number != (count if listed else None)
        found[row.id] = (title, count, stored, wrong)
    return [(topic_id, t, wrong or count != stored) for topic_id, (t, count, stored, wrong) in found.items()]


def repair(session: Session) -> None:
    """Make listings, neighbours and numbers of parts true."""
    neighbours.relink(session)
    for model, key in ((Tagging, Tagging.subject_id), (Byline, Byline.post_id)):
        rows = session.execute(
            select(key, Post.kind, Post.visible, Post.published_at).join(Post, Post.id == key).where(_unlike(model))
        ).all()
        for post_id, kind, visible, at in rows:
            listed_at = at if kind == "post" and visible == LISTED else None
            session.execute(update(model).where(key == post_id).values(listed_at=listed_at))
    for topic_id, _title, wrong in _wrong_parts(session):
        if wrong:
            number(session, topic_id)
