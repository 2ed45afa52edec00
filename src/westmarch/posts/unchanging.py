"""Taking back a change of a post's fields and text. Its revisions stay, so whoever took it back finds them again."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.db.ranked import arrange
from westmarch.errors import Conflict
from westmarch.links import paths
from westmarch.media.models import Media
from westmarch.posts import actions, listings, meta, neighbours, references, revisions
from westmarch.posts.differences import COLUMNS
from westmarch.posts.edited import Edited, edited
from westmarch.posts.models import Byline, Post
from westmarch.site.options import Site
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tag, Tagging
from westmarch.topics import actions as topics
from westmarch.topics.models import Topic

_MOMENTS = frozenset({"published_at", "updated_at"})
#: What hangs on a post, or it on, and may be gone by now: what it is called, and its table's key.
_THERE = {"tags": ("A tag", Tag.id), "authors": ("An author", Author.id), "cover_id": ("The cover", Media.id)}


def kept(before: Edited, after: Edited) -> dict[str, Any]:
    """What an event keeps of a change, so that it can be taken back: what became another thing, as JSON holds it."""
    was, became = _state(before), _state(after)
    names = [name for name in was if name == "status" or was[name] != became[name]]
    return {"before": {name: was[name] for name in names}, "after": {name: became[name] for name in names}}


def _state(post: Edited) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(post, name) for name in COLUMNS if name not in ("cover_id", "extra")}
    found = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}
    return found | {
        "status": post.status,
        "path": post.path,
        "cover_id": post.cover and post.cover.id,
        "extra": dict(post.extra),
        "tags": [tag.id for tag in post.tags],
        "authors": [author.id for author in post.authors],
        "topic": post.topic and [post.topic.id, post.topic.part],
        "text": post.revision_id,
        "waiting": post.waiting_id,
        "meta": list(post.meta),
    }


def take_back(session: Session, _event: int, post_id: int, detail: dict[str, Any], site: Site, *, actor: str) -> str:
    """Give a post the fields and the text that it had. Raises Conflict where one of them was changed since, or is gone.

    Old addresses that the change added go on to lead to the post.
    """
    neighbours.lock(session)
    if session.execute(select(Post.id).where(Post.id == post_id).with_for_update()).first() is None:
        raise Conflict("The post was deleted for good.")
    post, before = edited(session, post_id), detail["before"]
    title, now = post.title[:100], _state(post)
    if post.trashed_at is not None:
        raise Conflict(f"“{title}” is in the trash.", hint="Restore it first.")
    if any(now[name] != value for name, value in detail["after"].items()):
        raise Conflict(f"“{title}” was changed since.", hint="Look at it, and change it by hand.")
    _require_there(session, before, title)
    listed = listings.of(session, post_id)
    if values := _values(before):
        session.execute(update(Post).where(Post.id == post_id).values(**values))
    if "text" in before:
        revisions.show(session, post_id)
        references.refer_to_shown(session, post_id)
    if "meta" in before:
        meta.store(session, post_id, meta.Meta(*before["meta"]))
    left = _arrange(session, post_id, before)
    listings.settle(session, post_id, listed, site.zone)
    if left is not None:
        listings.number(session, left)
    if "path" in before:
        actions.move(session, post_id, paths.quote(before["path"]), actor=actor)
    return f"“{edited(session, post_id).title[:100]}” is as it was."


def _values(before: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the post that have another value."""
    values = {COLUMNS[name]: _read(name, value) for name, value in before.items() if name in COLUMNS}
    public = before["status"] == "published"
    if "text" in before:
        values["published_revision_id" if public else "draft_revision_id"] = before["text"]
    if "waiting" in before:
        values["draft_revision_id"] = before["waiting"]
    return values


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in _MOMENTS and value else value


def _arrange(session: Session, post_id: int, before: Mapping[str, Any]) -> int | None:
    """Give the post its tags, authors and its place in a topic; the topic that it leaves by that."""
    tagging, byline = Tagging.__table__.c, Byline.__table__.c
    if "tags" in before:
        arrange(session, tagging.subject_id, post_id, tagging.tag_id, before["tags"])
    if "authors" in before:
        arrange(session, byline.post_id, post_id, byline.author_id, before["authors"])
    if "topic" not in before:
        return None
    topic_id, part = before["topic"] or (None, None)
    return topics.place(session, post_id, topic_id, part)


def _require_there(session: Session, before: Mapping[str, Any], title: str) -> None:
    """Raises Conflict where something is gone that the post had."""

    def missing(key: Any, ids: Iterable[int | None]) -> bool:
        wanted = set(ids) - {None}
        return set(session.scalars(select(key).where(key.in_(wanted)))) != wanted if wanted else False

    if missing(Revision.id, (before.get("text"), before.get("waiting"))):
        raise Conflict(f"The text that “{title}” had then is gone.")
    for name, (called, key) in _THERE.items():
        had = before.get(name)
        if missing(key, had if isinstance(had, list) else [had]):
            raise Conflict(f"{called} that “{title}” had is gone.")
    if before.get("topic") and missing(Topic.id, before["topic"][:1]):
        raise Conflict(f"The topic that “{title}” was a part of is gone.")


UNDOES: Mapping[str, Callable[..., str]] = {
    f"{kind}.{verb}": take_back for kind in ("post", "page") for verb in ("updated", "drafted")
}
