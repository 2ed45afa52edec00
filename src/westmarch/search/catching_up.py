"""Bringing the search index up to date from a command, where a server may be following too."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from westmarch.changes.queries import moment
from westmarch.db.database import Database
from westmarch.followers import follow, outward
from westmarch.followers.processes import process_name
from westmarch.search.following import following
from westmarch.search.generation import NAME, begin_anew
from westmarch.search.status import state
from westmarch.textindex.engine import Engine

#: How often it is seen how far another process is, in seconds.
LOOKED = 0.2


async def catch_up(
    db: Database,
    index: Engine,
    clock: Callable[[], datetime],
    added: Callable[[int], None] = lambda _: None,
    loading: Callable[[], bool] = lambda: False,
) -> None:
    """Return when the index holds whatever was written before, and what a load has written that is under way.

    Where no other process has the follower's lease, this one does the work; else it waits for that one, and goes on in
    its place should it die. `added` is told of documents where the index is made anew here. Raises Unavailable where
    the engine does not answer.
    """
    process = process_name()
    search = following(db, index, clock, added, loading)
    try:
        while True:
            more = loading()
            target = await db.read(moment)
            while await outward.step(db, search, process, clock()):
                pass
            found = await state(db, index)
            if found.fault and found.noted.followed:
                await db.write(begin_anew, found.noted)
                continue
            if not more and found.noted.followed == target.epoch and found.noted.followed_until >= target.position:
                return
            await asyncio.sleep(LOOKED)
    finally:
        await db.write(follow.release, [NAME], process, clock())
