"""Making and changing a post in one transaction, as somebody may: what differs is written, and told in the event."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.authors import actions as authors
from westmarch.db.ranked import arrange
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid
from westmarch.events import actions as events
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.posts import actions, listings, naming, ownership, revisions
from westmarch.posts.change import UNSET, Change
from westmarch.posts.drafts import Draft, Kind, Status
from westmarch.posts.edited import Edited, edited
from westmarch.posts.models import Byline, Post
from westmarch.site.options import Site
from westmarch.subjects.version import require
from westmarch.tags import actions as tags
from westmarch.tags.models import Tagging
from westmarch.text.rendered import Rendered
from westmarch.topics import actions as topics

#: A moment so near is not in the future: clocks differ.
SOON = timedelta(minutes=1)
#: Texts up to this length stand in events as they were and as they are.
TOLD = 300

_COLUMNS = {
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


@dataclass(frozen=True, slots=True)
class Text:
    """A text, its language, and what was rendered of it before the transaction began."""

    markdown: str
    language: str
    rendered: Rendered


class Unrendered(Exception):
    """The text that the transaction needs is not the one that was rendered: somebody changed the post meanwhile."""


def create(session: Session, kind: Kind, change: Change, text: Text, site: Site, *, who: SignedIn, actor: str) -> int:
    """Make a post or page of what was checked, and return its id.

    Raises Invalid and Conflict for a field, and Refused where the account may not do it.
    """
    who.require(Right.WRITE)
    if kind == "page":
        who.require(Right.EDIT_ALL)
    given = change.given()
    if "title" not in given:
        raise Invalid("A title is needed.", place="title")
    status, unlisted = _wanted(change, "draft", unlisted=False)
    if status != "draft":
        who.require(Right.PUBLISH)
    ownership.takes(who, {name for name in ("path", "pinned", "aliases") if given.get(name)})
    published_at = given.get("published_at")
    _require_moment(status, published_at)
    draft = Draft(
        kind=kind,
        title=given["title"],
        markdown=text.markdown,
        rendered=text.rendered,
        language=text.language,
        slug=given.get("slug") or None,
        path=given.get("path") or None,
        summary=given.get("standfirst", ""),
        status=status,
        unlisted=unlisted,
        pinned=given.get("pinned", False),
        published_at=published_at,
        updated_at=given.get("updated_at"),
        tags=naming.tag_names(session, given.get("tags", ())),
        authors=naming.bylines(session, given.get("authors", ()), who, kind),
        topic=naming.topic(session, given["topic"]).title if given.get("topic") else None,
        part=given.get("part"),
        cover_id=naming.cover(session, given.get("cover_id")),
        translation_group=given.get("translation_group"),
        extra=_extra(given, {}),
    )
    post_id = actions.create(session, draft, site, actor=actor)
    _lead(session, post_id, given.get("aliases", ()))
    return post_id


def change(
    session: Session,
    post_id: int,
    change: Change,
    text: Text | None,
    site: Site,
    *,
    expected: str | None,
    who: SignedIn,
    actor: str,
) -> list[int]:
    """Change what differs from the post as it is, and return the ids of the events.

    Raises NotFound, Refused, Stale where another version is there than expected, Invalid and Conflict for a field, and
    Unrendered.
    """
    post = held(session, post_id, who, expected)
    if post.trashed_at is not None:
        raise Conflict(f"This {post.kind} is in the trash.", hint="Restore it first.")
    status, unlisted = _wanted(change, post.status, unlisted=post.unlisted)
    differing = _differing(session, post, change, status, unlisted=unlisted)
    ownership.takes(who, differing)
    turning = status != post.status or (status == "scheduled" and "published_at" in differing)
    moment = differing.get("published_at", post.published_at)
    if status != "draft":
        who.require(Right.PUBLISH)
        if turning or "published_at" in differing:
            moment = moment_of(status, moment, given="published_at" in differing)
    if turning and post.revision_id is None and text is None:
        raise Conflict("There is no text to publish.", hint="Write one first.")
    if turning:
        differing.pop("published_at", None)
    elif status == "published" and "published_at" in differing:
        differing["published_at"] = moment
    done = []
    if differing:
        done.append(_write(session, post, differing, text, site, actor=actor))
    if turning and status == "draft":
        if moment != post.published_at:
            session.execute(update(Post).where(Post.id == post_id).values(published_at=moment))
        done.append(actions.withdraw(session, post_id, site, actor=actor))
    elif turning and moment is not None:
        turn = actions.schedule if status == "scheduled" else actions.publish
        done.append(turn(session, post_id, at=moment, site=site, actor=actor))
    return done


def held(session: Session, post_id: int, who: SignedIn, expected: str | None) -> Edited:
    """The post as it is, locked, for somebody who may change it. Raises NotFound, Refused, Stale."""
    if session.execute(select(Post.id).where(Post.id == post_id).with_for_update()).first() is None:
        raise ownership.missing(post_id)
    post = edited(session, post_id)
    ownership.editable(who, post)
    require(expected, post.version, f"The {post.kind} “{post.title[:100]}”")
    return post


def _wanted(change: Change, status: Status, *, unlisted: bool) -> tuple[Status, bool]:
    """The status and whether it is unlisted, by what the post is and what is asked for."""
    asked = change.unlisted
    if change.status == "unlisted":
        return "published", True
    if change.status == "published":
        return "published", asked is True
    return (status if change.status is UNSET else change.status), (unlisted if asked is UNSET else asked)


def _require_moment(status: Status, moment: datetime | None) -> None:
    if status == "scheduled" or (status == "published" and moment is not None):
        moment_of(status, moment, given=True)


def moment_of(status: Status, moment: datetime | None, *, given: bool) -> datetime:
    """When a post is to be public. Raises Invalid where its status needs another moment."""
    soon = now() + SOON
    if status == "scheduled":
        if moment is None:
            raise Invalid("A scheduled post needs the date at which it becomes public.", place="published_at")
        if moment <= soon - SOON:
            raise Invalid("This date is past.", place="published_at", hint="Choose a later one, or publish it now.")
        return moment
    if moment is None or (moment > soon and not given):
        return now()
    if moment > soon:
        raise Invalid(
            "This date lies in the future.", place="published_at", hint="Schedule the post, or leave the date empty."
        )
    return moment


def _differing(session: Session, post: Edited, change: Change, status: Status, *, unlisted: bool) -> dict[str, Any]:
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
    given["extra"] = _extra(change.given(), post.extra)
    found = {name: value for name, value in given.items() if value != was[name]}
    found |= _placing(session, post, change)
    if aliases := [alias for alias in change.given().get("aliases", ()) if alias not in post.aliases]:
        found["aliases"] = aliases
    text_differs = bool({"title", "markdown", "language"} & found.keys())
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


def _write(
    session: Session, post: Edited, differing: Mapping[str, Any], text: Text | None, site: Site, *, actor: str
) -> int:
    """Write fields that differ; the id of the event that tells of them."""
    before = listings.of(session, post.id)
    values = {_COLUMNS[name]: value for name, value in differing.items() if name in _COLUMNS}
    values |= _new_text(session, post, differing, text, actor=actor)
    if values:
        session.execute(update(Post).where(Post.id == post.id).values(**values))
    if "title" in differing or "markdown" in differing or "language" in differing:
        revisions.show(session, post.id)
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
    _lead(session, post.id, differing.get("aliases", ()))
    after = edited(session, post.id)
    names = [name for name in differing if name != "updated_at"] + (["path"] if moved else [])
    detail = {"changed": {name: _told(name, post, after) for name in dict.fromkeys(names)}}
    return events.record(session, f"{post.kind}.updated", actor=actor, subject_id=post.id, detail=detail)


def _new_text(
    session: Session, post: Edited, differing: Mapping[str, Any], text: Text | None, *, actor: str
) -> dict[str, Any]:
    """The columns by which a post has a new revision, if title, text or language differ."""
    moment, title = now(), differing.get("title", post.title)
    if "markdown" in differing or "language" in differing or (post.revision_id is None and "title" in differing):
        wanted = differing.get("markdown", post.markdown), differing.get("language", post.language)
        if text is None or (text.markdown, text.language) != wanted:
            raise Unrendered
        revision_id = revisions.add(
            session,
            post.id,
            kind=post.status,
            title=title,
            markdown=text.markdown,
            language=text.language,
            rendered=text.rendered,
            by=actor,
            at=moment,
        )
        revisions.refer_anew(session, post.id, text.rendered)
    elif "title" in differing and post.revision_id is not None:
        revision_id = revisions.retitled(session, post.revision_id, title, by=actor, at=moment)
    else:
        return {}
    if post.status == "published":
        return {"published_revision_id": revision_id, "draft_revision_id": None}
    return {"draft_revision_id": revision_id}


def _moved(session: Session, post: Edited, differing: Mapping[str, Any], *, actor: str) -> bool:
    """Give the post its new path: the one that is asked for, or its own with the new slug at the end."""
    if "path" in differing:
        return actions.move(session, post.id, differing["path"], actor=actor) != post.path
    own = re.fullmatch(rf"(.*/){re.escape(post.slug)}(?:-\d+)?(/|\.\w+|)", post.path)
    if "slug" not in differing or own is None:
        return False
    path = paths.quote(f"{own[1]}{differing['slug']}{own[2]}")
    return actions.move(session, post.id, path, actor=actor, free=True) != post.path


def _lead(session: Session, post_id: int, aliases: Sequence[str]) -> None:
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


def _extra(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The further fields of a post, among which its words for its cover are."""
    extra = dict(given.get("extra", before))
    if "cover_alt" in given:
        extra.pop("cover_alt", None)
        if given["cover_alt"]:
            extra["cover_alt"] = given["cover_alt"]
    return extra
