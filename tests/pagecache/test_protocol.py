"""The server's protocol with the page cache in it: nobody can tell it from the server without, but by the time."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.pagecache.cached import Cached
from tests.pagecache.test_races import rename
from westmarch.app import create_app
from westmarch.pagecache.protocol import ReadyProtocol
from westmarch.pagecache.turns import TURN
from westmarch.settings import Settings

HEAD = b"Host: example.org\r\nUser-Agent: Mozilla/5.0\r\n"
CLOSE = HEAD + b"Connection: close\r\n\r\n"


@dataclass
class Listening:
    """A server in this process, and the paths that its application was asked for."""

    port: int
    state: ServerState
    config: Config
    asked: list[str] = field(default_factory=list)

    async def said(self, *parts: bytes) -> bytes:
        """All that is answered until the server closes the connection, without what differs each time."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        return re.sub(rb"(?<=\r\n)(date|x-request-id|cache-status): .*\r\n", b"", answer)


@asynccontextmanager
async def listening(cached: Cached, protocol: type[HttpToolsProtocol], **options: Any) -> AsyncIterator[Listening]:
    state = ServerState()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.asked.append(scope["path"])
        await cached.app(scope, receive, send)

    # Pages have no WebSockets: uvicorn's own protocol is told so, ours knows it by their addresses.
    config = Config(app, http=protocol, ws="none", lifespan="off", log_config=None, **options)
    config.load()
    made = await asyncio.get_running_loop().create_server(
        lambda: protocol(config=config, server_state=state, app_state={TURN: cached.app.state.turn}), "127.0.0.1", 0
    )
    async with made:
        found = Listening(made.sockets[0].getsockname()[1], state, config)
        yield found


@pytest.fixture
async def servers(cached: Cached) -> AsyncIterator[tuple[Listening, Listening]]:
    """The server with the page cache in its protocol, and uvicorn's own."""
    async with AsyncExitStack() as stack:
        await cached.visit(("/p1/", "/p2/", "/p3/", "/feed.xml"))
        yield (
            await stack.enter_async_context(listening(cached, ReadyProtocol)),
            await stack.enter_async_context(listening(cached, HttpToolsProtocol)),
        )


STORED: dict[str, tuple[bytes, ...]] = {
    "a page": (b"GET /p1/ HTTP/1.1\r\n" + CLOSE,),
    "HEAD": (b"HEAD /p1/ HTTP/1.1\r\n" + CLOSE,),
    "two that are pipelined": (b"GET /p1/ HTTP/1.1\r\n" + HEAD + b"\r\nGET /p2/ HTTP/1.1\r\n" + CLOSE,),
    "one after another": (b"GET /p1/ HTTP/1.1\r\n" + HEAD + b"\r\n", b"HEAD /p2/ HTTP/1.1\r\n" + CLOSE),
    "in pieces": (b"GET /p1", b"/ HTTP/1.1\r\nHo", b"st: example.org\r\nConnection: clo", b"se\r\n\r\n"),
    "HTTP/1.0": (b"GET /p1/ HTTP/1.0\r\n" + HEAD + b"\r\n",),
    "HTTP/1.0 that would stay": (b"GET /p1/ HTTP/1.0\r\nConnection: keep-alive\r\n" + HEAD + b"\r\n",),
    "a body": (b"GET /p1/ HTTP/1.1\r\nContent-Length: 5\r\n" + CLOSE + b"hello",),
    "a body in chunks": (b"GET /p1/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"5\r\nhello\r\n0\r\n\r\n",),
    "an expectation": (b"GET /p1/ HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n" + CLOSE,),
    "a whole address": (b"GET http://example.org/p1/ HTTP/1.1\r\n" + CLOSE,),
    "a condition that any meets": (b"GET /p1/ HTTP/1.1\r\nIf-None-Match: *\r\n" + CLOSE,),
    "a condition that none meets": (b'GET /p1/ HTTP/1.1\r\nIf-None-Match: "x", W/"y"\r\n' + CLOSE,),
    "a part": (b"GET /p1/ HTTP/1.1\r\nRange: bytes=0-9\r\n" + CLOSE,),
    "another protocol": (b"GET /p1/ HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n",),
    "a feed": (b"GET /feed.xml HTTP/1.1\r\n" + CLOSE,),
}
OTHERS: dict[str, tuple[bytes, ...]] = {
    "nothing there": (b"GET /nothing/ HTTP/1.1\r\n" + CLOSE,),
    "another query": (b"GET /p1/?x=1 HTTP/1.1\r\n" + CLOSE,),
    "another spelling": (b"GET /%701/ HTTP/1.1\r\n" + CLOSE,),
    "POST": (b"POST /p1/ HTTP/1.1\r\nContent-Length: 0\r\n" + CLOSE,),
    "stored, not stored, stored": (
        b"GET /p1/ HTTP/1.1\r\n"
        + HEAD
        + b"\r\nGET /nothing/ HTTP/1.1\r\n"
        + HEAD
        + b"\r\nGET /p2/ HTTP/1.1\r\n"
        + CLOSE,
    ),
    "not stored, stored": (b"GET /nothing/ HTTP/1.1\r\n" + HEAD + b"\r\nGET /p2/ HTTP/1.1\r\n" + CLOSE,),
    "no HTTP": (b"GET /p1/ HTTP/1.1\r\n" + HEAD + b"\r\nsomething else\r\n\r\n",),
}


async def test_answers_are_those_of_the_server_without(servers: tuple[Listening, Listening]) -> None:
    for name, parts in (STORED | OTHERS).items():
        ready, plain = [await server.said(*parts) for server in servers]
        assert ready == plain, name
        assert ready.startswith(b"HTTP/1.1 "), name
    assert not servers[0].state.tasks


async def test_the_application_is_not_asked_for_what_is_stored(servers: tuple[Listening, Listening]) -> None:
    for name, parts in STORED.items():
        await servers[0].said(*parts)
        assert servers[0].asked == [], name


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_a_coding_is_made_by_the_application_and_then_stored(
    servers: tuple[Listening, Listening], coding: str
) -> None:
    request = f"GET /p1/ HTTP/1.1\r\nAccept-Encoding: {coding}\r\n".encode() + CLOSE
    first, second = await servers[0].said(request), await servers[0].said(request)
    assert first == second
    assert f"content-encoding: {coding}".encode() in second
    assert servers[0].asked == ["/p1/"]


async def test_a_hit_says_what_it_is_and_who_asked(cached: Cached, servers: tuple[Listening, Listening]) -> None:
    entry = cached.stored("/p1/")
    before = entry.hits
    reader, writer = await asyncio.open_connection("127.0.0.1", servers[0].port)
    writer.write(b"GET /p1/ HTTP/1.1\r\nX-Request-ID: who-asks-this\r\n" + CLOSE)
    answer = await reader.read()
    writer.close()
    assert b"\r\ncache-status: westmarch; hit\r\n" in answer
    assert b"\r\nx-request-id: who-asks-this\r\n" in answer
    assert entry.hits == before + 1
    assert cached.app.state.views.waiting == 1


async def test_a_changed_page_is_rendered_anew(cached: Cached, servers: tuple[Listening, Listening]) -> None:
    await cached.db.write(rename, "Altogether new")
    assert b"Altogether new" in await servers[0].said(b"GET /p1/ HTTP/1.1\r\n" + CLOSE)


async def test_a_reader_that_does_not_read_gets_everything_later(servers: tuple[Listening, Listening]) -> None:
    requests = 400
    reader, writer = await asyncio.open_connection("127.0.0.1", servers[0].port, limit=2**16)
    for _ in range(requests - 1):
        writer.write(b"GET /p1/ HTTP/1.1\r\n" + HEAD + b"\r\n")
    writer.write(b"GET /p1/ HTTP/1.1\r\n" + CLOSE)
    await asyncio.sleep(0.3)
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == requests
    assert answer.count(b"</html>") == requests


async def test_who_goes_away_while_waiting_does_not_keep_others(servers: tuple[Listening, Listening]) -> None:
    for _ in range(20):
        _, writer = await asyncio.open_connection("127.0.0.1", servers[0].port)
        writer.write(b"GET /p1/ HTTP/1.1\r\n" + HEAD + b"\r\n")
        writer.transport.abort()
    assert b"</html>" in await servers[0].said(b"GET /p1/ HTTP/1.1\r\n" + CLOSE)
    for _ in range(100):
        if not servers[0].state.connections:
            break
        await asyncio.sleep(0.01)
    assert not servers[0].state.connections


async def test_at_the_stop_a_connection_ends_with_the_answer_that_it_waits_for(cached: Cached) -> None:
    await cached.visit(("/p1/",))
    async with listening(cached, ReadyProtocol) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.sleep(0.05)
        (connection,) = server.state.connections
        connection.data_received(b"GET /p1/ HTTP/1.1\r\n" + HEAD + b"\r\n")
        connection.shutdown()
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.rstrip().endswith(b"</html>")


async def test_too_many_connections_are_told_so(cached: Cached) -> None:
    await cached.visit(("/p1/",))
    async with listening(cached, ReadyProtocol, limit_concurrency=1) as server:
        answer = await server.said(b"GET /p1/ HTTP/1.1\r\n" + CLOSE)
    assert answer.startswith(b"HTTP/1.1 503 ")


async def test_where_single_requests_are_logged_hits_are_too(cached: Cached, caplog: pytest.LogCaptureFixture) -> None:
    await cached.visit(("/p1/",))
    with caplog.at_level("INFO", "uvicorn.access"):
        async with listening(cached, ReadyProtocol) as server:
            assert b"</html>" in await server.said(b"GET /p1/ HTTP/1.1\r\n" + CLOSE)
    assert any("GET /p1/" in record.getMessage() for record in caplog.records)


def test_pages_with_variants_are_left_to_the_program(settings: Settings) -> None:
    """It knows more of a request than the protocol: what a proxy that is believed says of the client."""
    assert create_app(settings, lambda _: "dark").state.turn is None
    assert create_app(settings).state.turn is not None
