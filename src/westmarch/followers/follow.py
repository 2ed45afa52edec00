"""Following the change log: each follower has a durable position, and one process at a time runs it.

A follower's effect and its position are written in one transaction, so that after a crash it neither misses a change
nor sees one twice. A lease keeps other processes away; when its holder dies, another takes over after `LEASE`.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.changes import queries as changes
from westmarch.changes.queries import Seen
from westmarch.db.sessions import Reading
from westmarch.followers.models import Follower

#: For how long a process may run a follower without telling that it lives.
LEASE = timedelta(seconds=30)
#: How many changes are handed over at once.
BATCH = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Following:
    """A follower: `handle` gets changes in order and makes what follows from them, in the session's transaction.

    `rebuild` makes all anew from the tables; it is called at the first start, on another database's history, and for
    changes that name no row. Pruning never passes a follower.
    """

    name: str
    handle: Callable[[Session, Sequence[Seen]], None]
    rebuild: Callable[[Session], None]


def step(session: Session, following: Following, process: str, now: datetime) -> int | None:
    """Let a follower see the next batch of changes, if `process` may run it at `now`.

    Returns how many changes it has passed (0: it is up to date), or None while another process holds the lease.
    """
    row = session.scalar(select(Follower).where(Follower.name == following.name).with_for_update())
    if row is None:
        row = Follower(name=following.name, epoch="", position=0)
        session.add(row)
    if row.leased_by not in (None, process) and row.leased_until is not None and row.leased_until > now:
        return None
    if row.leased_by != process or row.leased_until is None or row.leased_until - now < LEASE / 2:
        row.leased_by, row.leased_until = process, now + LEASE
    epoch, newest = changes.epoch(session), changes.position(session)
    if row.epoch != epoch or row.position > newest:
        logger.info("The follower %s starts anew at position %d.", following.name, newest)
        following.rebuild(session)
        row.epoch, row.position = epoch, newest
        return newest
    batch = changes.since(session, row.position, BATCH)
    if not batch:
        return 0
    if any(change.sweeping for change in batch):
        following.rebuild(session)
    else:
        following.handle(session, batch)
    row.position = batch[-1].position
    return len(batch)


def release(session: Session, names: Sequence[str], process: str) -> None:
    """Give the leases of a process back, so that another may go on at once."""
    for row in session.scalars(select(Follower).where(Follower.name.in_(names), Follower.leased_by == process)):
        row.leased_by = row.leased_until = None


def passed(session: Reading) -> int | None:
    """The position that all followers have passed, or None where there is no follower."""
    positions = session.scalars(select(Follower.position)).all()
    return min(positions) if positions else None
