"""Running followers in a process: woken by its own writes and by PostgreSQL, looking by themselves on SQLite."""

import asyncio
import contextlib
import logging
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from westmarch.changes import actions as change_actions
from westmarch.changes import queries as changes
from westmarch.changes.triggers import CHANNEL
from westmarch.db.database import Database
from westmarch.errors import Unavailable
from westmarch.followers import follow
from westmarch.followers.follow import Following

#: How often changes of other processes are looked for, in seconds: SQLite tells nobody, PostgreSQL notifies.
INTERVAL = {"sqlite": 0.2, "postgresql": 5.0}
#: How often a follower that another process runs is asked for, and our own leases are told anew, in seconds.
LEASE_INTERVAL = follow.LEASE.total_seconds() / 3
#: How often the change log is pruned, in seconds.
PRUNE_INTERVAL = 3600.0

logger = logging.getLogger(__name__)


def process_name() -> str:
    """A name for this process that no other one has."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


async def catch_up(db: Database, following: Sequence[Following], process: str, now: datetime) -> bool:
    """Let each follower see all changes that there are; False where another process holds a lease."""
    held = False
    for one in following:
        while passed := await db.write(follow.step, one, process, now):
            pass
        held = held or passed is None
    return not held


async def run(db: Database, following: Sequence[Following], clock: Callable[[], datetime]) -> None:
    """Run followers until cancelled, then give the leases back. A database that is away is asked again."""
    process, bell = process_name(), asyncio.Event()
    db.after_write.append(bell.set)
    seen, told_at, pruned_at = -1, float("-inf"), time.monotonic()
    async with _listening(db, bell):
        try:
            while True:
                bell.clear()
                try:
                    newest, moment = await db.read(changes.position), time.monotonic()
                    if newest != seen or moment - told_at > LEASE_INTERVAL:
                        await catch_up(db, following, process, clock())
                        seen, told_at = newest, moment
                    if moment - pruned_at > PRUNE_INTERVAL:
                        pruned_at = moment
                        await prune(db, clock())
                except Unavailable as error:
                    logger.warning("Followers have to wait: %s", error.message)
                    await asyncio.sleep(1)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), INTERVAL[db.dialect])
        finally:
            db.after_write.remove(bell.set)
            with contextlib.suppress(Unavailable):
                await db.write(follow.release, [one.name for one in following], process)


async def prune(db: Database, now: datetime) -> int:
    """Delete the changes that nobody needs any more, in batches; how many they were."""
    total = 0
    while (passed := await db.read(follow.passed)) is not None:
        done = await db.write(change_actions.prune, passed=passed, now=now)
        total += done
        if done < change_actions.BATCH:
            break
    return total


@asynccontextmanager
async def _listening(db: Database, bell: asyncio.Event) -> AsyncIterator[None]:
    """Ring the bell for what PostgreSQL notifies, as long as the block runs; nothing on SQLite."""
    if db.dialect != "postgresql":
        yield
        return
    task = asyncio.create_task(_listen(db, bell), name="listen for changes")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(db: Database, bell: asyncio.Event) -> None:
    engine = create_async_engine(db.url, poolclass=NullPool, connect_args={"timeout": 5})

    def ring(*_arguments: Any) -> None:
        bell.set()

    try:
        while True:
            lost = asyncio.Event()
            try:
                async with engine.connect() as connection:
                    raw: Any = (await connection.get_raw_connection()).driver_connection
                    raw.add_termination_listener(lambda _connection, lost=lost: lost.set())
                    await raw.add_listener(CHANNEL, ring)
                    bell.set()  # what came while nobody listened
                    await lost.wait()
            except (DBAPIError, OSError) as error:
                logger.warning("Nobody tells of changes, they are looked for: %s", error)
            await asyncio.sleep(1)
    finally:
        await engine.dispose()
