"""The page cache of a process: what answers from the store, and what renders, checks and stores.

Stored is only what a function makes of path and query alone: it never sees a request, so nothing that was made for
somebody can be kept.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from starlette.types import Receive, Scope, Send

from westmarch.db.database import Database
from westmarch.metrics.durations import Requests
from westmarch.pagecache import reads
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.checks import Kind, open_check
from westmarch.pagecache.journal import Began, Journal
from westmarch.pagecache.pages import Page, coding, send
from westmarch.pagecache.reads import Recording
from westmarch.pagecache.store import Entry, Key, Store
from westmarch.web.replies import Reply

#: The header Cache-Status (RFC 9211) of each answer.
HIT = (b"cache-status", b"westmarch; hit")
UNCHECKED = (b"cache-status", b"westmarch; hit; detail=database-away")
STORED = (b"cache-status", b"westmarch; fwd=miss; stored")
MISS = (b"cache-status", b"westmarch; fwd=miss")
BYPASS = (b"cache-status", b"westmarch; fwd=bypass")
#: Headers with which an answer is for one asker, or for one way of asking.
_PERSONAL = frozenset({b"set-cookie", b"vary", b"www-authenticate"})
#: Why nothing is in the store when the program ends.
STOPPED = "the program stopped serving"

#: Makes the answer, in one snapshot or several.
Make = Callable[[], Awaitable[Reply]]


@dataclass(slots=True)
class Rendering:
    """A page that is being rendered, for those who wait for it. `began` tells whether its snapshot came after them."""

    began: bool = False
    done: asyncio.Future["Answer | None"] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Answer:
    """What is answered: a page in its codings, or a reply that is no page. `valid` as of the last check.

    It is an ASGI application that sends itself. `weigh` is called when the page, which is in the store then, has got
    another coding.
    """

    def __init__(
        self,
        content: Page | Reply,
        status: tuple[bytes, bytes],
        *,
        valid: bool,
        weigh: Callable[[], None] | None = None,
    ) -> None:
        self.content = content
        self.status = status
        self.valid = valid
        self.weigh = weigh

    @property
    def status_code(self) -> int:
        """The status of the answer where nothing is asked of it."""
        return 200 if isinstance(self.content, Page) else self.content.status_code

    @property
    def route(self) -> str:
        """The pattern of the addresses at which such answers stand."""
        return self.content.route

    @property
    def viewed(self) -> int | None:
        """The post or page that its reader has before them."""
        return self.content.viewed

    async def __call__(self, scope: Scope, receive: Receive, send_: Send) -> None:
        if isinstance(self.content, Reply):
            await self.content(scope, receive, send_)
            return
        accepted, condition, _ = conditions(scope)
        headers = [self.status]
        if request_id := scope.get("state", {}).get("request_id"):
            headers.append((b"x-request-id", request_id.encode()))
        name = coding(accepted)
        form = self.content.ready(name)
        if form is None:
            form = await self.content.made(name)
            if self.weigh is not None:
                self.weigh()
        await send(form, scope, condition, headers, send_)


def conditions(scope: Scope) -> tuple[bytes, bytes, bytes]:
    """The headers Accept-Encoding and If-None-Match of a request; of several, one list (RFC 9110, 5.3).

    And its name, X-Request-ID, if whoever asks gave it one: where nothing is logged, no other is of use.
    """
    accepted = condition = name_given = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = accepted + b"," + value if accepted else value
        elif name == b"if-none-match":
            condition = condition + b"," + value if condition else value
        elif name == b"x-request-id":
            name_given = name_given or value
    return accepted, condition, name_given


def personal(reply: Reply) -> str:
    """The header by which a reply is for one asker, or for one way of asking; empty where it is for all."""
    return next((name.decode() for name, value in reply.raw_headers if _keeps_out(name, value)), "")


def _keeps_out(name: bytes, value: bytes) -> bool:
    if name == b"cache-control":
        return b"no-store" in value or b"private" in value
    return name in _PERSONAL


class PageCache:
    """The store of a process with its check. Until it is `opened`, everything is rendered.

    `requests` is where answers with a page are counted, if they are; `forget` lets go of what else is held in memory of
    a database that has turned out to be another one.
    """

    def __init__(
        self,
        limit: int,
        requests: Requests | None = None,
        kind: Kind = "exact",
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self.store = Store(limit)
        self.journal = Journal(self.store, forget)
        self.check: Check | None = None
        self.kind = kind
        self.requests = requests
        self.misses = self.bypasses = self.renders = self.waited = 0
        self._rendering: dict[Key, Rendering] = {}

    @asynccontextmanager
    async def opened(self, db: Database) -> AsyncIterator[None]:
        """Record reads of the database and keep pages until the block ends."""
        stop = reads.listen(db.reading_engine)
        try:
            async with open_check(db, self.journal, self.kind) as self.check:
                yield
        finally:
            self.check = None
            self.store.clear(STOPPED)
            stop()

    async def checked(self, key: Key, entry: Entry) -> tuple[Entry, tuple[bytes, bytes]] | None:
        """The entry at a key after a check, and what to say of it; None where it is not to be answered with."""
        assert self.check is not None
        state = await self.check.state()
        if state is State.AWAY:
            return entry, UNCHECKED
        found = self.store.get(key) if state is State.CURRENT else None
        return (found, HIT) if found is not None else None

    async def answer(self, key: Key, make: Make, headers: Sequence[tuple[bytes, bytes]]) -> Answer:
        """The answer at a key: stored, of a rendering that is going on, or rendered now. Raises what `make` raises.

        `headers` stand on every answer of the site.
        """
        if self.check is None:
            return self._unstored(await make(), headers, BYPASS)
        entry = self.store.get(key)
        if entry is not None and (found := await self.checked(key, entry)):
            found[0].hits += 1
            return Answer(found[0].page, found[1], valid=True, weigh=partial(self.store.weigh, found[0]))
        answer = await self._shared(key, make, headers, self.check)
        if answer.status is BYPASS:
            self.bypasses += 1
        else:
            self.misses += 1
        return answer

    async def _shared(self, key: Key, make: Make, headers: Sequence[tuple[bytes, bytes]], check: Check) -> Answer:
        """The answer of a rendering that is going on, or of one begun now."""
        while (rendering := self._rendering.get(key)) is not None:
            came_before = not rendering.began
            self.waited += 1
            other = await asyncio.shield(rendering.done)
            if other is not None and (other.valid or came_before):
                return other
        return await self._rendered(key, make, headers, check)

    async def _rendered(self, key: Key, make: Make, headers: Sequence[tuple[bytes, bytes]], check: Check) -> Answer:
        rendering = self._rendering[key] = Rendering()
        answer: Answer | None = None
        began: Began | None = None
        try:
            checked = await check.state() is State.CURRENT
            rendering.began, began = True, self.journal.begin()
            self.renders += 1
            with reads.recorded() as recording:
                reply = await make()
            # Who comes from here on may have come after a change that the last check does not see.
            self._leave(key, rendering)
            valid = checked and await check.state() is State.CURRENT and not self._touched(began, recording)
            answer = self._kept(key, reply, headers, recording, valid=valid)
            return answer
        finally:
            self._leave(key, rendering)
            if began is not None:
                self.journal.end()
            rendering.done.set_result(answer)

    def numbers(self) -> dict[str, int]:
        """What there is and what was counted since the process began, by name."""
        return {
            "pages": len(self.store),
            "bytes": self.store.size,
            "limit_bytes": self.store.limit,
            "hits": self.store.hits,
            "misses": self.misses,
            "bypasses": self.bypasses,
            "renders": self.renders,
            "waited": self.waited,
            "evicted": self.store.evicted,
            "thrown_out": self.store.thrown_out,
            "checks": 0 if self.check is None else self.check.asked,
        }

    def _leave(self, key: Key, rendering: Rendering) -> None:
        if self._rendering.get(key) is rendering:
            del self._rendering[key]

    def _touched(self, began: Began, recording: Recording) -> bool:
        return bool(recording.unclear) or self.journal.touched(began, recording.reads)

    def _kept(
        self,
        key: Key,
        reply: Reply,
        headers: Sequence[tuple[bytes, bytes]],
        recording: Recording,
        *,
        valid: bool,
    ) -> Answer:
        """The answer, stored where it is valid and belongs at the key."""
        status = MISS if reply.query.encode() == key.query else BYPASS
        answer = self._unstored(reply, headers, status, valid=valid)
        if valid and status is MISS and isinstance(answer.content, Page):
            stored = self.store.put(key, answer.content, recording.reads, self.journal.position)
            if stored is not None:
                answer.status, answer.weigh = STORED, partial(self.store.weigh, stored)
        return answer

    def _unstored(
        self, reply: Reply, headers: Sequence[tuple[bytes, bytes]], status: tuple[bytes, bytes], *, valid: bool = False
    ) -> Answer:
        if reply.status_code != 200 or personal(reply):
            return Answer(reply, status, valid=valid)
        own = {name for name, _ in reply.raw_headers}
        common = (*reply.raw_headers, *(pair for pair in headers if pair[0] not in own))
        durations = None if self.requests is None else self.requests.route(reply.route)
        page = Page(reply.body, reply.etag, reply.mime, common, reply.viewed, reply.route, durations)
        return Answer(page, status, valid=valid)
