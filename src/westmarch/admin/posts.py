"""The lists of posts, of pages, and of what is in the trash, and what is done with many of them at once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import flash, narrowing, shell
from westmarch.db.database import Database
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid, WestmarchError
from westmarch.posts import editing, managing, ownership
from westmarch.web import forms
from westmarch.web.replies import Reply

#: The form of a list has no more bytes.
MOST_BYTES = 100_000

Doing = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its path, its title, what it holds (None: posts and pages), and whether that is in the trash."""

    path: str
    title: str
    kind: str | None
    trashed: bool = False


POSTS = Listing("/admin/posts/", "Posts", "post")
PAGES = Listing("/admin/pages/", "Pages", "page")
TRASH = Listing("/admin/trash/", "Trash", None, trashed=True)
#: What can be done with many: the function, and what is said of what it was done to.
DOINGS: Mapping[str, tuple[Doing, str]] = {
    "publish": (editing.publish, "published"),
    "withdraw": (editing.withdraw, "taken back to drafts"),
    "trash": (editing.trash, "moved to the trash"),
    "restore": (editing.restore, "restored"),
    "purge": (editing.purge, "deleted for good"),
}


def _list(listing: Listing) -> Callable[[Request], Awaitable[Reply]]:
    async def page(request: Request) -> Reply:
        shows = () if listing.trashed else tuple(managing.SHOWS)
        asked = narrowing.narrowed(request, listing.path, sorts=("-id", "title"), shows=shows)
        own = ownership.own_only(signed_in(request))

        def look(session: Reading) -> tuple[Found, dict[int, list[str]]]:
            def find(after: str | None) -> Found:
                return managing.find(
                    session, kind=listing.kind, trashed=listing.trashed, show=asked.show, search=asked.search,
                    author_id=own, sort=asked.sort, after=after,
                )  # fmt: skip

            found = narrowing.found_or_first(asked, find)
            return found, managing.writers(session, [row.id for row in found.rows])

        found, writers = await _db(request).read(look)
        return shell.page(
            request,
            "posts/list.html",
            title=listing.title,
            listing=listing,
            asked=asked,
            found=found,
            writers=writers,
            pages=narrowing.pages(asked, found),
            order=lambda sort: asked.href(sort=sort),
        )

    return page


def _do(listing: Listing) -> Callable[[Request], Awaitable[Reply]]:
    async def do(request: Request) -> Reply:
        form = await forms.read(request, most_bytes=MOST_BYTES)
        name, ids = form.text("do"), narrowing.chosen(form.all("id"))
        if name not in DOINGS:
            raise Invalid("There is no such thing to do with them.", place="do", hint="Use the buttons of the list.")
        if not ids:
            return flash.redirect(request, listing.path, "Nothing was selected.", bad=True)
        if name == "purge" and form.text("sure") != "yes":
            return _asked(request, listing, ids)
        return await _done(request, listing, name, ids)

    return do


def _asked(request: Request, listing: Listing, ids: list[int]) -> Reply:
    """The page that asks before what cannot be undone."""
    href = request.app.state.surface.href
    return shell.page(
        request,
        "confirm.html",
        title="Delete for good?",
        lines=[f"{_number(len(ids))} will be gone with all text. Their addresses will say so. This cannot be undone."],
        action=href(f"{listing.path}do/"),
        button="Delete for good",
        back=href(listing.path),
        fields=[("do", "purge"), ("sure", "yes"), *(("id", id_) for id_ in ids)],
        name="",
        error=None,
    )


async def _done(request: Request, listing: Listing, name: str, ids: list[int]) -> Reply:
    """Do it to one after the other: what one refuses, others may take."""
    do, done = DOINGS[name]
    events, count, refused = [], 0, []
    for id_ in ids:
        try:
            event = await do(_db(request), id_, who=signed_in(request), actor=actor(request))
        except WestmarchError as error:
            if error.status >= 500:
                raise
            refused.append(error.message)
            continue
        count += 1
        if isinstance(event, int):
            events.append(event)
    said = [f"{_number(count)} {done}."] if count else []
    if refused:
        said.append(f"{len(refused)} not: {refused[0]}")
    return flash.redirect(request, listing.path, " ".join(said), undo=events, bad=not count)


def _number(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


def _routes(listing: Listing, right: Right) -> tuple[Guarded, ...]:
    return (
        Guarded(listing.path, _list(listing), right=right),
        Guarded(f"{listing.path}do/", _do(listing), right=right, methods=("POST",)),
    )


ROUTES = (*_routes(POSTS, Right.WRITE), *_routes(PAGES, Right.EDIT_ALL), *_routes(TRASH, Right.WRITE))
