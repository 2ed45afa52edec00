"""A follower whose effect lies outside of the database, such as files: its position is written after the effect.

No transaction is open while it acts. After a crash it acts once more on what it may have done already, so what it does
must come to the same when it is done twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from westmarch.changes import queries as changes
from westmarch.changes.queries import Seen
from westmarch.db.database import Database
from westmarch.followers import follow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outward(Generic[T]):
    """`look` says from a batch of changes what there is to do, or from the tables alone (None): all of it, anew.

    `act` does it; where there is nothing (`look` says None), it is not called. Batches, leases and what makes a
    follower begin anew are those of `follow.Following`.
    """

    name: str
    look: Callable[[Session, Sequence[Seen] | None], T | None]
    act: Callable[[T], Awaitable[None]]


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
        await following.act(seen.work)
        await db.write(_passed, following.name, process, seen.epoch, seen.position)
    return True


def _look(session: Session, following: Outward[T], process: str, now: datetime) -> _Seen[T] | None:
    row = follow.held(session, following.name, process, now)
    if row is None:
        return None
    epoch, newest = changes.epoch(session), changes.position(session)
    anew = row.epoch != epoch or row.position > newest
    batch = [] if anew else changes.since(session, row.position, follow.BATCH)
    if not anew and not batch:
        return None
    position = batch[-1].position if batch else newest
    anew = anew or any(change.sweeping for change in batch)
    work = following.look(session, None if anew else batch)
    if work is None:
        row.epoch, row.position = epoch, position
    return _Seen(epoch, position, work)


def _passed(session: Session, name: str, process: str, epoch: str, position: int) -> None:
    """Write the position, unless another process has taken over meanwhile: it goes on from where it found it."""
    row = follow.row_of(session, name)
    if row is not None and row.leased_by == process:
        row.epoch, row.position = epoch, position
