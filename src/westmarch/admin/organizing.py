"""What the lists and forms of tags, topics, authors and redirects have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from westmarch.admin import flash, narrowing, shell
from westmarch.admin.narrowing import Narrowed
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.errors import Stale, WestmarchError
from westmarch.web.replies import Reply

#: The forms have no more bytes; so many posts are shown that have a tag or an author.
MOST_BYTES, SHOWN = 1_000_000, 20


async def listed(
    request: Request,
    template: str,
    path: str,
    find: Callable[[Reading, Narrowed, str | None], Found],
    *,
    title: str,
    sorts: Sequence[str],
    shows: Sequence[str] = (),
    beside: Callable[[Reading, Found], Mapping[str, Any]] | None = None,
    **context: Any,
) -> Reply:
    """The page of a list, searched, sorted and page by page; `beside` reads what else the template shows."""
    asked = narrowing.narrowed(request, path, sorts=sorts, shows=shows)

    def look(session: Reading) -> tuple[Found, Mapping[str, Any]]:
        found = narrowing.found_or_first(asked, lambda after: find(session, asked, after))
        return found, beside(session, found) if beside is not None else {}

    found, more = await shell.db(request).read(look)
    return shell.page(
        request,
        template,
        title=title,
        asked=asked,
        found=found,
        pages=narrowing.pages(asked, found),
        order=lambda sort: asked.href(sort=sort),
        **context,
        **more,
    )


def form(
    request: Request, template: str, path: str, *, title: str, error: WestmarchError | None, **context: Any
) -> Reply:
    """A form that is sent to a path of the admin; with an error it is one that was refused."""
    status = 200 if error is None else error.status if isinstance(error, Stale) else 422
    return shell.page(
        request, template, title=title, status=status, action=shell.href(request, path), error=error, **context
    )


def saved(request: Request, path: str, what: str, event: int | None) -> Reply:
    """The way to a page after its form was taken; without an event nothing was changed."""
    message = "Nothing was changed." if event is None else f"{what} is saved."
    return flash.redirect(request, path, message, undo=[] if event is None else [event])


def ask_into(
    request: Request,
    path: str,
    back: str,
    chosen: Sequence[Mapping[str, Any]],
    *,
    error: WestmarchError | None,
    title: str = "",
    **context: Any,
) -> Reply:
    """Asks into which one those shall be merged that were chosen: of each `id`, `name`, `path` and how many `posts`."""
    return form(
        request,
        "organizing/merge.html",
        path,
        title=title or f"Merge “{chosen[0]['name']}”",
        back=shell.href(request, back),
        chosen=chosen,
        error=error,
        **context,
    )


def ask_to_delete(
    request: Request, path: str, back: str, *, title: str, lines: Sequence[str], fields: Sequence[tuple[str, Any]] = ()
) -> Reply:
    """Asks whether something shall be deleted, and says what that does."""
    return form(
        request,
        "confirm.html",
        path,
        title=title,
        lines=lines,
        fields=fields,
        button="Delete",
        back=shell.href(request, back),
        error=None,
    )
