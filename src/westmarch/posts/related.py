"""A follower: related posts, by the tags that they share.

A shared tag weighs the more the fewer posts have it (1 / its number of posts); of equal weight, the newer post comes
first. Only posts of the same language count. Candidates are bounded, so that one more post costs nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from westmarch.changes.queries import Seen
from westmarch.followers.follow import Following
from westmarch.posts.models import LISTED, Post, Related
from westmarch.tags.models import Tag, Tagging

#: How many related posts are kept.
KEPT = 3
#: Of a post's tags the rarest so many count, and of each tag's posts the newest so many.
TAGS, NEWEST = 6, 60

# Statements are built once: while somebody writes, they run for every post that is near to a text.
_post, _tag, _tagging, _related = Post.__table__.c, Tag.__table__.c, Tagging.__table__.c, Related.__table__.c
_OF_POST = select(_post.language, _post.visible, _post.kind).where(_post.id == bindparam("id"))
_RAREST = (
    select(_tag.id, _tag.post_count)
    .join(Tagging.__table__, _tagging.tag_id == _tag.id)
    .where(_tagging.subject_id == bindparam("id"), _tag.post_count > 1)
    .order_by(_tag.post_count, _tag.id)
    .limit(TAGS)
)
_LISTED = select(_post.id).where(_post.id.in_(bindparam("ids", expanding=True)), _post.visible == LISTED)
_NEAR = select(_related.post_id).where(_related.other_id.in_(bindparam("ids", expanding=True)))
_HAVING = select(_related.post_id).where(_related.post_id.in_(bindparam("ids", expanding=True)))
_STORED = select(_related.other_id).where(_related.post_id == bindparam("id")).order_by(_related.rank)
_FORGET = delete(Related.__table__).where(_related.post_id == bindparam("id"))
_KEEP = insert(Related.__table__)
_NEWEST = (
    select(_tagging.subject_id)
    .join(Post.__table__, _post.id == _tagging.subject_id)
    .where(
        _tagging.tag_id == bindparam("tag_id"),
        _tagging.listed_at.is_not(None),
        _post.language == bindparam("language"),
    )
    .order_by(_tagging.listed_at.desc(), _tagging.subject_id.desc())
    .limit(NEWEST)
)


def handle(session: Session, changes: Sequence[Seen]) -> None:
    """Find related posts anew for those whose tags or visibility changed, and for those who are near to them."""
    touched: set[int] = set()
    for change in changes:
        if change.table == "tagging":
            touched.add((change.new or change.old)["subject_id"])
        elif change.table == "post" and (change.columns is None or change.columns & {"visible", "language"}):
            touched.add((change.new or change.old)["id"])
    if not touched:
        return
    ids = {"ids": sorted(touched)}
    near = set(session.execute(_NEAR, ids).scalars())
    # What is not listed and has none stored, as any draft, gets none.
    concerned = {*session.execute(_LISTED, ids).scalars(), *session.execute(_HAVING, ids).scalars()}
    for post_id in sorted(concerned):
        near.update(_store(session, post_id))
    for post_id in sorted(near - touched):
        _store(session, post_id)


def _store(session: Session, post_id: int) -> list[int]:
    """Store a post's related posts where they differ from the stored ones; returns them."""
    post = session.execute(_OF_POST, {"id": post_id}).first()
    found: list[int] = []
    if post is not None and post.visible == LISTED and post.kind == "post":
        weights = {row.id: 1 / row.post_count for row in session.execute(_RAREST, {"id": post_id})}
        found = rank(post_id, weights, {tag_id: _newest(session, tag_id, post.language) for tag_id in weights})
    if found != list(session.scalars(_STORED, {"id": post_id})):
        session.execute(_FORGET, {"id": post_id})
        if found:
            session.execute(_KEEP, _rows(post_id, found))
    return found


def _rows(post_id: int, found: Iterable[int]) -> list[dict[str, int]]:
    return [{"post_id": post_id, "rank": rank, "other_id": other} for rank, other in enumerate(found)]


def _newest(session: Session, tag_id: int, language: str) -> Sequence[int]:
    return session.scalars(_NEWEST, {"tag_id": tag_id, "language": language}).all()


def rank(post_id: int, weights: Mapping[int, float], newest: Mapping[int, Sequence[int]]) -> list[int]:
    """The posts nearest to `post_id`, best first: `weights` of its tags, and of each tag the posts, newest first."""
    scores: dict[int, float] = defaultdict(float)
    ages: dict[int, int] = {}
    for tag_id, weight in weights.items():
        for age, other in enumerate(newest[tag_id]):
            if other != post_id:
                scores[other] += weight
                ages[other] = min(age, ages.get(other, age))
    return sorted(scores, key=lambda other: (-scores[other], ages[other], -other))[:KEPT]


def rebuild(session: Session) -> None:
    """Find the related posts of all posts anew, from one pass over the tables."""
    counts = dict(session.execute(select(Tag.id, Tag.post_count)).all())
    newest: dict[tuple[int, str], list[int]] = defaultdict(list)
    tags: dict[int, list[int]] = defaultdict(list)
    languages: dict[int, str] = {}
    rows = session.execute(
        select(Tagging.tag_id, Tagging.subject_id, Post.language)
        .join(Post, Post.id == Tagging.subject_id)
        .where(Tagging.listed_at.is_not(None))
        .order_by(Tagging.listed_at.desc(), Tagging.subject_id.desc())
    )
    for tag_id, post_id, language in rows:
        tags[post_id].append(tag_id)
        languages[post_id] = language
        if len(newest[tag_id, language]) < NEWEST:
            newest[tag_id, language].append(post_id)
    session.execute(delete(Related))
    for post_id, own in tags.items():
        rare = sorted((tag for tag in own if counts[tag] > 1), key=lambda tag: (counts[tag], tag))[:TAGS]
        weights = {tag: 1 / counts[tag] for tag in rare}
        found = rank(post_id, weights, {tag: newest[tag, languages[post_id]] for tag in rare})
        if found:
            session.execute(_KEEP, _rows(post_id, found))


FOLLOWING = Following("related", handle, rebuild)
