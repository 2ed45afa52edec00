"""The table of the admin's routes: each page with the right that opens it stands in the module that answers."""

from starlette.requests import Request
from starlette.routing import Route

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import (
    accounts,
    authors,
    backup,
    dashboard,
    events,
    forgotten,
    health,
    importing,
    journal,
    look,
    me,
    media,
    missed,
    navigation,
    picking,
    post_address,
    posts,
    presence,
    previews,
    redirects,
    revisions,
    settings,
    shell,
    sides,
    sign_in,
    statics,
    suggesting,
    tags,
    tokens,
    topics,
    undo,
    views,
    writing,
)
from westmarch.admin.live import GuardedSocket
from westmarch.errors import NotFound
from westmarch.metrics.routes import CountedRoute
from westmarch.web.replies import Reply


async def missing(_: Request) -> Reply:
    """Whatever else is asked for below `/admin/`. Raises NotFound."""
    raise NotFound("There is no such page of the admin.")


async def without_slash(request: Request) -> Reply:
    """`/admin`, as people type it."""
    return shell.redirect(request, "/admin/")


#: One line for each module. The last one answers whatever no other does, in the admin's own frame.
ROUTES: tuple[Route, ...] = (
    CountedRoute("/admin", without_slash, methods=["GET"]),
    CountedRoute(statics.PATH + "{name:path}", statics.file, methods=["GET"]),
    *sign_in.ROUTES,
    *forgotten.ROUTES,
    *accounts.ROUTES,
    *me.ROUTES,
    *tokens.ROUTES,
    *settings.ROUTES,
    *events.ROUTES,
    *health.ROUTES,
    *look.ROUTES,
    *navigation.ROUTES,
    *sides.ROUTES,
    *importing.ROUTES,
    *backup.ROUTES,
    *posts.ROUTES,
    *tags.ROUTES,
    *authors.ROUTES,
    *topics.ROUTES,
    *media.ROUTES,
    *picking.ROUTES,
    *journal.ROUTES,
    *redirects.ROUTES,
    *missed.ROUTES,
    *dashboard.ROUTES,
    *undo.ROUTES,
    *views.ROUTES,
    *suggesting.ROUTES,
    *writing.ROUTES,
    *revisions.ROUTES,
    *previews.ROUTES,
    *post_address.ROUTES,
    Guarded("/admin/{path:path}", missing, right=Right.SIGN_IN),
)
#: What is told by WebSockets.
SOCKETS: tuple[GuardedSocket, ...] = (*importing.SOCKETS, *backup.SOCKETS, *presence.SOCKETS)
