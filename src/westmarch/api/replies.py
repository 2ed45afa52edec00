"""Answers of the API: for readers through the page cache, for those who are signed in made anew and for them alone."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic_core import to_json
from sqlalchemy.orm import Session
from starlette.types import ASGIApp

from westmarch.api.door import Ask
from westmarch.errors import Stale
from westmarch.links.paths import quote
from westmarch.pagecache.cache import PageCache
from westmarch.pagecache.store import Key
from westmarch.site import queries as site_queries
from westmarch.web.replies import Reply
from westmarch.web.request_target import below_root

T = TypeVar("T")

MIME = "application/json"
#: Who is signed in gets answers that only their own cache keeps, and asks whether they are still true.
_PRIVATE = "private, no-cache"

#: Makes an answer's body, its version (empty for a list) and headers of its own.
Made = tuple[Any, str, tuple[tuple[str, str], ...]]


async def read(ask: Ask, query: str, f: Callable[..., Made], /, *args: Any, keep: bool = True) -> ASGIApp:
    """The answer that `f(session, …)` makes in one snapshot. `query` is the request's in its one spelling.

    What readers get goes through the page cache, unless `keep` says that its addresses are without number.
    """
    if ask.who is not None:
        value, version, headers = await ask.db.read(f, *args)
        return personal(value, version, headers=headers)

    async def make() -> Reply:
        value, version, headers = await ask.db.read(f, *args)
        reply = _reply(value, version, "no-cache", headers)
        # What finds nothing may be asked for in any number of ways.
        reply.query = query if keep and value.get("results") != [] else ""
        reply.route = ask.scope["route"].path
        return reply

    pages: PageCache = ask.app.state.pages
    path = below_root(ask.scope)
    key = Key(quote(ask.surface.base + path).encode(), query.encode("latin-1"), "")
    return await pages.answer(key, make, ask.surface.headers)


def personal(value: Any, version: str = "", *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An answer for whoever is signed in."""
    return _reply(value, version, _PRIVATE, (*headers, ("vary", "Authorization")))


def done(value: Any, version: str, *, made: str = "") -> Reply:
    """The answer to a change: what there is now. `made` is the whole address of what was not there before (201)."""
    reply = personal(value, version)
    headers = (("etag", reply.etag), ("vary", "Authorization"), *((("location", made),) if made else ()))
    # The tag stands among the headers, so that no condition makes a 304 of it: something was done.
    answer = Reply(reply.body, MIME, 201 if made else 200, _PRIVATE, headers)
    answer.etag = ""
    return answer


def nothing() -> Reply:
    """The answer that something was done, and that there is nothing to show of it (204)."""
    return Reply(b"", MIME, 204, "no-store", (("vary", "Authorization"),))


def _reply(value: Any, version: str, cache: str, headers: tuple[tuple[str, str], ...]) -> Reply:
    reply = Reply(to_json(value), MIME, 200, cache, headers)
    if version:
        reply.etag = f'"{version}.{reply.etag[1:13]}"'
    return reply


async def expected(ask: Ask, current: Callable[..., str], /, *args: Any) -> str | None:
    """The version that a change expects by the header If-Match; None where it expects nothing.

    `current(session, …)` tells the version as it is, where not just one is named; it raises NotFound where there is
    nothing, which goes before any condition (RFC 9110, 13.2.1). Raises Stale where none is that version.
    """
    given = ask.expected
    if given is None or given.strip() == "*":
        return None
    versions = [version_of_tag(tag) for tag in given.split(",")[:20]]
    known = [version for version in versions if version]
    if len(known) == 1:
        return known[0]
    if (found := await ask.db.read(current, *args)) in known:
        return found
    raise Stale("This is not the newest state any more.", hint="Look at what it is now, then make your change again.")


def version_of_tag(tag: str) -> str:
    """The version within a strong ETag; empty where there is none. A weak one tells of no certain state (RFC 9110)."""
    text = tag.strip()
    return text[1:-1].partition(".")[0] if len(text) > 1 and text[0] == text[-1] == '"' else ""


def with_site(f: Callable[..., T]) -> Callable[..., T]:
    """The action with the options of the site, as they are in its transaction, behind its other arguments."""

    def run(session: Session, /, *args: Any, **named: Any) -> T:
        return f(session, *args, site_queries.current(session), **named)

    return run


def spelled(parameters: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, str]:
    """Parameters in their one spelling: in order, without those that are as they would be anyway."""
    found = {}
    for name in sorted(parameters):
        value = parameters[name]
        if value != defaults[name]:
            found[name] = ",".join(map(str, value)) if isinstance(value, list | tuple) else _text(value)
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
