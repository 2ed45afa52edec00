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

_REFUSED = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a request with headers of more than `LARGEST` bytes, or more than `FIELDS` of them.

    The answer is 431 (RFC 6585, 5), and the connection is closed. Bytes are counted after the first piece of a request.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._under_way = False
        self._seen = 0

    def data_received(self, data: bytes) -> None:
        """Take what has come, as asyncio has it."""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            if self._under_way:
                self._seen += len(piece)
            super().data_received(piece)
            if self.transport.is_closing():
                return
            if self._under_way and (self._seen > LARGEST or len(self.headers) > FIELDS):
                self._refuse()
                return

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

    def _refuse(self) -> None:
        """Answer, unless another answer is being sent, and close the connection."""
        self.logger.warning("A request with more than %d bytes or %d fields of headers was refused.", LARGEST, FIELDS)
        if self.cycle is None or self.cycle.response_complete:
            said = _REFUSED.phrase.encode()
            self.transport.write(
                STATUS_LINE[_REFUSED]
                + b"content-type: text/plain; charset=utf-8\r\n"
                + b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(said), said)
            )
        self.transport.close()
