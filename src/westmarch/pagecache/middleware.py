"""The outermost part of the program: answers from the page cache before anything else is asked."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from westmarch.links.parameters import uncounted
from westmarch.metrics.timing import spent
from westmarch.pagecache.cache import HIT, PageCache, conditions
from westmarch.pagecache.pages import Headers, coding, send
from westmarch.pagecache.store import Entry, Key
from westmarch.web.request_ids import taken_or_made
from westmarch.web.request_target import LONGEST_QUERY

#: Told of each page that is answered from the cache: the request, and the post or page that its reader looks at.
Viewed = Callable[[Scope, int], None]
#: Names the variant of the pages that a request gets; the empty name is that of all who get none of their own.
Variant = Callable[[Scope], str]


#: What the paths of the API hold. There a token makes another answer, and pages of other origins are told who may read.
API, OWN = b"/api/", frozenset({b"authorization", b"origin"})
#: A key at which nothing is stored.
NOWHERE = Key(b"")


class FromCache:
    """ASGI middleware. A request whose path and query are those of a stored page gets it; all else goes on inside.

    With `process_time` answers from here say how long they took.
    """

    def __init__(self, app: ASGIApp, *, cache: PageCache, viewed: Viewed, process_time: bool = False) -> None:
        self.app = app
        self.cache = cache
        self.viewed = viewed
        self.process_time = process_time
        self.timed = process_time or cache.requests is not None

    async def __call__(self, scope: Scope, receive: Receive, send_: Send) -> None:
        cache = self.cache
        check = cache.check
        if check is None or scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send_)
            return
        started = perf_counter() if self.timed else 0.0
        key = self.key(scope)
        entry, status = cache.store.get(key), HIT
        if entry is not None:
            if check.at_once():
                entry = cache.store.get(key)  # The check may have thrown it out.
            elif found := await cache.checked(key, entry):
                entry, status = found
            else:
                entry = None
        if entry is None:
            await self.app(scope, receive, send_)
            return
        accepted, condition, name_given = conditions(scope)
        name = coding(accepted)
        form = entry.page.ready(name)
        if form is None:
            form = await entry.page.made(name)
            cache.store.weigh(entry)
        answered = await send(form, scope, condition, self.own(status, name_given, started), send_)
        self.count(entry, scope, answered, started)

    def key(self, scope: Scope) -> Key:
        """Where the page stands that a request asks for, if it is stored."""
        path, query = scope.get("raw_path") or b"", scope["query_string"]
        if API in path and any(name in OWN for name, _ in scope["headers"]):
            return NOWHERE
        if query and len(query) <= LONGEST_QUERY:
            query = uncounted(query.decode("latin-1")).encode("latin-1")
        return Key(path, query)

    def own(self, status: tuple[bytes, bytes], name_given: bytes, started: float) -> Headers:
        """The headers of one answer with a page, beside those that all have."""
        own = [status]
        if name_given:
            own.append((b"x-request-id", taken_or_made(name_given).encode()))
        if self.process_time:
            own.append(spent(started))
        return own

    def count(self, entry: Entry, scope: Scope, answered: int, started: float) -> None:
        """Take note of an answer with a page: its hit, its view and how long it took."""
        page = entry.page
        entry.hits += 1
        if page.viewed is not None:
            self.viewed(scope, page.viewed)
        if page.durations is not None:
            page.durations[scope["method"], answered].observe(perf_counter() - started)


class ByVariant(FromCache):
    """The same for a site whose pages have variants: a request gets the page of its own."""

    def __init__(self, variant: Variant, app: ASGIApp, **options: Any) -> None:
        super().__init__(app, **options)
        self.variant = variant

    def key(self, scope: Scope) -> Key:
        """Where the page stands that a request asks for, if it is stored."""
        return super().key(scope)._replace(variant=self.variant(scope))
