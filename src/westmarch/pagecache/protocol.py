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

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        turn = self.turn
        scope: Any = cycle.scope
        # Another application than ours is the server's own, which says that there are too many connections.
        if turn is None or app is not self.app or scope["method"] not in ("GET", "HEAD"):
            super()._start_asgi_task(cycle, app)
            return
        started = perf_counter() if turn.front.timed else 0.0
        key = turn.front.key(scope)
        if turn.cache.store.get(key) is None:
            super()._start_asgi_task(cycle, app)
        else:
            turn.add(Waiting(self, cycle, turn.front, key, started))

    def start(self, cycle: RequestResponseCycle) -> None:
        """Hand a request to the application."""
        super()._start_asgi_task(cycle, self.app)


class Waiting:
    """A request that waits for the check."""

    __slots__ = ("cycle", "front", "key", "protocol", "started")

    def __init__(
        self, protocol: ReadyProtocol, cycle: RequestResponseCycle, front: FromCache, key: Key, started: float
    ) -> None:
        self.protocol = protocol
        self.cycle = cycle
        self.front = front
        self.key = key
        self.started = started

    def pass_on(self) -> None:
        """Let the application answer."""
        self.protocol.start(self.cycle)

    def answer(self, entry: Entry, status: tuple[bytes, bytes]) -> None:
        """Write the page into the socket. What has to be waited for is passed on: a coding, a slow reader."""
        protocol, cycle = self.protocol, self.cycle
        scope: Any = cycle.scope
        accepted, condition, name_given = conditions(scope)
        form = entry.page.ready(coding(accepted))
        if form is None or cycle.disconnected or protocol.flow.write_paused:
            self.pass_on()
            return
        unchanged = form.meets(condition)
        parts = [_UNCHANGED, form.lines] if unchanged else [_WHOLE, form.lines, form.content_lines]
        for name, value in (*protocol.server_state.default_headers, *self.front.own(status, name_given, self.started)):
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
        cycle.response_started = cycle.response_complete = True
        protocol.transport.write(b"".join(parts))
        if not unchanged and scope["method"] != "HEAD":
            protocol.transport.write(form.body)
        self.front.count(entry, scope, 304 if unchanged else 200, self.started)
        if not cycle.keep_alive:
            protocol.transport.close()
        protocol.on_response_complete()
