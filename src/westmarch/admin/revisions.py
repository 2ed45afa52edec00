"""The revisions of a post or page: all of them, any two side by side, and going back to one."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import flash, shell
from westmarch.errors import Invalid, NotFound
from westmarch.posts import history, reverting
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited
from westmarch.posts.history import SIZE, Text
from westmarch.text.comparing import AROUND, compare
from westmarch.web import forms
from westmarch.web.replies import Reply

#: What readers have seen of a post, and what not yet; an address that moved was changed by the program itself.
KINDS = {"published": "Published", "readdressed": "Published, with new addresses in links"}

Endpoint = Callable[[Request], Awaitable[Reply]]


def _list(kind: Kind) -> Endpoint:
    async def page(request: Request) -> Reply:
        """`/admin/posts/7/revisions/`: when what was written, and by whom."""
        post_id, number = request.path_params["id"], request.query_params.get("page", "1")
        if not (number.isascii() and number.isdecimal() and len(number) < 8):
            raise NotFound("There is no such page of revisions.")
        found = await shell.db(request).read(history.of, post_id, signed_in(request), page=int(number))
        _require_kind(found.post, kind)
        below = [*found.rows[1:], found.older][: len(found.rows)]
        path = _path(kind, post_id)
        return shell.page(
            request,
            "posts/revisions.html",
            title="Revisions",
            kind=kind,
            post=found.post,
            kinds=KINDS,
            rows=[(row, older) for row, older in zip(found.rows, below, strict=True)],
            close=_close([row.at for row in found.rows]),
            page=int(number),
            pages=-(-found.total // SIZE),
            more=lambda number: shell.href(request, f"{path}revisions/") + f"?page={number}",
            here=path,
        )

    return page


def _compared(kind: Kind) -> Endpoint:
    async def page(request: Request) -> Reply:
        """`/admin/posts/7/revisions/compare/?old=3&new=5`: two revisions side by side."""
        post_id, asked = request.path_params["id"], request.query_params
        if not (asked.get("old") or asked.get("new")):
            return flash.redirect(request, f"{_path(kind, post_id)}revisions/", "Choose two revisions.", bad=True)
        ids = [_number(asked.get(side, "")) for side in ("old", "new")]
        post, texts = await shell.db(request).read(history.texts, post_id, ids, signed_in(request))
        _require_kind(post, kind)
        old, new = sorted(texts, key=lambda text: text.id)
        whole = asked.get("whole") == "1"
        found = await asyncio.to_thread(compare, _lines(old), _lines(new), around=10**9 if whole else AROUND)
        return shell.page(
            request,
            "posts/compared.html",
            title="What differs",
            kind=kind,
            post=post,
            kinds=KINDS,
            old=old,
            new=new,
            close=bool(_close([old.at, new.at])),
            found=found,
            whole=whole,
            here=_path(kind, post_id),
        )

    return page


def _restored(kind: Kind) -> Endpoint:
    async def restore(request: Request) -> Reply:
        """`/admin/posts/7/revisions/restore/`: make a revision the newest text, with an undo."""
        db, who, post_id = shell.db(request), signed_in(request), request.path_params["id"]
        form = await forms.read(request)
        revision_id = _number(form.line("revision"))
        post, _ = await db.read(history.texts, post_id, [revision_id], who)
        _require_kind(post, kind)
        event = await reverting.revert(db, post_id, revision_id, who=who, actor=actor(request))
        path = f"/admin/{kind}s/{post_id}/"
        if event is None:
            return flash.redirect(request, path, "It is the newest text already: nothing was changed.")
        return flash.redirect(request, path, _said(post), undo=[event])

    return restore


def _close(moments: Sequence[datetime]) -> frozenset[datetime]:
    """Those of the moments that others share the minute with: they are shown with their seconds."""
    many = Counter(moment.replace(second=0, microsecond=0) for moment in moments)
    return frozenset(moment for moment in moments if many[moment.replace(second=0, microsecond=0)] > 1)


def _said(post: Edited) -> str:
    if post.status == "published":
        return "The older text is a draft now. Readers go on seeing what is published."
    if post.status == "scheduled":
        return "The older text is the one that becomes public now."
    return "The draft has the older text again."


def _path(kind: Kind, post_id: int) -> str:
    return f"/admin/{kind}s/{post_id}/"


def _require_kind(post: Edited, kind: Kind) -> None:
    if post.kind != kind:
        raise NotFound(f"There is no {kind} {post.id}.")


def _lines(text: Text) -> str:
    return text.markdown.replace("\r\n", "\n").replace("\r", "\n")


def _number(text: str) -> int:
    """An id. Raises Invalid for what is none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise Invalid("Choose two revisions to compare, or one to go back to.")
    return int(text)


def _routes(kind: Kind, right: Right) -> tuple[Guarded, ...]:
    path = f"/admin/{kind}s/{{id:int}}/revisions/"
    return (
        Guarded(path, _list(kind), right=right),
        Guarded(f"{path}compare/", _compared(kind), right=right),
        Guarded(f"{path}restore/", _restored(kind), right=right, methods=("POST",)),
    )


ROUTES = (*_routes("post", Right.WRITE), *_routes("page", Right.EDIT_ALL))
