"""What stands around the bodies of requests is bounded, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from westmarch.web.protocol import FIELDS, LARGEST, BoundedProtocol

pytestmark = pytest.mark.unit

MUCH = 40 * LARGEST
START = b"GET / HTTP/1.1\r\nHost: example.org\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the size of the body; at `/early`, before the body has come."""
    size, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    told = str(size).encode()
    length = (b"content-length", str(len(told)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": told})


@pytest.fixture
def state() -> ServerState:
    return ServerState()


@pytest.fixture
async def port(state: ServerState) -> AsyncIterator[int]:
    """The port of a server with this protocol."""
    config = Config(app, http=BoundedProtocol, lifespan="off", log_config=None)
    config.load()
    made = await asyncio.get_running_loop().create_server(
        lambda: BoundedProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with made:
        yield made.sockets[0].getsockname()[1]


async def said(port: int, start: bytes, part: bytes = b"", end: bytes = b"") -> tuple[bytes, int]:
    """What is answered until the connection is closed, and how much of `part` was sent again and again before that."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = 0
    try:
        writer.write(start)
        await writer.drain()
        while part and sent < MUCH and not reader.at_eof():
            writer.write(part)
            await writer.drain()
            sent += len(part)
            await asyncio.sleep(0)
        writer.write(end)
        answer = await asyncio.wait_for(reader.read(), 60)
    except ConnectionError:
        answer = b""  # The server closed it while more was on its way, so that its answer may be lost.
    finally:
        writer.close()
    return answer, sent


@pytest.mark.parametrize(
    ("start", "part"),
    [
        (START + b"X: ", b"a" * 8_000),
        (START, b"A: b\r\n" * 1_000),
        (START + b"X: y", b"z: " * 2_000),
        (b"GET /", b"a" * 8_000),
        (b"", b"\r\n" * 4_000 + b"GET"),
        (CHUNKED + b"5\r\nhello\r\n0\r\nX: ", b"a" * 8_000),
        (CHUNKED + b"5\r\nhello\r\n0\r\n", b"A: b\r\n" * 1_000),
        (CHUNKED + b"5;a=", b"a" * 8_000),
        (CHUNKED.replace(b"/ ", b"/early ") + b"5\r\nhello\r\n0\r\nX: ", b"a" * 8_000),
    ],
)
async def test_headers_without_end_are_refused_early(port: int, start: bytes, part: bytes) -> None:
    answer, sent = await said(port, start, part)
    assert sent < MUCH
    assert answer[:12] in (b"", b"HTTP/1.1 431", b"HTTP/1.1 400", b"HTTP/1.1 200")


async def test_who_asks_with_too_many_headers_is_told(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in (START + b"X: ", b"a" * LARGEST, b"a"):
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.05)
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"connection: close" in answer


CLOSE = b"Connection: close\r\n"


async def answered(port: int, sent: bytes, size: int) -> bytes:
    """What is answered to what is sent in pieces of a size, until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for start in range(0, len(sent), size):
        writer.write(sent[start : start + size])
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return answer


@pytest.mark.slow
@pytest.mark.parametrize(("fields", "status"), [(FIELDS - 2, b"200"), (FIELDS, b"431"), (2 * FIELDS, b"431")])
async def test_headers_are_counted_however_short_they_are(port: int, fields: int, status: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in (START + CLOSE, b"A: b\r\n" * fields, b"\r\n"):
        writer.write(part)
        await asyncio.sleep(0.05)
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert answer[9:12] == status


@pytest.mark.parametrize("pieces", [1, 7, 400])
async def test_bodies_are_as_long_as_they_like(port: int, pieces: int) -> None:
    body = b"x" * (3 * LARGEST)
    whole = START.replace(b"GET", b"POST") + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunks = CHUNKED.replace(b"\r\n\r\n", b"\r\n" + CLOSE + b"\r\n")
    chunks += (
        b"".join(b"%x\r\n%b\r\n" % (size, b"y" * size) for size in [1] * 20_000 + [LARGEST]) + b"0\r\nA: b\r\n\r\n"
    )
    for request, length in ((whole, len(body)), (chunks, 20_000 + LARGEST)):
        answer = await answered(port, request, -(-len(request) // pieces))
        assert answer.endswith(b"\r\n\r\n%d" % length)


async def test_many_requests_of_a_connection_are_each_counted_for_themselves(port: int) -> None:
    one = START + b"X: " + b"a" * 2_000 + b"\r\n\r\n"
    last = START + CLOSE + b"\r\n"
    for size in (len(one) * 200, 1_900, 700):
        answer = await answered(port, one * 200 + last, size)
        assert answer.count(b"HTTP/1.1 200 OK") == 201


async def connected(port: int, state: ServerState) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which nothing was asked yet, and which the server has taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(60):
        while not state.connections:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
    return reader, writer


@pytest.mark.parametrize("asked_before", [False, True])
async def test_who_connected_before_the_stop_is_answered(port: int, state: ServerState, asked_before: bool) -> None:
    reader, writer = await connected(port, state)
    if asked_before:
        writer.write(START + b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")
    for connection in list(state.connections):
        connection.shutdown()
    writer.write(START + b"\r\n")
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer


@pytest.mark.slow
async def test_who_asks_nothing_does_not_hold_up_the_stop(port: int, state: ServerState) -> None:
    reader, writer = await connected(port, state)
    for connection in list(state.connections):
        connection.shutdown()
    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()
