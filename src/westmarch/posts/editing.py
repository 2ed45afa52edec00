"""What the admin and the API do with posts and pages: awaited edges over plain actions, with the rights inside.

Texts are rendered before the transaction; in it the post is locked, and only then looked at.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid
from westmarch.journal import actions as journal
from westmarch.journal.forms import Form
from westmarch.posts import actions, changing, moments, ownership, texts, waiting
from westmarch.posts.change import UNSET, Change, Slug, checked
from westmarch.posts.changing import held
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, edited
from westmarch.posts.storing import Text, Unrendered
from westmarch.site import queries as site_queries
from westmarch.site.options import Site

__all__ = [
    "UNSET",
    "Change",
    "Slug",
    "change",
    "create",
    "created",
    "duplicate",
    "publish",
    "purge",
    "restore",
    "schedule",
    "trash",
    "withdraw",
]

T = TypeVar("T")

# How often a text is rendered whose post somebody else changes meanwhile.
_TRIES = 4


async def create(
    db: Database, kind: Kind, change: Change, *, form: Form | None = None, who: SignedIn, actor: str
) -> int:
    """Make a post or page and return its id. Raises Invalid and Conflict for a field, and Refused.

    What the journal keeps of the `form` that it comes from goes in the same transaction; so also in `change`. Raises
    AlreadyMade where that form has made it before.
    """
    return await created(db, kind, change, _id, form=form, who=who, actor=actor)


async def created(
    db: Database,
    kind: Kind,
    change: Change,
    show: Callable[[Session, int], T],
    *,
    language: str = "",
    form: Form | None = None,
    who: SignedIn,
    actor: str,
) -> T:
    """Make a post or page, and return what `show` makes of its id in the same transaction. Raises as `create`.

    Where no language is given it is that of the site, which is looked up before unless it is told as `language`.
    """
    wanted = checked(change)
    who.require(Right.WRITE if kind == "post" else Right.EDIT_ALL)
    if wanted.title is UNSET:
        raise Invalid("A title is needed.", place="title")
    given = wanted.given()
    language = given.get("language") or language
    for _ in range(_TRIES):
        language = language or (await db.read(site_queries.current)).language
        text = await _text(db, given.get("markdown") or "", language)
        try:
            return await db.write(_create, kind, wanted, text, show, form=form, who=who, actor=actor)
        except Unrendered:
            language = ""
    raise Conflict("Others are changing the language of the site.", hint="Try again in a moment.")


async def change(
    db: Database,
    post_id: int,
    change: Change,
    *,
    expected: str | None = None,
    wait: bool | None = None,
    form: Form | None = None,
    who: SignedIn,
    actor: str,
) -> list[int]:
    """Change a post or page, and return the ids of the events; nothing is written where nothing differs.

    Of a published post, with `wait` the text is kept as a draft behind the one that readers see; with False it becomes
    the one text that there is, and no draft waits any more; with None a draft that waits goes on waiting.
    `expected` is the version that was looked at: Stale is raised where another one is there, and nothing overwritten.
    Raises NotFound, Refused, and Invalid and Conflict for a field.
    """
    wanted = checked(change)
    for _ in range(_TRIES):
        post, site = await db.read(_before, post_id, who, latest=bool(wait))
        markdown = post.markdown if wanted.markdown is UNSET else wanted.markdown
        language = post.language if wanted.language is UNSET else wanted.language
        text = None
        if (markdown, language) != (post.markdown, post.language) or post.revision_id is None:
            text = await _text(db, markdown, language)
        try:
            return await db.write(
                _change, post_id, wanted, text, site, expected=expected, wait=wait, form=form, who=who, actor=actor
            )
        except Unrendered:
            continue
    raise Conflict("Others are changing this at the same time.", hint="Try again in a moment.")


async def publish(
    db: Database,
    post_id: int,
    *,
    at: datetime | None = None,
    expected: str | None = None,
    who: SignedIn,
    actor: str,
) -> int:
    """Show the newest text of a post to readers; the event's id. Raises NotFound, Refused, Stale, Invalid, Conflict.

    It is dated `at`, else as it was, else (also where that lies in the future) this moment.
    """
    who.require(Right.PUBLISH)
    moment = checked(Change(published_at=at)).published_at
    site = await db.read(site_queries.current)
    given = moment if isinstance(moment, datetime) else None
    return await db.write(_publish, post_id, given, site, expected=expected, who=who, actor=actor)


async def schedule(
    db: Database, post_id: int, at: datetime, *, expected: str | None = None, who: SignedIn, actor: str
) -> int:
    """Let a post become public at a moment to come; the event's id. Raises as `publish`."""
    done = await change(
        db, post_id, Change(status="scheduled", published_at=at), expected=expected, who=who, actor=actor
    )
    if not done:
        raise Conflict("The post is scheduled for that moment already.")
    return done[-1]


async def withdraw(db: Database, post_id: int, *, expected: str | None = None, who: SignedIn, actor: str) -> int:
    """Take a post back from readers, or from its schedule; the event's id. Raises as `publish`."""
    site = await db.read(site_queries.current)
    return await db.write(_withdraw, post_id, site, expected=expected, who=who, actor=actor)


async def trash(db: Database, post_id: int, *, expected: str | None = None, who: SignedIn, actor: str) -> int:
    """Put a post into the trash; the event's id. Raises as `publish`."""
    site = await db.read(site_queries.current)
    return await db.write(_trash, post_id, site, expected=expected, who=who, actor=actor)


async def restore(db: Database, post_id: int, *, expected: str | None = None, who: SignedIn, actor: str) -> int:
    """Take a post out of the trash; the event's id. Raises as `publish`."""
    site = await db.read(site_queries.current)
    return await db.write(_restore, post_id, site, expected=expected, who=who, actor=actor)


async def purge(db: Database, post_id: int, *, expected: str | None = None, who: SignedIn, actor: str) -> None:
    """Delete a post that is in the trash for good. Raises as `publish`."""
    site = await db.read(site_queries.current)
    await db.write(_purge, post_id, site, expected=expected, who=who, actor=actor)


async def duplicate(db: Database, post_id: int, *, who: SignedIn, actor: str) -> int:
    """Make a draft of the same text under a title of its own, and return its id. Raises NotFound, Refused."""
    post, _ = await db.read(_before, post_id, who, latest=True)
    extra = dict(post.extra)
    copied = Change(
        title=f"{post.title[:900]} (copy)",
        standfirst=post.standfirst,
        markdown=post.markdown,
        language=post.language,
        unlisted=post.unlisted,
        tags=tuple(tag.name for tag in post.tags),
        authors=tuple(author.name for author in post.authors) if who.may(Right.EDIT_ALL) else (),
        cover_id=post.cover.id if post.cover else None,
        extra=extra,
        meta_title=post.meta_title,
        meta_description=post.meta_description,
    )
    return await create(db, post.kind, copied, who=who, actor=actor)


async def _text(db: Database, markdown: str, language: str) -> Text:
    return Text(markdown, language, await texts.rendered(db, markdown, language))


def _create(
    session: Session,
    kind: Kind,
    change: Change,
    text: Text,
    show: Callable[[Session, int], T],
    *,
    form: Form | None,
    who: SignedIn,
    actor: str,
) -> T:
    site = site_queries.current(session)
    if text.language != (change.given().get("language") or site.language):
        raise Unrendered
    if form is not None:
        journal.begin(session, who.account_id, form, kind=kind, moment=now())
    post_id = changing.create(session, kind, change, text, site, who=who, actor=actor)
    if form is not None:
        _saved(session, post_id, form, who)
    return show(session, post_id)


def _id(_session: Session, post_id: int) -> int:
    return post_id


def _before(session: Reading, post_id: int, who: SignedIn, *, latest: bool = False) -> tuple[Edited, Site]:
    post = edited(session, post_id)
    ownership.editable(who, post)
    post = waiting.latest(session, post) if latest else post
    return post, site_queries.current(session)


def _change(
    session: Session,
    post_id: int,
    wanted: Change,
    text: Text | None,
    site: Site,
    *,
    expected: str | None,
    wait: bool | None,
    form: Form | None,
    who: SignedIn,
    actor: str,
) -> list[int]:
    done = changing.change(session, post_id, wanted, text, site, expected=expected, wait=wait, who=who, actor=actor)
    if form is not None:
        _saved(session, post_id, form, who)
    return done


def _saved(session: Session, post_id: int, form: Form, who: SignedIn) -> None:
    post = edited(session, post_id)
    journal.saved(session, who.account_id, form, kind=post.kind, post_id=post_id, version=post.version, moment=now())


def _publish(
    session: Session,
    post_id: int,
    at: datetime | None,
    site: Site,
    *,
    expected: str | None,
    who: SignedIn,
    actor: str,
) -> int:
    post = _outside_the_trash(session, post_id, expected, who)
    if post.revision_id is None:
        raise Conflict("There is no text to publish.", hint="Write one first.")
    if post.status == "published" and not post.waiting and at in (None, post.published_at):
        raise Conflict(f"This {post.kind} is published already.")
    moment = moments.of("published", at or post.published_at, given=at is not None)
    return actions.publish(session, post_id, site, actor=actor, at=moment)


def _withdraw(session: Session, post_id: int, site: Site, *, expected: str | None, who: SignedIn, actor: str) -> int:
    post = _outside_the_trash(session, post_id, expected, who)
    if post.status == "draft":
        raise Conflict(f"This {post.kind} is a draft already.")
    return actions.withdraw(session, post_id, site, actor=actor)


def _trash(session: Session, post_id: int, site: Site, *, expected: str | None, who: SignedIn, actor: str) -> int:
    _outside_the_trash(session, post_id, expected, who)
    return actions.trash(session, post_id, site, actor=actor)


def _restore(session: Session, post_id: int, site: Site, *, expected: str | None, who: SignedIn, actor: str) -> int:
    _in_the_trash(session, post_id, expected, who)
    return actions.restore(session, post_id, site, actor=actor)


def _purge(session: Session, post_id: int, site: Site, *, expected: str | None, who: SignedIn, actor: str) -> None:
    _in_the_trash(session, post_id, expected, who)
    actions.purge(session, post_id, site, actor=actor)


def _outside_the_trash(session: Session, post_id: int, expected: str | None, who: SignedIn) -> Edited:
    post = held(session, post_id, who, expected)
    if post.trashed_at is not None:
        raise Conflict(f"This {post.kind} is in the trash.", hint="Restore it first.")
    return post


def _in_the_trash(session: Session, post_id: int, expected: str | None, who: SignedIn) -> Edited:
    post = held(session, post_id, who, expected)
    if post.trashed_at is None:
        raise Conflict(f"This {post.kind} is not in the trash.")
    return post
