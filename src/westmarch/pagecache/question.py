"""One question to PostgreSQL, asked in its own bytes over a connection that the driver has made.

Through the driver it takes a task and twice the time of the processor. Known is only what the answer is if nothing is
new; to whatever else comes, the question is to be asked anew through the driver. The form of messages:
https://www.postgresql.org/docs/current/protocol-message-formats.html.
"""

import asyncio
from collections.abc import Callable
from struct import pack
from typing import Any

#: The end of each answer: ready, and in no transaction.
_READY = b"Z\x00\x00\x00\x05I"


class Question(asyncio.Protocol):
    """A prepared statement without parameters, whose answer is compared with an expected one.

    The connection belongs to the driver but for the time from `ask` until one of two is called: `same` for the expected
    answer, `other` for another one, or where the connection was lost.
    """

    def __init__(self, driver: Any, name: str, *, same: Callable[[], None], other: Callable[[], None]) -> None:
        self._transport: asyncio.Transport = driver._transport  # noqa: SLF001 - it has no other way to let bytes
        self._driver: asyncio.Protocol = driver._protocol  # noqa: SLF001 - through; pyproject.toml bounds its version
        self._same = same
        self._other = other
        bind = b"\x00" + name.encode() + b"\x00" + pack("!hhh", 0, 0, 0)
        self._question = _message(b"B", bind) + _message(b"E", b"\x00" + pack("!i", 0)) + _message(b"S", b"")
        self._expected = self._received = b""

    @property
    def lost(self) -> bool:
        """Whether the connection is closed, so that nothing can be asked."""
        return self._transport.is_closing()

    def ask(self, expected: bytes) -> None:
        """Send the question. Nothing else may be going on on the connection."""
        self._expected, self._received = expected, b""
        self._transport.set_protocol(self)
        self._transport.write(self._question)

    def data_received(self, data: bytes) -> None:
        """A part of the answer has come."""
        self._received += data
        if self._received == self._expected:
            self.give_back()
            self._same()
        elif _complete(self._received):
            self.give_back()
            self._other()

    def connection_lost(self, exc: Exception | None) -> None:
        """There will be no answer."""
        self.give_back()
        self._driver.connection_lost(exc)
        self._other()

    def give_back(self) -> None:
        """Let the driver have the connection again."""
        self._transport.set_protocol(self._driver)


def answer(*row: str) -> bytes:
    """The answer that is one row of these values."""
    values = b"".join(pack("!i", len(value)) + value for value in (text.encode() for text in row))
    data = _message(b"D", pack("!h", len(row)) + values)
    return _message(b"2", b"") + data + _message(b"C", b"SELECT 1\x00") + _READY


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + pack("!i", len(body) + 4) + body


def _complete(received: bytes) -> bool:
    """Whether the last of whole messages says that the server is ready."""
    start = 0
    while start + 5 <= len(received):
        ready = received[start : start + 1] == b"Z"
        start += 1 + int.from_bytes(received[start + 1 : start + 5])
        if ready:
            return start <= len(received)
    return False
