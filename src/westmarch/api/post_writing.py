"""Posts and pages: writing, by what the admin does to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Body, Path
from starlette.types import ASGIApp

from westmarch.accounts.who import SignedIn
from westmarch.api import bodies, posts, replies
from westmarch.api.door import PREFIX, Ask
from westmarch.api.post_shapes import Patched, Replaced, Scheduled, Written
from westmarch.api.post_showing import shown
from westmarch.api.shapes import Numbered
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.posts import editing
from westmarch.posts.change import Change, Slug
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import edited
from westmarch.posts.ownership import readable


async def create_post(ask: Ask, body: Annotated[Written, Body()]) -> ASGIApp:
    """Write a post. Without a status it is a draft."""
    return await _create(ask, "post", body)


async def create_page(ask: Ask, body: Annotated[Written, Body()]) -> ASGIApp:
    """Write a page. Without a status it is a draft."""
    return await _create(ask, "page", body)


async def replace_post(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Replaced, Body()]) -> ASGIApp:
    """Make a post what the body says. Its address stays where none is given."""
    return await _replace(ask, "post", at.id, body)


async def replace_page(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Replaced, Body()]) -> ASGIApp:
    """Make a page what the body says. Its address stays where none is given."""
    return await _replace(ask, "page", at.id, body)


async def patch_post(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Patched, Body()]) -> ASGIApp:
    """Change what the body names."""
    return await _patch(ask, "post", at.id, body)


async def patch_page(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Patched, Body()]) -> ASGIApp:
    """Change what the body names."""
    return await _patch(ask, "page", at.id, body)


async def delete_post(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Put a post into the trash, from which it can be restored."""
    return await _trash(ask, "post", at.id)


async def delete_page(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Put a page into the trash, from which it can be restored."""
    return await _trash(ask, "page", at.id)


async def publish_post(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Show a post to readers now, dated as it is, or this moment."""
    return await _publish(ask, "post", at.id)


async def publish_page(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Show a page to readers now."""
    return await _publish(ask, "page", at.id)


async def unpublish_post(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Make a draft of a post that is published or scheduled."""
    return await _withdraw(ask, "post", at.id)


async def unpublish_page(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Make a draft of a page that is published or scheduled."""
    return await _withdraw(ask, "page", at.id)


async def schedule_post(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Scheduled, Body()]) -> ASGIApp:
    """Let a post be published by itself at a moment."""
    return await _schedule(ask, "post", at.id, body.published_at)


async def schedule_page(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Scheduled, Body()]) -> ASGIApp:
    """Let a page be published by itself at a moment."""
    return await _schedule(ask, "page", at.id, body.published_at)


async def restore_post(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Take a post out of the trash; it is again what it was."""
    return await _restore(ask, "post", at.id)


async def restore_page(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Take a page out of the trash; it is again what it was."""
    return await _restore(ask, "page", at.id)


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a body as those of a change."""
    found = dict(values)
    if "cover" in found:
        found["cover_id"] = found.pop("cover")
    for name in ("tags", "authors"):
        if name in found:
            found[name] = tuple(Slug(slug) for slug in found[name] or ())
    if "topics" in found:
        topics = found.pop("topics") or ()
        if len(topics) > 1:
            raise Invalid("A post is a part of one topic at most.", place="topics/1", hint="Leave the others out.")
        found["topic"] = topics[0] if topics else None
    return found


async def _create(ask: Ask, kind: Kind, body: Written) -> ASGIApp:
    given = body.model_dump()
    for name in ("slug", "path", "language", "authors"):
        if given[name] is None:
            del given[name]
    surface = ask.surface
    language = surface.options.latest.site.language
    post = await editing.created(
        ask.db, kind, Change(**_fields(given)), edited, language=language, who=ask.somebody, actor=ask.actor
    )
    return replies.done(shown(surface, post), post.version, made=f"{surface.root}{PREFIX}/{kind}s/{post.id}")


async def _replace(ask: Ask, kind: Kind, post_id: int, body: Replaced) -> ASGIApp:
    given = body.model_dump()
    for name in ("slug", "path", "authors"):
        if given[name] is None:
            del given[name]
    if given["language"] is None:
        given["language"] = (await ask.site()).language
    return await _change(ask, kind, post_id, Change(**_fields(given)))


async def _patch(ask: Ask, kind: Kind, post_id: int, body: Patched) -> ASGIApp:
    given = body.model_dump(include=body.model_fields_set)
    for name in ("standfirst", "markdown"):
        if name in given and given[name] is None:
            given[name] = ""
    return await _change(ask, kind, post_id, Change(**_fields(given)))


async def _change(ask: Ask, kind: Kind, post_id: int, change: Change) -> ASGIApp:
    expected = await _begin(ask, kind, post_id)
    await editing.change(ask.db, post_id, change, expected=expected, who=ask.somebody, actor=ask.actor)
    return await _told(ask, kind, post_id)


async def _trash(ask: Ask, kind: Kind, post_id: int) -> ASGIApp:
    expected = await _begin(ask, kind, post_id)
    await editing.trash(ask.db, post_id, expected=expected, who=ask.somebody, actor=ask.actor)
    return replies.nothing()


async def _publish(ask: Ask, kind: Kind, post_id: int) -> ASGIApp:
    expected = await _begin(ask, kind, post_id)
    await bodies.nothing(ask)
    await editing.publish(ask.db, post_id, expected=expected, who=ask.somebody, actor=ask.actor)
    return await _told(ask, kind, post_id)


async def _withdraw(ask: Ask, kind: Kind, post_id: int) -> ASGIApp:
    expected = await _begin(ask, kind, post_id)
    await bodies.nothing(ask)
    await editing.withdraw(ask.db, post_id, expected=expected, who=ask.somebody, actor=ask.actor)
    return await _told(ask, kind, post_id)


async def _schedule(ask: Ask, kind: Kind, post_id: int, at: datetime) -> ASGIApp:
    expected = await _begin(ask, kind, post_id)
    await editing.schedule(ask.db, post_id, at, expected=expected, who=ask.somebody, actor=ask.actor)
    return await _told(ask, kind, post_id)


async def _restore(ask: Ask, kind: Kind, post_id: int) -> ASGIApp:
    expected = await _begin(ask, kind, post_id, trashed=True)
    await bodies.nothing(ask)
    await editing.restore(ask.db, post_id, expected=expected, who=ask.somebody, actor=ask.actor)
    return await _told(ask, kind, post_id)


async def _begin(ask: Ask, kind: Kind, post_id: int, *, trashed: bool = False) -> str | None:
    """The version that a change of a post expects. Raises NotFound for one of another kind, or that nobody may see."""
    await ask.db.read(posts.there, kind, post_id, trashed)
    return await replies.expected(ask, _version, ask.somebody, post_id)


def _version(session: Reading, who: SignedIn, post_id: int) -> str:
    post = edited(session, post_id)
    readable(who, post)
    return post.version


async def _told(ask: Ask, kind: Kind, post_id: int) -> ASGIApp:
    """The answer to a change: what there is now."""
    value, version, _ = await ask.db.read(posts.one, ask.surface, ask.somebody, kind, post_id)
    return replies.done(value, version)
