"""Posts and pages: reading."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy import bindparam, select
from starlette.types import ASGIApp

from westmarch.accounts.who import SignedIn
from westmarch.api import finding, paging, replies
from westmarch.api.door import PREFIX, Ask
from westmarch.api.post_shapes import Asked
from westmarch.api.post_showing import listed, shown
from westmarch.api.replies import Made
from westmarch.api.shapes import Numbered
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid, NotFound, Unauthenticated
from westmarch.links import paths
from westmarch.posts import ownership
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, edited, edited_many
from westmarch.posts.models import UNLISTED, Post
from westmarch.web.surface import Surface

_post = Post.__table__
_AT = select(_post.c.id).where(_post.c.path == bindparam("path"), _post.c.kind == bindparam("kind"))
_SHOWN_AT = _AT.where(_post.c.visible >= UNLISTED)
#: What a list is asked for unless it is said.
DEFAULTS = Asked().model_dump()


async def list_posts(ask: Ask, asked: Annotated[Asked, Query()]) -> ASGIApp:
    """Published posts, the newest first. With a token: all posts that who asks may edit, drafts too."""
    return await _listed(ask, asked, "post")


async def list_pages(ask: Ask, asked: Annotated[Asked, Query()]) -> ASGIApp:
    """Published pages, the newest first. With a token: all pages that who asks may edit, drafts too."""
    return await _listed(ask, asked, "page")


async def read_post(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """The post with this id, if it is published and listed, or may be edited by who asks."""
    return await replies.read(ask, "", one, ask.surface, ask.who, "post", at.id)


async def read_page(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """The page with this id, if it is published and listed, or may be edited by who asks."""
    return await replies.read(ask, "", one, ask.surface, ask.who, "page", at.id)


async def _listed(ask: Ask, asked: Asked, kind: Kind) -> ASGIApp:
    if ask.who is None and asked.status not in ("", "published"):
        raise Unauthenticated("Readers see what is published.", hint="Send a token to see more.")
    parameters = replies.spelled(asked.model_dump(), DEFAULTS)
    query = paging.written(parameters)
    f = _at_path if asked.path else _page
    return await replies.read(
        ask, query, f, ask.surface, ask.who, kind, asked, parameters, keep=not (asked.q or asked.path)
    )


def one(session: Reading, surface: Surface, who: SignedIn | None, kind: Kind, post_id: int) -> Made:
    """A post or page. Raises NotFound where who asks may not see it."""
    post = visible(session, who, kind, post_id)
    return shown(surface, post), post.version, ()


def visible(session: Reading, who: SignedIn | None, kind: Kind, post_id: int) -> Edited:
    """A post or page that is not in the trash. Raises NotFound where who asks may not see it."""
    missing = NotFound(f"There is no {kind} {post_id}.")
    post = edited(session, post_id)
    if post.kind != kind or post.trashed_at is not None:
        raise missing
    if who is None and post.shown_status != "published":
        raise missing
    ownership.readable(who, post)
    return post


_STATE = select(_post.c.kind, _post.c.trashed_at).where(_post.c.id == bindparam("id"))


def there(session: Reading, kind: Kind, post_id: int, trashed: bool) -> None:
    """Raises NotFound where there is no such post or page, or it is in the trash, unless that is looked for."""
    row = session.execute(_STATE, {"id": post_id}).one_or_none()
    if row is None or row.kind != kind or (row.trashed_at is not None and not trashed):
        raise NotFound(f"There is no {kind} {post_id}.")


def _page(
    session: Reading,
    surface: Surface,
    who: SignedIn | None,
    kind: Kind,
    asked: Asked,
    parameters: Mapping[str, str],
) -> Made:
    """A page of a list."""
    page = finding.find(session, who, kind, asked)
    posts = listed(session, surface, page.rows, asked.include)
    return _told(posts, paging.links(_address(surface, kind), parameters, page))


def _at_path(
    session: Reading,
    surface: Surface,
    who: SignedIn | None,
    kind: Kind,
    asked: Asked,
    _parameters: Mapping[str, str],
) -> Made:
    """The one post at a path, or none; the other filters are not looked at."""
    try:
        values = {"path": paths.parse(asked.path), "kind": kind}
    except Invalid as error:
        raise Invalid(error.message, place="path", hint=error.hint) from error
    ids = [row.id for row in session.execute(_SHOWN_AT if who is None else _AT, values)]
    posts = edited_many(session, ids, texts=bool(asked.include))
    seen = [shown(surface, post, asked.include) for post in posts if who is None or _sees(who, post)]
    return _told(seen, {"next": None, "prev": None})


def _sees(who: SignedIn, post: Edited) -> bool:
    if post.trashed_at is not None:
        return False
    return post.visible >= UNLISTED or ownership.sees_all(who) or ownership.owns(who, post)


def _told(posts: list[dict[str, Any]], around: Mapping[str, str | None]) -> Made:
    value = {"results": posts, "next": around["next"], "previous": around["prev"]}
    return value, "", paging.header(around)


def _address(surface: Surface, kind: Kind) -> str:
    return f"{surface.root}{PREFIX}/{kind}s"
