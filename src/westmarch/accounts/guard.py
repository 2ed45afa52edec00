"""Who asks, and whether they may: the one dependency next to each route of the admin."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from westmarch.accounts import sessions
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.changes.queries import Moment
from westmarch.db.sessions import Reading
from westmarch.errors import Unauthenticated
from westmarch.events.actor import Actor
from westmarch.metrics.routes import CountedRoute
from westmarch.web.replies import Reply
from westmarch.web.request_target import below_root

Endpoint = Callable[[Request], Awaitable[Response]]

#: Where people sign in.
SIGN_IN = "/admin/sign-in/"


class Guarded(CountedRoute):
    """A route for those who are signed in and have `right`. Others are sent to sign in, or refused.

    The endpoint finds who asks by `signed_in`. Answers are for this reader alone: they are never stored.
    """

    def __init__(self, path: str, endpoint: Endpoint, *, right: Right, methods: tuple[str, ...] = ("GET",)) -> None:
        super().__init__(path, endpoint, methods=list(methods))
        self.right = right

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this route. A number of more digits than Python reads is no id of anything."""
        try:
            return super().matches(scope)
        except ValueError:
            return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse: the method first, then who asks, then the right."""
        if self.methods and scope["method"] not in self.methods:
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive)
        # The frame shows the site's title, and times in its zone: its options are looked at in the same snapshot.
        who = await by_session(request, beside=request.app.state.surface.options.current)
        if who is None:
            await to_sign_in(request)(scope, receive, send)
            return
        request.state.signed_in = who  # What is refused is told in the admin's frame.
        who.require(self.right)
        await super().handle(scope, receive, send)


async def by_session(
    connection: HTTPConnection, *, beside: Callable[[Reading, Moment], object] | None = None
) -> SignedIn | None:
    """Who asks by the session's cookie, or None. `beside` is called in the snapshot in which they were found."""
    secret = connection.cookies.get(sessions.cookie_name(connection.app.state.settings))
    if not secret:
        return None
    return await sessions.account_of(connection.app.state.db, secret, beside=beside)


def to_sign_in(request: Request) -> Response:
    """The way to the page for signing in, and back afterwards. Raises Unauthenticated for what is no page."""
    surface = request.app.state.surface
    path = below_root(request.scope)
    if request.method not in ("GET", "HEAD"):
        raise Unauthenticated("You are not signed in any more.", hint="Sign in in another tab, then send it again.")
    query = request.scope.get("query_string", b"").decode("latin-1")
    back = path + ("?" + query if query else "")
    location = surface.base + SIGN_IN + "?" + urlencode({"next": back})
    return Reply(b"", "text/plain; charset=utf-8", 303, "no-store", (("location", location), ("vary", "Cookie")))


def signed_in(request: Request) -> SignedIn:
    """Who asks, in an endpoint of a guarded route."""
    who: SignedIn = request.state.signed_in
    return who


def actor(request: Request) -> Actor:
    """Who acts in an endpoint of a guarded route, with the name of the request."""
    return signed_in(request).actor(request.scope.get("state", {}).get("request_id"))


def client(connection: HTTPConnection) -> str:
    """The address from which somebody asks, as the server knows it; empty behind a proxy that does not tell."""
    return connection.client.host if connection.client is not None else ""
