"""Who else has a post open, and what its newest version is, told by a WebSocket while somebody writes."""

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.websockets import WebSocket, WebSocketDisconnect

from westmarch.accounts.guard import by_session
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import post_form, unsaved
from westmarch.admin.live import AWAY, DONE, REFUSED, GuardedSocket, gone
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import NotFound, Refused, WestmarchError
from westmarch.posts.drafts import Kind
from westmarch.presence import actions, queries
from westmarch.presence.rooms import Rooms

#: How often a form is written down as open, and others are looked for that another process knows, in seconds.
SEEN, LOOKED = 5.0, 2.0
#: So long nothing is looked at after it was, in seconds, whatever happens.
REST = 0.1


def stir(request: Request, post_id: int) -> None:
    """Let those who have a post open know at once that it was changed."""
    rooms: Rooms = request.app.state.rooms
    rooms.stir(post_id)


async def live(socket: WebSocket, kind: Kind) -> None:
    """`/admin/posts/7/live`: which `others` have it open, its `version`, and who made that (`by`), as they change.

    `trashed` says that it is in the trash, by whom then; `mine` are all the forms that whoever listens has open.
    """
    db: Database = socket.app.state.db
    rooms: Rooms = socket.app.state.rooms
    post_id, tab, who = socket.path_params["id"], socket.query_params.get("tab", ""), await _who(socket)
    if who is None or not unsaved.TAB.fullmatch(tab) or not await _may(db, who, kind, post_id):
        await socket.close(REFUSED)
        return
    await socket.accept()
    ended = asyncio.ensure_future(gone(socket))
    code = DONE
    try:
        with rooms.entered(post_id) as event:
            code = await _tell(socket, db, who, kind, post_id, tab, event, ended)
    except WebSocketDisconnect:
        pass
    except WestmarchError:
        code = AWAY
    finally:
        ended.cancel()
        rooms.stir(post_id)
        await asyncio.shield(_leave(db, rooms, who, post_id, tab))
    if not ended.done() or ended.cancelled():
        await socket.close(code)


async def _tell(
    socket: WebSocket,
    db: Database,
    who: SignedIn,
    kind: Kind,
    post_id: int,
    tab: str,
    event: asyncio.Event,
    ended: "asyncio.Future[None]",
) -> int:
    told: Any = None
    seen = 0.0
    while not ended.done():
        if not seen or time.monotonic() - seen >= SEEN:
            if seen and await _who(socket) is None:
                return REFUSED
            await db.write(actions.see, tab, post_id, who.account_id, moment=now())
            if not seen:
                socket.app.state.rooms.stir(post_id)
            seen = time.monotonic()
        event.clear()
        found = await db.read(_look, who, kind, post_id, tab)
        if found is None:
            return REFUSED
        if found != told:
            await socket.send_json(found)
            told = found
        waits: asyncio.Future[object] = asyncio.ensure_future(event.wait())
        both: list[asyncio.Future[Any]] = [ended, waits]
        await asyncio.wait(both, timeout=LOOKED, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()
        if not ended.done():
            await asyncio.sleep(REST)
    return DONE


def _look(session: Reading, who: SignedIn, kind: Kind, post_id: int, tab: str) -> dict[str, Any] | None:
    """What is told; None where the post is not there any more, or not for this account."""
    try:
        found, _ = post_form.opened(session, kind, post_id, who)
    except (NotFound, Refused):
        return None
    trashed = found.trashed_at is not None
    last = post_form.changed_last(session, post_id, f"{kind}.trashed" if trashed else "")
    return {
        "others": [
            {"name": each.name, "you": each.account_id == who.account_id}
            for each in queries.others(session, post_id, tab, now())
        ],
        "mine": queries.tabs(session, who.account_id, now()),
        "version": found.version,
        "trashed": trashed,
        "by": last.actor if last else "",
        "you": last is not None and last.actor == who.name,
    }


async def _leave(db: Database, rooms: Rooms, who: SignedIn, post_id: int, tab: str) -> None:
    try:
        await db.write(actions.leave, tab, who.account_id, moment=now())
    except WestmarchError:
        return  # It is taken for open a while longer.
    rooms.stir(post_id)


async def _who(socket: WebSocket) -> SignedIn | None:
    try:
        return await by_session(socket)
    except WestmarchError:
        return None


async def _may(db: Database, who: SignedIn, kind: Kind, post_id: int) -> bool:
    try:
        return await db.read(_look, who, kind, post_id, "") is not None
    except WestmarchError:
        return False


def _of(kind: Kind, right: Right) -> GuardedSocket:
    async def tell(socket: WebSocket) -> None:
        await live(socket, kind)

    return GuardedSocket(f"/admin/{kind}s/{{id:int}}/live", tell, right=right)


SOCKETS = (_of("post", Right.WRITE), _of("page", Right.EDIT_ALL))
