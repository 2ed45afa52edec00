"""Making and changing a post in one transaction, as somebody may: what differs is written, and told in the event."""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.errors import Conflict, Invalid
from westmarch.posts import actions, differences, moments, naming, neighbours, ownership, storing, waiting
from westmarch.posts.change import Change
from westmarch.posts.differences import TEXT
from westmarch.posts.drafts import Draft, Kind
from westmarch.posts.edited import Edited, edited
from westmarch.posts.meta import Meta
from westmarch.posts.models import Post
from westmarch.posts.storing import Text
from westmarch.site.options import Site
from westmarch.subjects.version import require


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
    status, unlisted = moments.wanted(change, "draft", unlisted=False)
    if status != "draft":
        who.require(Right.PUBLISH)
    ownership.takes(who, {name for name in ("path", "pinned", "aliases") if given.get(name)})
    published_at = given.get("published_at")
    moments.require(status, published_at)
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
        extra=differences.extra_of(given, {}),
        meta=Meta(given.get("meta_title", ""), given.get("meta_description", "")),
    )
    post_id = actions.create(session, draft, site, actor=actor)
    storing.lead(session, post_id, given.get("aliases", ()))
    return post_id


def change(
    session: Session,
    post_id: int,
    change: Change,
    text: Text | None,
    site: Site,
    *,
    expected: str | None,
    wait: bool | None,
    who: SignedIn,
    actor: str,
) -> list[int]:
    """Change what differs from the post as it is, and return the ids of the events.

    Of a published post, with `wait` its text is kept behind the one that readers see, and nothing else may differ;
    without it (False) no text waits any more; with None what waits goes on waiting. Raises NotFound, Refused, Stale
    where another version is there than expected, Invalid and Conflict for a field, and Unrendered.
    """
    post = held(session, post_id, who, expected)
    if post.trashed_at is not None:
        raise Conflict(f"This {post.kind} is in the trash.", hint="Restore it first.")
    status, unlisted = moments.wanted(change, post.status, unlisted=post.unlisted)
    if wait and post.status == "published" == status:
        latest = waiting.latest(session, post)
        differing = differences.of(session, latest, change, status, unlisted=unlisted)
        differing.pop("updated_at", None)
        _require_text(differing)
        return [storing.wait(session, post, latest, differing, text, actor=actor)] if differing else []
    differing = differences.of(session, post, change, status, unlisted=unlisted)
    ownership.takes(who, differing)
    turning = status != post.status or (status == "scheduled" and "published_at" in differing)
    moment = differing.get("published_at", post.published_at)
    if status != "draft":
        who.require(Right.PUBLISH)
        if turning or "published_at" in differing:
            moment = moments.of(status, moment, given="published_at" in differing)
    if turning and post.revision_id is None and text is None:
        raise Conflict("There is no text to publish.", hint="Write one first.")
    if turning:
        differing.pop("published_at", None)
    elif status == "published" and "published_at" in differing:
        differing["published_at"] = moment
    done = []
    settled = post.waiting and (wait is False or (turning and bool(TEXT & differing.keys())))
    if differing or settled:
        done.append(storing.store(session, post, differing, text, site, settled=settled, actor=actor))
    if turning and status == "draft":
        if moment != post.published_at:
            session.execute(update(Post).where(Post.id == post_id).values(published_at=moment))
        done.append(actions.withdraw(session, post_id, site, actor=actor))
    elif turning and moment is not None:
        turn = actions.schedule if status == "scheduled" else actions.publish
        done.append(turn(session, post_id, at=moment, site=site, actor=actor))
    return done


def _require_text(differing: Collection[str]) -> None:
    """Raises Invalid where something else than the text is to wait: there are no two of it."""
    others = sorted(set(differing) - TEXT)
    if others:
        raise Invalid(
            "Only title, text and language can wait behind what readers see.",
            place=others[0],
            hint="Publish your changes, or put this back as it was and save the draft then.",
        )


def held(session: Session, post_id: int, who: SignedIn, expected: str | None) -> Edited:
    """The post as it is, locked, for somebody who may change it. Raises NotFound, Refused, Stale."""
    neighbours.lock(session)
    if session.execute(select(Post.id).where(Post.id == post_id).with_for_update()).first() is None:
        raise ownership.missing(post_id)
    post = edited(session, post_id)
    ownership.editable(who, post)
    require(expected, post.version, f"The {post.kind} “{post.title[:100]}”")
    return post
