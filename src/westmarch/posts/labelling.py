"""Hanging a tag on a post, and naming another author of it: what is done to many posts at once, and taken back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.db.database import Database
from westmarch.db.ranked import arrange
from westmarch.errors import Conflict, Invalid
from westmarch.events import actions as events
from westmarch.posts import listings
from westmarch.posts.change import Change, checked
from westmarch.posts.changing import held
from westmarch.posts.edited import Edited
from westmarch.posts.models import Byline, Post
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.tags import actions as tags
from westmarch.tags.models import Tag, Tagging

_tagging, _byline = Tagging.__table__.c, Byline.__table__.c


async def add_tag(db: Database, post_id: int, name: str, *, who: SignedIn, actor: str) -> int:
    """Hang a tag on a post, a new one where there is none of that name; the event's id.

    Raises NotFound, Refused, Invalid for a name that no tag can have, and Conflict where it hangs there already.
    """
    (wanted,) = _names(checked(Change(tags=(name,))).tags, "tag")
    return await db.write(hang, post_id, wanted, await db.read(site_queries.current), who=who, actor=actor)


async def set_author(db: Database, post_id: int, name: str, *, who: SignedIn, actor: str) -> int:
    """Make an author the only one of a post; the event's id.

    Raises NotFound, Refused, Invalid where there is no such author, and Conflict where it is the only one already.
    """
    who.require(Right.EDIT_ALL)
    (wanted,) = _names(checked(Change(authors=(name,))).authors, "author")
    return await db.write(assign, post_id, wanted, await db.read(site_queries.current), who=who, actor=actor)


def _names(names: Any, kind: str) -> Sequence[str]:
    if not names:
        raise Invalid(f"A name is needed for the {kind}.", place=f"{kind}s")
    found: Sequence[str] = names
    return found


def hang(session: Session, post_id: int, name: str, site: Site, *, who: SignedIn, actor: str) -> int:
    """As `add_tag`, in one transaction."""
    post = _kept(session, post_id, who)
    (tag_id,) = tags.ensure(session, [name])
    before = [tag.id for tag in post.tags]
    if tag_id in before:
        raise Conflict("It has this tag already.")
    _arrange(session, post_id, site, tags=[*before, tag_id])
    names = [tag.name for tag in post.tags]
    changed = {"tags": {"from": names, "to": [*names, name]}}
    detail = {"changed": changed, "undo": {"tag": tag_id}}
    return events.record(session, f"{post.kind}.tagged", actor=actor, subject_id=post_id, detail=detail)


def assign(session: Session, post_id: int, name: str, site: Site, *, who: SignedIn, actor: str) -> int:
    """As `set_author`, in one transaction."""
    post = _kept(session, post_id, who)
    author_id = next(iter(authors.known(session, [name]).values()), None)
    if author_id is None:
        raise Invalid(f"There is no author “{name}”.", place="authors", hint="Choose one of those that there are.")
    before = [author.id for author in post.authors]
    if before == [author_id]:
        raise Conflict("This is its only author already.")
    _arrange(session, post_id, site, authors=[author_id])
    changed = {"authors": {"from": [author.name for author in post.authors], "to": [name]}}
    detail = {"changed": changed, "undo": {"authors": before, "to": author_id}}
    return events.record(session, f"{post.kind}.bylined", actor=actor, subject_id=post_id, detail=detail)


def _kept(session: Session, post_id: int, who: SignedIn) -> Edited:
    post = held(session, post_id, who, None)
    if post.trashed_at is not None:
        raise Conflict(f"This {post.kind} is in the trash.", hint="Restore it first.")
    return post


def _arrange(session: Session, post_id: int, site: Site, **wanted: Sequence[int]) -> None:
    """Give a post these tags, or these authors, and count it there."""
    before = listings.of(session, post_id)
    if "tags" in wanted:
        arrange(session, _tagging.subject_id, post_id, _tagging.tag_id, wanted["tags"])
    if "authors" in wanted:
        arrange(session, _byline.post_id, post_id, _byline.author_id, wanted["authors"])
    listings.settle(session, post_id, before, site.zone)


def take_off(session: Session, _event: int, post_id: int, detail: dict[str, Any], site: Site, **_by: str) -> str:
    """Take a tag off that was hung on a post. Raises Conflict where it hangs there no more."""
    title = _title(session, post_id)
    there = session.scalars(select(Tagging.tag_id).where(Tagging.subject_id == post_id).order_by(Tagging.rank)).all()
    if detail["tag"] not in there:
        raise Conflict(f"“{title}” does not have that tag any more.")
    _arrange(session, post_id, site, tags=[each for each in there if each != detail["tag"]])
    name = session.scalar(select(Tag.name).where(Tag.id == detail["tag"]))
    return f"The tag “{name}” is off “{title}”."


def give_back(session: Session, _event: int, post_id: int, detail: dict[str, Any], site: Site, **_by: str) -> str:
    """Name the authors of a post that it had. Raises Conflict where it has others by now, or one of them is gone."""
    title = _title(session, post_id)
    there = session.scalars(select(Byline.author_id).where(Byline.post_id == post_id).order_by(Byline.rank)).all()
    if list(there) != [detail["to"]]:
        raise Conflict(f"“{title}” has other authors by now.", hint="Look at it, and change it by hand.")
    known = set(session.scalars(select(Author.id).where(Author.id.in_(detail["authors"]))))
    if known != set(detail["authors"]):
        raise Conflict(f"An author whom “{title}” had is gone.")
    _arrange(session, post_id, site, authors=detail["authors"])
    return f"“{title}” has its authors back."


def _title(session: Session, post_id: int) -> str:
    """The title of a post, which is locked. Raises Conflict where it is gone."""
    title = session.scalar(select(Post.title).where(Post.id == post_id).with_for_update())
    if title is None:
        raise Conflict("The post was deleted for good.")
    return title[:100]


UNDOES: Mapping[str, Callable[..., str]] = {
    **{f"{kind}.tagged": take_off for kind in ("post", "page")},
    **{f"{kind}.bylined": give_back for kind in ("post", "page")},
}
