"""A follower whose effect lies outside of the database, such as files: its position is written after the effect.

No transaction is open while it acts. After a crash it acts once more on what it may have done already, so what it does
must come to the same when it is done twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from westmarch.changes import queries as changes
from westmarch.changes.queries import Seen
from westmarch.db.database import Database
from westmarch.errors import Conflict, Unavailable
from westmarch.followers import follow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outward(Generic[T]):
    """`look` says from a batch of changes what there is to do, or from the tables alone (None): all of it, anew.

    `act` does it; where there is nothing (`look` says None), it is not called. At most `batch` changes are handed over
    at once. Leases and what makes a follower begin anew are those of `follow.Following`; `sweeps` says which changes
    it begins anew for. Where `act` raises Conflict, because what it acts on has become another one, it is as if it had
    not looked.
    """

    name: str
    look: Callable[[Session, Sequence[Seen] | None], T | None]
    act: Callable[[T], Awaitable[None]]
    batch: int = follow.BATCH
    sweeps: Callable[[Seen], bool] = attrgetter("sweeping")


@dataclass(frozen=True, slots=True)
class _Seen(Generic[T]):
    epoch: str
    position: int
    work: T | None


async def step(db: Database, following: Outward[T], process: str, now: datetime) -> bool:
    """Let a follower act on the next batch of changes, if `process` may run it at `now`; whether there was one."""
    seen = await db.write(_look, following, process, now)
    if seen is None:
        return False
    if seen.work is not None:
        try:
            async with _leased(db, following.name, process, now):
                await following.act(seen.work)
        except Conflict:
            return False
        await db.write(_passed, following.name, process, seen.epoch, seen.position)
    return True


@asynccontextmanager
async def _leased(db: Database, name: str, process: str, now: datetime) -> AsyncIterator[None]:
    """Renew the lease of a process as long as the block takes."""

    async def renew() -> None:
        moment = now
        while True:
            await asyncio.sleep(follow.LEASE.total_seconds() / 2)
            moment += follow.LEASE / 2
            with suppress(Unavailable):
                await db.write(follow.held, name, process, moment)

    task = asyncio.create_task(renew(), name=f"lease of {name}")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _look(session: Session, following: Outward[T], process: str, now: datetime) -> _Seen[T] | None:
    row = follow.held(session, following.name, process, now)
    if row is None:
        return None
    epoch, newest = changes.moment(session)
    anew = row.epoch != epoch or row.position > newest
    batch = [] if anew else changes.since(session, row.position, following.batch)
    if not anew and not batch:
        return None
    position = batch[-1].position if batch else newest
    anew = anew or any(map(following.sweeps, batch))
    work = following.look(session, None if anew else batch)
    if work is None:
        row.epoch, row.position = epoch, position
    return _Seen(epoch, position, work)


def _passed(session: Session, name: str, process: str, epoch: str, position: int) -> None:
    """Write the position, unless another process has taken over meanwhile: it goes on from where it found it."""
    row = follow.row_of(session, name)
    if row is not None and row.leased_by == process:
        row.epoch, row.position = epoch, position
