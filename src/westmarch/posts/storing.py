"""Writing the fields of a post that differ, and telling of them in an event."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from westmarch.db.ranked import arrange
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid
from westmarch.events import actions as events
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.posts import actions, listings, meta, revisions, unchanging
from westmarch.posts.differences import COLUMNS, TEXT
from westmarch.posts.edited import Edited, edited
from westmarch.posts.models import Byline, Post
from westmarch.site.options import Site
from westmarch.tags.models import Tagging
from westmarch.text.rendered import Rendered
from westmarch.topics import actions as topics

#: Texts up to this length stand in events as they were and as they are.
TOLD = 300


@dataclass(frozen=True, slots=True)
class Text:
    """A text, its language, and what was rendered of it before the transaction began."""

    markdown: str
    language: str
    rendered: Rendered


class Unrendered(Exception):
    """The text that the transaction needs is not the one that was rendered: somebody changed the post meanwhile."""


def wait(
    session: Session, post: Edited, latest: Edited, differing: Mapping[str, Any], text: Text | None, *, actor: str
) -> int:
    """Keep a text behind the one that readers see, in place of the `latest`; the id of the event that tells of it."""
    wanted = [differing.get(name, getattr(latest, name)) for name in TEXT]
    if wanted == [getattr(post, name) for name in TEXT]:
        revision_id = None  # It is what readers see already.
    else:
        before = latest.waiting_id or latest.revision_id
        revision_id = _revised(session, latest, differing, text, before, kind="draft", actor=actor)
    session.execute(update(Post).where(Post.id == post.id).values(draft_revision_id=revision_id))
    undo = unchanging.kept(post, replace(post, waiting_id=revision_id))
    detail: dict[str, Any] = {"changed": {name: {} for name in differing}, "undo": undo}
    return events.record(session, f"{post.kind}.drafted", actor=actor, subject_id=post.id, detail=detail)


def store(
    session: Session,
    post: Edited,
    differing: Mapping[str, Any],
    text: Text | None,
    site: Site,
    *,
    settled: bool,
    actor: str,
) -> int:
    """Write fields that differ; the id of the event that tells of them. Where it is `settled`, no text waits then."""
    before = listings.of(session, post.id)
    values = {COLUMNS[name]: value for name, value in differing.items() if name in COLUMNS}
    values |= _new_text(session, post, differing, text, actor=actor)
    if settled:
        values["draft_revision_id"] = None
    if values:
        session.execute(update(Post).where(Post.id == post.id).values(**values))
    if TEXT & differing.keys():
        revisions.show(session, post.id)
    if meta.FIELDS & differing.keys():
        told = [differing.get(f"meta_{name}", value) for name, value in post.meta._asdict().items()]
        meta.store(session, post.id, meta.Meta(*told))
    tagging, byline = Tagging.__table__.c, Byline.__table__.c
    if "tags" in differing:
        arrange(session, tagging.subject_id, post.id, tagging.tag_id, differing["tags"])
    if "authors" in differing:
        arrange(session, byline.post_id, post.id, byline.author_id, differing["authors"])
    left = topics.place(session, post.id, differing["topic"], differing["part"]) if "topic" in differing else None
    listings.settle(session, post.id, before, site.zone)
    if left is not None:
        listings.number(session, left)
    moved = _moved(session, post, differing, actor=actor)
    lead(session, post.id, differing.get("aliases", ()))
    after = edited(session, post.id)
    names = [name for name in differing if name != "updated_at"] + (["path"] if moved else [])
    detail: dict[str, Any] = {"changed": {name: _told(name, post, after) for name in dict.fromkeys(names)}}
    if settled:
        detail["changed"]["draft"] = {}
    detail["undo"] = unchanging.kept(post, after)
    return events.record(session, f"{post.kind}.updated", actor=actor, subject_id=post.id, detail=detail)


def _new_text(
    session: Session, post: Edited, differing: Mapping[str, Any], text: Text | None, *, actor: str
) -> dict[str, Any]:
    """The columns by which a post has a new revision, if title, text or language differ."""
    if not TEXT & differing.keys():
        return {}
    revision_id = _revised(session, post, differing, text, post.revision_id, kind=post.status, actor=actor)
    if text is not None and (post.revision_id is None or {"markdown", "language"} & differing.keys()):
        revisions.refer_anew(session, post.id, text.rendered)
    return {"published_revision_id" if post.status == "published" else "draft_revision_id": revision_id}


def _revised(
    session: Session,
    post: Edited,
    differing: Mapping[str, Any],
    text: Text | None,
    before: int | None,
    *,
    kind: str,
    actor: str,
) -> int:
    """A new revision with what differs from the one `before`; its id. Raises Unrendered."""
    moment, title = now(), differing.get("title", post.title)
    if before is not None and not {"markdown", "language"} & differing.keys():
        return revisions.retitled(session, before, title, kind=kind, by=actor, at=moment)
    wanted = differing.get("markdown", post.markdown), differing.get("language", post.language)
    if text is None or (text.markdown, text.language) != wanted:
        raise Unrendered
    return revisions.add(
        session,
        post.id,
        kind=kind,
        title=title,
        markdown=text.markdown,
        language=text.language,
        rendered=text.rendered,
        by=actor,
        at=moment,
    )


def _moved(session: Session, post: Edited, differing: Mapping[str, Any], *, actor: str) -> bool:
    """Give the post its new path: the one that is asked for, or its own with the new slug at the end."""
    if "path" in differing:
        return actions.move(session, post.id, differing["path"], actor=actor) != post.path
    path = renamed(post, differing["slug"]) if "slug" in differing else None
    return path is not None and actions.move(session, post.id, paths.quote(path), actor=actor, free=True) != post.path


def renamed(post: Edited, slug: str) -> str | None:
    """The path of a post with another slug at its end; None where its path does not end with its slug."""
    own = re.fullmatch(rf"(.*/){re.escape(post.slug)}(?:-\d+)?(/|\.\w+|)", post.path)
    return None if own is None else f"{own[1]}{slug}{own[2]}"


def lead(session: Session, post_id: int, aliases: Sequence[str]) -> None:
    """Let old addresses lead to the post. Raises Invalid and Conflict with the place `aliases`."""
    for alias in aliases:
        parts = urlsplit(alias)
        try:
            links.add_old(session, post_id, paths.parse(parts.path), query=parts.query)
        except (Invalid, Conflict) as error:
            raise type(error)(error.message, hint=error.hint, place="aliases") from error


def _told(name: str, before: Edited, after: Edited) -> dict[str, Any]:
    """What an event says of a field: from what to what, where that is short."""

    def value(post: Edited) -> Any:
        if name == "tags":
            return [tag.name for tag in post.tags]
        if name == "authors":
            return [author.name for author in post.authors]
        if name in ("topic", "part"):
            return post.topic and (post.topic.title if name == "topic" else post.topic.part)
        if name == "cover_id":
            return post.cover and post.cover.path
        found = getattr(post, name)
        return found.isoformat() if isinstance(found, datetime) else found

    values = {"from": value(before), "to": value(after)}
    return {} if name in ("markdown", "extra") or any(len(str(each)) > TOLD for each in values.values()) else values
