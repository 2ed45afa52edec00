"""The server's protocol, with a limit on what stands around the bodies of requests.

uvicorn's own has none where it parses by httptools: 60 MB of short headers took 1.1 GB of memory and nineteen seconds,
in which nobody else was answered.
"""

import http
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

#: The most bytes of a request beside its body: of its address and headers, and of what stands at the end of a body in
#: chunks. It is what uvicorn allows where it parses by h11.
LARGEST = 64 * 1024
#: The most header fields of a request, those at the end of its body among them. Each takes some 150 bytes of memory,
#: however short it is.
FIELDS = 1_000
#: What is parsed before it is looked at again, in bytes: one piece of what the system had may be 256 KB.
_PIECE = 16 * 1024

#: How long a connection on which nothing is asked is kept when the server stops, in seconds: a request may be on its
#: way, or lie in the socket already.
LAST_CALL = 0.5

#: How the addresses of WebSockets end.
SOCKETS = b"/live"

_REFUSED = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a request with headers of more than `LARGEST` bytes, or more than `FIELDS` of them.

    The answer is 431 (RFC 6585, 5), and the connection is closed. Bytes are counted after the first piece of a request.

    Whoever has connected before the server stops is answered: uvicorn's own closes what it has not begun to read.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._under_way = False
        self._seen = 0
        self._stopping = False
        self._handed_over = False

    def data_received(self, data: bytes) -> None:
        """Take what has come, as asyncio has it."""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            if self._under_way:
                self._seen += len(piece)
            super().data_received(piece)
            if self._handed_over or self.transport.is_closing():
                return
            if self._under_way and (self._seen > LARGEST or len(self.headers) > FIELDS):
                self._refuse()
                return

    def _should_upgrade(self) -> bool:
        """Whether a WebSocket is asked for where there may be one; elsewhere the offer is answered in HTTP."""
        return bool(super()._should_upgrade() and self.url.partition(b"?")[0].endswith(SOCKETS))

    def handle_websocket_upgrade(self) -> None:
        """Let the protocol of WebSockets have the connection. Nobody sends anything there before it is accepted."""
        self._handed_over = True
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._under_way = True

    def on_body(self, body: bytes) -> None:
        """A part of a body, which is not counted, has come."""
        super().on_body(body)
        self._seen -= len(body)

    def on_chunk_complete(self) -> None:
        """A chunk of a body is whole. What frames it was not kept."""
        self._seen = 0

    def on_message_complete(self) -> None:
        """A request is whole."""
        super().on_message_complete()
        self._under_way = False
        self._seen = 0

    def on_headers_complete(self) -> None:
        """What is asked is known."""
        super().on_headers_complete()
        if self._stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """The server stops: finish what was asked, and what is asked in a moment."""
        self._stopping = True
        if self._idle:
            self.loop.call_later(LAST_CALL, self._close_idle)
        else:
            super().shutdown()

    def _close_idle(self) -> None:
        if self._idle:
            self.transport.close()

    @property
    def _idle(self) -> bool:
        """Whether no answer is being made or sent."""
        return self.cycle is None or self.cycle.response_complete

    def _refuse(self) -> None:
        """Answer, unless another answer is being sent, and close the connection."""
        self.logger.warning("A request with more than %d bytes or %d fields of headers was refused.", LARGEST, FIELDS)
        if self._idle:
            said = _REFUSED.phrase.encode()
            self.transport.write(
                STATUS_LINE[_REFUSED]
                + b"content-type: text/plain; charset=utf-8\r\n"
                + b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(said), said)
            )
        self.transport.close()
