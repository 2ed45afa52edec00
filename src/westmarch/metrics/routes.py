"""The patterns of addresses by which requests are counted.

Addresses of posts and pages are what their writers made them, and anybody may ask for any other: counted by address,
they would be without number. So what is counted is the kind of page, and whatever leads nowhere is one kind.
"""

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from westmarch.links.paths import Suffix
from westmarch.links.queries import Resolution
from westmarch.web.replies import Reply

#: Pages of subjects by their kind, where they usually are.
KINDS = {
    "post": "/{post}/",
    "page": "/{page}/",
    "tag": "/tags/{tag}/",
    "topic": "/topics/{topic}/",
    "author": "/authors/{author}/",
    "book": "/books/{book}/",
    "writer": "/writers/{writer}/",
    "series": "/series/{series}/",
}
SITEMAP_PART = "/sitemap-{part}.xml"


class CountedRoute(Route):
    """A route that leaves word in the scope, which FastAPI's own routes do alone."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse the method."""
        scope["route"] = self
        await super().handle(scope, receive, send)


def pattern(path: str, found: Resolution, listing: bool) -> str:
    """The pattern for the page at a path: that of its subject, of a listing of the program, or of a document.

    The program has a fixed number of documents (`/robots.txt`); of parts of the sitemap there are many.
    """
    if found.kind is not None:
        return _below(KINDS.get(found.kind, Reply.route), found.suffix)
    if listing:
        return _below(found.path, found.suffix)
    return SITEMAP_PART if path.startswith("/sitemap-") else path


def _below(path: str, suffix: Suffix) -> str:
    year = "{year}/" if suffix.year is not None else ""
    page = "page/{number}/" if suffix.page > 1 else ""
    return f"{path}{year}{page}{suffix.feed or ''}"


def route_of(scope: Scope) -> str:
    """The pattern for a request that was answered: that of the kind of page if there is one, else that of its route."""
    told: str | None = scope.get("state", {}).get("route")
    if told is not None:
        return told
    path: str = getattr(scope.get("route"), "path", Reply.route)
    return path.replace(":path}", "}")
