"""Preview links of a post or page: made and shown once, listed, revoked."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import flash, shell
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound, WestmarchError
from westmarch.ops import schema
from westmarch.posts import ownership, previews
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, edited
from westmarch.posts.history import LARGEST_ID
from westmarch.posts.models import WRITING
from westmarch.web import forms
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

#: The form has no more bytes.
MOST_BYTES = 100_000

Endpoint = Callable[[Request], Awaitable[Reply]]


class Held(NamedTuple):
    """A post and its links."""

    post: Edited
    links: list[NamedRow]


def held(session: Reading, kind: Kind, post_id: int, who: SignedIn) -> Held:
    """A post that somebody may change, and the links to it that work. Raises NotFound, Refused."""
    if post_id > LARGEST_ID or not schema.reached(session, WRITING):
        raise ownership.missing(post_id)
    post = edited(session, post_id)
    if post.kind != kind:
        raise ownership.missing(post_id)
    ownership.editable(who, post)
    return Held(post, list(previews.of(session, post_id, now())))


def _list(kind: Kind) -> Endpoint:
    async def page(request: Request) -> Reply:
        """`/admin/posts/7/previews/`: the links that work, and the form for another one."""
        return await _page(request, kind)

    return page


def _make(kind: Kind) -> Endpoint:
    async def make(request: Request) -> Reply:
        """Make a link, and show it: this once, since only its hash is kept."""
        db, who, post_id = shell.db(request), signed_in(request), request.path_params["id"]
        await db.read(held, kind, post_id, who)
        try:
            lasts = (await forms.read(request, most_bytes=MOST_BYTES)).line("lasts")
        except Invalid as error:
            return await _page(request, kind, error=Invalid(error.message, hint=error.hint, place="lasts"))
        try:
            secret = await db.write(previews.make, post_id, lasts, who=who, actor=actor(request), moment=now())
        except (Invalid, Conflict) as error:
            return await _page(request, kind, error=error, lasts=lasts)
        surface: Surface = request.app.state.surface
        return await _page(request, kind, made=surface.absolute(f"/preview/{secret}/"), lasts=lasts)

    return make


def _revoke(kind: Kind) -> Endpoint:
    async def revoke(request: Request) -> Reply:
        """End a link."""
        db, who = shell.db(request), signed_in(request)
        post_id, link_id = request.path_params["id"], request.path_params["link"]
        await db.read(held, kind, post_id, who)
        if link_id > LARGEST_ID:
            raise NotFound("There is no such link any more.")
        await db.write(previews.revoke, post_id, link_id, who=who, actor=actor(request))
        return flash.redirect(request, f"/admin/{kind}s/{post_id}/previews/", "The link is revoked: it shows nothing.")

    return revoke


async def _page(
    request: Request, kind: Kind, *, made: str = "", error: WestmarchError | None = None, lasts: str = "7"
) -> Reply:
    post_id = request.path_params["id"]
    found = await shell.db(request).read(held, kind, post_id, signed_in(request))
    return shell.page(
        request,
        "posts/previews.html",
        title="Preview links",
        status=error.status if error else 200,
        kind=kind,
        post=found.post,
        links=found.links,
        made=made,
        error=error,
        lasts=[(days, f"{days} days" if days != "1" else "A day") for days in previews.LASTS],
        chosen=lasts if lasts in previews.LASTS else "7",
        here=f"/admin/{kind}s/{post_id}/",
    )


def _routes(kind: Kind, right: Right) -> tuple[Guarded, ...]:
    path = f"/admin/{kind}s/{{id:int}}/previews/"
    return (
        Guarded(path, _list(kind), right=right),
        Guarded(path, _make(kind), right=right, methods=("POST",)),
        Guarded(f"{path}{{link:int}}/revoke/", _revoke(kind), right=right, methods=("POST",)),
    )


ROUTES = (*_routes("post", Right.WRITE), *_routes("page", Right.EDIT_ALL))
