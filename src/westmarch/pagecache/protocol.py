"""The server's protocol, with the page cache in it: a hit is written without a task and without messages of ASGI.

That makes a hit cheaper than the emptiest ASGI application. All else is uvicorn's: what is parsed, in which order
requests of a connection are answered, when it is closed. Other servers get the same answers from the middleware.
"""

import logging
from time import perf_counter
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from westmarch.pagecache.cache import conditions
from westmarch.pagecache.middleware import FromCache
from westmarch.pagecache.pages import coding
from westmarch.pagecache.store import Entry, Key
from westmarch.pagecache.turns import TURN, Turn
from westmarch.web.protocol import BoundedProtocol

_WHOLE, _UNCHANGED = STATUS_LINE[200], STATUS_LINE[304]


class ReadyProtocol(BoundedProtocol):
    """Answers requests for pages that are stored; the application gets all others.

    It gets all where single requests are logged.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.access_log = self.access_logger.isEnabledFor(logging.INFO)
        self.turn: Turn | None = None if self.access_log else self.app_state.get(TURN)
        self._answering: RequestResponseCycle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more. uvicorn tells it to the last request alone, though an earlier one is answered."""
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        turn = self.turn
        scope: Any = cycle.scope
        # Another application than ours is the server's own, which says that there are too many connections.
        if turn is not None and app is self.app and scope["method"] in ("GET", "HEAD"):
            front = turn.front
            key = front.key(scope)
            if front.cache.store.peek(key) is not None:
                turn.add(Waiting(self, cycle, key, perf_counter() if front.timed else 0.0))
                return
        super()._start_asgi_task(cycle, app)

    def pass_on(self, cycle: RequestResponseCycle) -> None:
        """Hand a request that has waited to the application."""
        super()._start_asgi_task(cycle, self.app)


class Waiting:
    """A request that waits for the check."""

    __slots__ = ("cycle", "key", "protocol", "started")

    def __init__(self, protocol: ReadyProtocol, cycle: RequestResponseCycle, key: Key, started: float) -> None:
        self.protocol = protocol
        self.cycle = cycle
        self.key = key
        self.started = started

    def pass_on(self) -> None:
        """Let the application answer."""
        self.protocol.pass_on(self.cycle)

    def answer(self, front: FromCache, entry: Entry, status: tuple[bytes, bytes]) -> None:
        """Write the page into the socket. What has to be waited for is passed on: a coding, a slow reader."""
        protocol, cycle = self.protocol, self.cycle
        scope: Any = cycle.scope
        accepted, condition, name_given = conditions(scope)
        form = entry.page.ready(coding(accepted))
        if form is None or cycle.disconnected or protocol.flow.write_paused:
            protocol.pass_on(cycle)
            return
        unchanged = form.meets(condition)
        parts = [_UNCHANGED, form.lines] if unchanged else [_WHOLE, form.lines, form.content_lines]
        for name, value in protocol.server_state.default_headers:
            parts += (name, b": ", value, b"\r\n")
        for name, value in front.own(status, name_given, self.started):
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
        cycle.response_started = cycle.response_complete = True
        transport = protocol.transport
        transport.write(b"".join(parts))
        if not unchanged and scope["method"] != "HEAD":
            transport.write(form.body)
        front.count(entry, scope, 304 if unchanged else 200, self.started)
        if not cycle.keep_alive:
            transport.close()
        protocol.on_response_complete()
