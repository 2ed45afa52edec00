"""How far a work of the admin is, told by a WebSocket while it goes on; without script the page asks again itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from westmarch.accounts.guard import by_session
from westmarch.accounts.rights import Right
from westmarch.admin import jobs
from westmarch.errors import NotFound, WestmarchError

#: How often files are looked at, and whether the asker is still signed in, in seconds.
LOOKED, KNOWN = 0.3, 5.0
#: Codes with which a connection is closed (RFC 6455, 7.4).
DONE, REFUSED, AWAY = 1000, 1008, 1013

Endpoint = Callable[[WebSocket], Awaitable[None]]
#: Finds the folder of the work that a connection asks for. Raises NotFound.
Find = Callable[[HTTPConnection], Path]


class GuardedSocket(WebSocketRoute):
    """A WebSocket for those who are signed in and have `right`; others are refused before it opens (403).

    What comes from pages of other sites never gets here.
    """

    def __init__(self, path: str, endpoint: Endpoint, *, right: Right) -> None:
        super().__init__(path, endpoint)
        self.right = right

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open it, or refuse."""
        socket = WebSocket(scope, receive, send)
        if not await may(socket, self.right):
            await socket.close(REFUSED)
            return
        await super().handle(scope, receive, send)


async def may(connection: HTTPConnection, right: Right) -> bool:
    """Whether who asks is signed in and has the right; not while the database cannot tell."""
    try:
        who = await by_session(connection)
    except WestmarchError:
        return False
    return who is not None and who.may(right)


def told(path: str, find: Find, *, right: Right) -> GuardedSocket:
    """The route that tells how far a work is until that has ended, or until its listener is signed out."""

    async def tell(socket: WebSocket) -> None:
        try:
            folder = find(socket)
        except NotFound:
            await socket.close(REFUSED)
            return
        await socket.accept()
        ended = asyncio.ensure_future(gone(socket))
        try:
            code = await _told(socket, folder, right, ended)
        except WebSocketDisconnect:
            return
        finally:
            ended.cancel()
        if not ended.done() or ended.cancelled():
            await socket.close(code)

    return GuardedSocket(path, tell, right=right)


async def _told(socket: WebSocket, folder: Path, right: Right, gone: "asyncio.Future[None]") -> int:
    last, asked = None, time.monotonic()
    while not gone.done():
        work = await asyncio.to_thread(jobs.look, folder)
        if work is None or not work.running:
            await socket.send_json({"running": False})
            return DONE
        if work != last:
            await socket.send_json({"running": True, "words": work.words, "percent": work.percent})
            last = work
        if time.monotonic() - asked >= KNOWN:
            if not await may(socket, right):
                return REFUSED
            asked = time.monotonic()
        await asyncio.wait([gone], timeout=LOOKED)
    return DONE


async def gone(socket: WebSocket) -> None:
    """Until the listener has gone. What it says meanwhile means nothing."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
