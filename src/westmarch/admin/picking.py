"""Choosing a picture for something: a page that shows pictures with their numbers, which script makes a dialog of."""

from typing import Any

from starlette.requests import Request

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import media, narrowing, shell
from westmarch.db.database import Database
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.media import library
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

PATH = "/admin/media/pick/"
#: So many pictures are on a page of it.
SIZE = 24


async def pick(request: Request) -> Reply:
    """`/admin/media/pick/`: the pictures, the newest first, with the numbers by which forms name them."""
    asked = narrowing.narrowed(request, PATH, sorts=("-id",))

    def look(session: Reading) -> Found:
        def find(after: str | None) -> Found:
            return library.find(session, search=asked.search, kind="picture", after=after, size=SIZE)

        return narrowing.found_or_first(asked, find)

    db: Database = request.app.state.db
    found = await db.read(look)
    return shell.page(
        request,
        "media/pick.html",
        title="Choose a picture",
        asked=asked,
        found=found,
        media=[library.medium(row) for row in found.rows],
        pages=narrowing.pages(asked, found),
        markdown=media.markdown,
    )


async def shown(request: Request) -> Reply:
    """`/admin/media/12/picture/`: the picture of this number, for forms that know no more of it. Raises NotFound."""
    db: Database = request.app.state.db
    surface: Surface = request.app.state.surface
    medium = await db.read(library.one, narrowing.number(request))
    if medium.kind != "picture":
        raise NotFound("This is no picture.")
    headers = (("location", surface.href(medium.path)), ("vary", "Cookie"))
    return Reply(b"", "text/plain; charset=utf-8", 302, "no-store", headers)


ROUTES: tuple[Any, ...] = (
    Guarded(PATH, pick, right=Right.WRITE),
    Guarded("/admin/media/{id:int}/picture/", shown, right=Right.WRITE),
)
