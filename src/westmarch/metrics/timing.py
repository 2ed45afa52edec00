"""Times the requests that the program answers itself. Those that the page cache answers are timed there."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from westmarch.metrics.durations import Requests
from westmarch.metrics.routes import route_of

#: The header that says how many seconds an answer took until it began to be sent.
PROCESS_TIME = b"x-process-time"


def spent(started: float) -> tuple[bytes, bytes]:
    """The header X-Process-Time of an answer to a request that came at `started` of the performance counter."""
    return PROCESS_TIME, b"%.6f" % (perf_counter() - started)


class Timed:
    """ASGI middleware: counts each request with its duration, and says the time in the answer where that is wanted."""

    def __init__(self, app: ASGIApp, *, requests: Requests | None, process_time: bool) -> None:
        self.app = app
        self.requests = requests
        self.process_time = process_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        status = 500  # What the server answers where the program fails before it has said anything.

        async def send_(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if self.process_time:  # A list of its own: the one there may belong to a page that is kept.
                    message = {**message, "headers": [*message["headers"], spent(started)]}
            await send(message)

        try:
            await self.app(scope, receive, send_)
        finally:
            if self.requests is not None:
                self.requests.route(route_of(scope))[scope["method"], status].observe(perf_counter() - started)
