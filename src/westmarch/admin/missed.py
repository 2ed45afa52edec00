"""The paths that readers asked for in vain: a list from which one becomes a redirect, or is forgotten."""

from typing import Any

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, narrowing, redirects, shell
from westmarch.admin.redirects import MISSED
from westmarch.errors import Invalid
from westmarch.links import missed
from westmarch.web import forms
from westmarch.web.replies import Reply

#: So many paths a page shows, and so many bytes the form has at most.
SIZE, MOST_BYTES = 50, 200_000


async def page(request: Request) -> Reply:
    """`/admin/redirects/missed/`: what was asked for in vain, most often first."""
    asked = narrowing.narrowed(request, MISSED, sorts=("-hits", "last", "path"))
    number = _number(request.query_params.get("page", ""))
    db = shell.db(request)
    rows, total = await db.read(missed.find, search=asked.search, sort=asked.sort, page=number, size=SIZE)
    pages = max(1, -(-total // SIZE))
    if number > pages:
        rows, total = await db.read(missed.find, search=asked.search, sort=asked.sort, page=pages, size=SIZE)
        number = pages
    return shell.page(
        request,
        "redirects/missed.html",
        title="Redirects",
        asked=asked,
        rows=rows,
        page=number,
        pages=pages,
        href=lambda other: asked.href(page=str(other)),
        order=lambda sort: asked.href(sort=sort),
        tabs=redirects.tabs(request, MISSED, total if not asked.search else await db.read(missed.count)),
    )


async def forget(request: Request) -> Reply:
    """Forget paths that were chosen."""
    try:
        form = await forms.read(request, most_bytes=MOST_BYTES)
    except Invalid as error:
        return flash.redirect(request, MISSED, error.message, bad=True)
    paths = [narrowing.storable(path) for path in form.all("path")[: narrowing.MOST_CHOSEN]]
    db = shell.db(request)
    number = await db.write(missed.forget, paths, actor=actor(request)) if paths else 0
    if not number:
        return flash.redirect(request, MISSED, "Choose paths first: none of those is there.", bad=True)
    return flash.redirect(request, MISSED, f"{'One path is' if number == 1 else f'{number} paths are'} forgotten.")


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 6 else 1


ROUTES: tuple[Any, ...] = (
    Guarded(MISSED, page, right=Right.REDIRECT),
    Guarded(MISSED + "forget/", forget, right=Right.REDIRECT, methods=("POST",)),
)
