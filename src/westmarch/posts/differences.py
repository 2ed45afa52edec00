"""In what a change differs from a post as it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from westmarch.authors import actions as authors
from westmarch.db.types import now
from westmarch.links import paths
from westmarch.posts import naming
from westmarch.posts.change import UNSET, Change
from westmarch.posts.drafts import Status
from westmarch.posts.edited import Edited
from westmarch.tags import actions as tags

#: What makes up the text of a post, of which there are revisions.
TEXT = frozenset({"title", "markdown", "language"})
#: The fields that are columns of the post's row, and what those are called.
COLUMNS = {
    "slug": "slug",
    "standfirst": "summary",
    "pinned": "pinned",
    "unlisted": "unlisted",
    "published_at": "published_at",
    "updated_at": "updated_at",
    "cover_id": "cover_id",
    "translation_group": "translation_group",
    "extra": "extra",
}


def of(session: Session, post: Edited, change: Change, status: Status, *, unlisted: bool) -> dict[str, Any]:
    """The fields that are given and differ from what the post has, with the values that are to be stored."""
    given = change.given()
    for name in ("status", "aliases", "topic", "part", "cover_alt"):
        given.pop(name, None)
    given["unlisted"] = unlisted
    if "slug" in given:
        given["slug"] = paths.slugify(given["slug"] or given.get("title", post.title))
    if given.get("path") == "":
        del given["path"]
    if "published_at" in given and given["published_at"] is None and status != "draft":
        del given["published_at"]
    was: dict[str, Any] = {name: getattr(post, name, None) for name in given}
    was |= {"cover_id": post.cover and post.cover.id, "extra": dict(post.extra)}
    if "tags" in given:
        given["tags"] = tags.ensure(session, naming.tag_names(session, given["tags"]))
        was["tags"] = [tag.id for tag in post.tags]
    if "authors" in given:
        given["authors"] = authors.ensure(session, naming.author_names(session, given["authors"])) or _ids(post.authors)
        was["authors"] = _ids(post.authors)
    if "cover_id" in given and given["cover_id"] != was["cover_id"]:
        given["cover_id"] = naming.cover(session, given["cover_id"])
    given["extra"] = extra_of(change.given(), post.extra)
    found = {name: value for name, value in given.items() if value != was[name]}
    found |= _placing(session, post, change)
    if aliases := [alias for alias in change.given().get("aliases", ()) if alias not in post.aliases]:
        found["aliases"] = aliases
    text_differs = bool(TEXT & found.keys())
    if text_differs and change.updated_at is UNSET:
        found["updated_at"] = now()
    return found


def _ids(named: Sequence[Any]) -> list[int]:
    return [each.id for each in named]


def _placing(session: Session, post: Edited, change: Change) -> dict[str, Any]:
    """The topic (its id) and the part, where the place of the post differs."""
    before = (post.topic.id, post.topic.part) if post.topic else (None, None)
    topic_id = before[0]
    if change.topic is not UNSET and change.topic != (post.topic and post.topic.slug):
        topic_id = naming.topic(session, change.topic).id if change.topic else None
    part = None if change.part is UNSET else change.part
    if topic_id == before[0] and (part is None or topic_id is None or part == before[1]):
        return {}
    return {"topic": topic_id, "part": part}


def extra_of(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The further fields of a post, among which its words for its cover are."""
    stored = dict(given.get("extra", before))
    if "cover_alt" in given:
        stored.pop("cover_alt", None)
        if given["cover_alt"]:
            stored["cover_alt"] = given["cover_alt"]
    return stored
