"""What can be done with posts and pages. Every action keeps neighbours, counts, parts and listings as they must be."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from westmarch.authors import actions as authors
from westmarch.db.ranked import arrange
from westmarch.db.types import now
from westmarch.errors import Conflict, NotFound
from westmarch.events import actions as events
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.posts import counts, listings, meta, neighbours, references, revisions, states
from westmarch.posts.drafts import Draft
from westmarch.posts.making import Making, check, columns, lead, revision
from westmarch.posts.models import Byline, Post, Related
from westmarch.site.options import Site
from westmarch.subjects import actions as subjects
from westmarch.subjects.models import Revision
from westmarch.tags import actions as tags
from westmarch.tags.models import Tagging
from westmarch.topics import actions as topics

_post = Post.__table__

#: Which posts wait for their hour: not those in the trash, nor what another program wrote without a text.
SCHEDULED = (
    _post.c.status == "scheduled",
    _post.c.trashed_at.is_(None),
    func.coalesce(_post.c.draft_revision_id, _post.c.published_revision_id).is_not(None),
)


def create(session: Session, draft: Draft, site: Site, *, actor: str) -> int:
    """Store a new post or page and return its id.

    Raises Invalid where a field cannot be taken, Conflict where its path belongs to another subject.
    """
    making = Making(session, site, actor=actor)
    post_id = making.create(draft)
    making.finish()
    return post_id


def revise(session: Session, post_id: int, draft: Draft, site: Site, *, actor: str) -> None:
    """Make an existing post or page what the draft says; its path moves only where the draft names another one.

    Raises NotFound for another id, else as `create`.
    """
    check(draft)
    post = _row(session, post_id)
    if post.kind != draft.kind:
        raise Conflict(f"{post.path} is a {post.kind} and cannot become a {draft.kind}.")
    if draft.path is not None and paths.parse(draft.path) != post.path:
        move(session, post_id, draft.path, actor=actor)
    moment, before = now(), listings.of(session, post_id)
    revision_id = revision(session, post_id, draft, actor, moment)
    stored = columns(draft, revision_id, moment) | ({"guid": draft.guid} if draft.guid else {})
    session.execute(update(Post).where(Post.id == post_id).values(stored))
    tagging, byline = Tagging.__table__.c, Byline.__table__.c
    arrange(session, tagging.subject_id, post_id, tagging.tag_id, tags.ensure(session, draft.tags))
    arrange(session, byline.post_id, post_id, byline.author_id, authors.ensure(session, draft.authors))
    revisions.refer_anew(session, post_id, draft.rendered)
    topic_id = topics.ensure(session, draft.topic, language=draft.language) if draft.topic else None
    left = topics.place(session, post_id, topic_id, draft.part)
    meta.store(session, post_id, draft.meta)
    lead(session, post_id, draft)
    listings.settle(session, post_id, before, site.zone)
    if left is not None:
        listings.number(session, left)
    events.record(session, f"{draft.kind}.updated", actor=actor, subject_id=post_id)


def publish(session: Session, post_id: int, site: Site, *, actor: str, at: datetime | None = None) -> int:
    """Show the newest draft to readers, dated `at` (None: the date it has, else this moment); the event's id.

    An update that was before the publication is none to readers.
    """
    post = _row(session, post_id)
    published_at = at or post.published_at or now()
    values = {
        "status": "published",
        "published_revision_id": post.draft_revision_id or post.published_revision_id,
        "draft_revision_id": None,
        "published_at": published_at,
        "updated_at": None if post.updated_at is None or post.updated_at <= published_at else post.updated_at,
    }
    return turn(session, post_id, values, "published", site, actor=actor)


def schedule(session: Session, post_id: int, at: datetime, site: Site, *, actor: str) -> int:
    """Let the newest draft become public at a moment; until then nobody sees the post. The event's id."""
    post = _row(session, post_id)
    values = {
        "status": "scheduled",
        "published_at": at,
        "published_revision_id": None,
        "draft_revision_id": post.draft_revision_id or post.published_revision_id,
    }
    return turn(session, post_id, values, "scheduled", site, actor=actor)


def publish_due(session: Session, site: Site, moment: datetime) -> list[int]:
    """Publish what was scheduled for `moment` or earlier, oldest first, and return the ids."""
    neighbours.lock(session)
    due = session.scalars(
        select(Post.id)
        .where(*SCHEDULED, Post.published_at <= moment)
        .order_by(Post.published_at, Post.id)
        .with_for_update()
    ).all()
    for post_id in due:
        publish(session, post_id, site, actor="schedule")
    return list(due)


def withdraw(session: Session, post_id: int, site: Site, *, actor: str) -> int:
    """Take a published or scheduled post back to a draft; its text and date stay. The event's id."""
    post = _row(session, post_id)
    values = {
        "status": "draft",
        "published_revision_id": None,
        "draft_revision_id": post.draft_revision_id or post.published_revision_id,
    }
    return turn(session, post_id, values, "withdrawn", site, actor=actor)


def trash(session: Session, post_id: int, site: Site, *, actor: str) -> int:
    """Hide a post from everybody, to be restored or purged; the event's id."""
    return turn(session, post_id, {"trashed_at": now()}, "trashed", site, actor=actor)


def restore(session: Session, post_id: int, site: Site, *, actor: str) -> int:
    """Take a post out of the trash; it is again what it was. The event's id."""
    return turn(session, post_id, {"trashed_at": None}, "restored", site, actor=actor)


def turn(session: Session, post_id: int, values: dict[str, Any], verb: str, site: Site, *, actor: str) -> int:
    """Give a post another state (`states.COLUMNS`), and keep in the event how it was; the event's id."""
    post = _row(session, post_id)
    was, before = states.of(post), listings.of(session, post_id)
    session.execute(update(Post).where(Post.id == post_id).values(**values))
    if public := values.get("published_revision_id"):
        revisions.publish(session, public)
    if _reads(was) != _reads(was | values):
        revisions.show(session, post_id)
        references.refer_to_shown(session, post_id)
    listings.settle(session, post_id, before, site.zone)
    undo = {"before": states.told(was), "after": states.told(was | values)}
    return events.record(session, f"{post.kind}.{verb}", actor=actor, subject_id=post_id, detail={"undo": undo})


def _reads(state: Mapping[str, Any]) -> int | None:
    """The revision from which title and excerpt are shown."""
    reads: int | None = state["published_revision_id"] or state["draft_revision_id"]
    return reads


def move(session: Session, post_id: int, path: str, *, actor: str, free: bool = False) -> str:
    """Give a post another path, and return it; the old one leads there from now on.

    With `free` it is the path, or the first of -2, -3 … that nobody has.
    """
    post = _row(session, post_id)
    claim = links.claim_free if free else links.claim
    moved = claim(session, post_id, paths.parse(path))
    session.execute(update(Post).where(Post.id == post_id).values(path=moved))
    events.record(
        session, f"{post.kind}.moved", actor=actor, subject_id=post_id, detail={"from": post.path, "to": moved}
    )
    return moved


def purge(session: Session, post_id: int, site: Site, *, actor: str) -> None:
    """Delete a post with all its text for good. Its subject and its links stay, and answer 410."""
    post = _row(session, post_id)
    before = listings.of(session, post_id)
    session.execute(update(Post).where(Post.id == post_id).values(trashed_at=now()))
    listings.settle(session, post_id, before, site.zone)
    tags.take_off(session, post_id)
    left = topics.place(session, post_id, None, None)
    revisions.forget_references(session, post_id)
    session.execute(delete(Related).where((Related.post_id == post_id) | (Related.other_id == post_id)))
    session.execute(delete(Post).where(Post.id == post_id))
    session.execute(delete(Revision).where(Revision.subject_id == post_id))
    subjects.purge(session, post_id)
    if left is not None:
        listings.number(session, left)
    events.record(session, f"{post.kind}.purged", actor=actor, subject_id=post_id, detail={"path": post.path})


def recount(session: Session, site: Site) -> None:
    """Make all stored counts, neighbours and numbers of parts true, whatever changed them."""
    counts.recount(session, site.zone)
    listings.repair(session)


def _row(session: Session, post_id: int) -> Post:
    neighbours.lock(session)
    # Locked, so that of two that do something to a post at once the second sees what the first has done.
    post = session.get(Post, post_id, populate_existing=True, with_for_update=True)
    if post is None:
        raise NotFound(f"There is no post {post_id}.")
    return post
