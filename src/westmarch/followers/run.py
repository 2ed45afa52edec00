"""Running followers in a process: woken by its own writes and by PostgreSQL, looking by themselves on SQLite."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from westmarch.changes import actions as change_actions
from westmarch.changes.triggers import CHANNEL
from westmarch.db.database import Database
from westmarch.db.engines import postgresql_engine
from westmarch.db.settled import cancellations
from westmarch.errors import Unavailable, Unreadable
from westmarch.followers import follow, outward
from westmarch.followers.follow import Following
from westmarch.followers.outward import Outward
from westmarch.followers.processes import process_name

#: How often changes of other processes are looked for, in seconds: SQLite tells nobody, PostgreSQL notifies.
INTERVAL = {"sqlite": 0.2, "postgresql": 5.0}
#: For how long writes are gathered after the first of them and between batches, in seconds: whoever has just written,
#: or waits for what was written, goes before, and what several writes ask for is made once.
GATHERING = 0.25
#: How often the change log is pruned, in seconds.
PRUNE_INTERVAL = 3600.0
#: How long a follower rests that failed, in seconds: at first, and at most after failing again and again.
REST, LONGEST_REST = 1.0, 300.0

logger = logging.getLogger(__name__)


async def catch_up(db: Database, following: Sequence[Following | Outward[Any]], process: str, now: datetime) -> None:
    """Let each follower see all changes that there are, but those of which another process holds the lease."""
    for one in following:
        while await _step(db, one, process, now):
            pass


async def _step(db: Database, following: Following | Outward[Any], process: str, now: datetime) -> bool:
    if isinstance(following, Outward):
        return await outward.step(db, following, process, now)
    return await db.write(follow.step, following, process, now)


@dataclass(slots=True)
class _Runner:
    """A follower in this process. After a failure it rests, ever longer, and does not stop the others."""

    following: Following | Outward[Any]
    failures: int = 0
    rests_until: float = 0.0

    async def step(self, db: Database, process: str, now: datetime) -> bool:
        """Let it see the next batch; whether there may be more for it."""
        if time.monotonic() < self.rests_until:
            return False
        try:
            more = await _step(db, self.following, process, now)
        except Exception as error:  # whatever is wrong with one follower, the others are to go on
            if isinstance(error, Unavailable) and not isinstance(error, Unreadable):
                raise
            rest = min(REST * 2**self.failures, LONGEST_REST)
            self.failures, self.rests_until = self.failures + 1, time.monotonic() + rest
            logger.exception("The follower %s failed; it tries again in %.0f s.", self.following.name, rest)
            return False
        self.failures = 0
        return more


async def run(db: Database, following: Sequence[Following | Outward[Any]], clock: Callable[[], datetime]) -> None:
    """Run followers until cancelled, then give the leases back. A database that is away is asked again."""
    process, bell, names = process_name(), asyncio.Event(), [one.name for one in following]
    runners = {one.name: _Runner(one) for one in following}
    pruned_at, said = -PRUNE_INTERVAL, ""
    async with _woken(db, bell):
        try:
            while True:
                bell.clear()
                try:
                    due = await db.read(follow.due, names, process, clock())
                    # A batch of each in turn: one that has far to go does not keep the others waiting.
                    more = [await runners[name].step(db, process, clock()) for name in names if name in due]
                    if time.monotonic() - pruned_at > PRUNE_INTERVAL:
                        pruned_at = time.monotonic()
                        await prune(db, clock())
                    said = ""
                except Unavailable as error:
                    if said != error.message:
                        logger.warning("Followers have to wait: %s %s", error.message, error.hint)
                    said = error.message
                    await asyncio.sleep(REST)
                    continue
                if not any(more):
                    # `asyncio.wait_for` of Python 3.11 goes on where it is cancelled while it is being woken.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(INTERVAL[db.dialect]):
                            await bell.wait()
                            await asyncio.sleep(GATHERING)
                elif not await _far(db, names):
                    await asyncio.sleep(GATHERING)
        finally:
            with contextlib.suppress(Unavailable):
                await db.write(follow.release, names, process, clock())


async def _far(db: Database, names: Sequence[str]) -> bool:
    """Whether there is more to see than writes of a moment: who has far to go goes on at once."""
    with contextlib.suppress(Unavailable):
        return await db.read(follow.behind, names) > follow.BATCH
    return False


async def prune(db: Database, now: datetime) -> int:
    """Delete the changes that nobody needs any more, in batches; how many they were."""
    await db.write(follow.forget, now)
    total = 0
    while done := await db.write(change_actions.prune, passed=await db.read(follow.passed), now=now):
        total += done
    return total


@asynccontextmanager
async def _woken(db: Database, bell: asyncio.Event) -> AsyncIterator[None]:
    """Ring the bell as long as the block runs: on PostgreSQL for what it notifies, on SQLite for own writes.

    PostgreSQL tells of own writes too, and only of those that are in the log: positions of followers are not.
    """
    if db.dialect != "postgresql":
        db.after_write.append(bell.set)
        try:
            yield
        finally:
            db.after_write.remove(bell.set)
        return
    task = asyncio.create_task(_listen(db, bell), name="listen for changes")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _listen(db: Database, bell: asyncio.Event) -> None:
    import asyncpg

    engine = postgresql_engine(db.url, poolclass=NullPool)

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
                logger.warning("The connection that told of changes was cut.")
            except (Unavailable, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                if cancellations():
                    raise asyncio.CancelledError from error
                logger.warning("Nobody tells of changes, they are looked for: %s", error)
            await asyncio.sleep(REST)
    finally:
        await engine.dispose()
