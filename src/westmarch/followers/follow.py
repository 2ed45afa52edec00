"""Following the change log: each follower has a durable position, and one process at a time runs it.

A follower's effect and its position are written in one transaction, so that after a crash it neither misses a change
nor sees one twice. A lease keeps other processes away; when its holder dies, another takes over: at once on the same
machine, where it sees that the process is gone, else after `LEASE`.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select
from sqlalchemy.orm import Session

from westmarch.changes import queries as changes
from westmarch.changes.queries import Seen
from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.followers.models import Follower
from westmarch.followers.processes import has_died

#: For how long a process may run a follower without telling that it lives.
LEASE = timedelta(seconds=30)
#: After how long a follower that nobody runs is forgotten.
FORGOTTEN = timedelta(days=30)
#: How many changes are handed over at once.
BATCH = 500

_follower = Follower.__table__
# Statements are built once: while somebody writes, each follower runs them several times a second.
_ROW = select(Follower).where(Follower.name == bindparam("name")).with_for_update(skip_locked=True)
_NAMED = _follower.c.name.in_(bindparam("names", expanding=True))
_ROWS, _LAST = select(*_follower.c).where(_NAMED), select(func.min(_follower.c.position)).where(_NAMED)

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


def due(session: Reading, names: Sequence[str], process: str, now: datetime) -> set[str]:
    """Which of these followers `process` has to let step at `now`: they have something to see or a lease to renew.

    A look, so that processes that may not run a follower do not stand in the way of those that write.
    """
    epoch, newest = changes.moment(session)
    rows = {row.name: row for row in session.execute(_ROWS, {"names": names})}
    return {
        name
        for name in names
        if (row := rows.get(name)) is None
        or (
            (row.epoch != epoch or row.position != newest or _runs_out(row, process, now))
            and not _held_elsewhere(row, process, now)
        )
    }


def step(session: Session, following: Following, process: str, now: datetime) -> bool:
    """Let a follower see the next batch of changes, if `process` may run it at `now`.

    Returns whether there was something to see; where another process holds the lease there is not.
    """
    row = held(session, following.name, process, now)
    if row is None:
        return False
    epoch, newest = changes.moment(session)
    if row.epoch != epoch or row.position > newest:
        logger.info("The follower %s starts anew at position %d.", following.name, newest)
        following.rebuild(session)
        row.epoch, row.position = epoch, newest
        return True
    batch = changes.since(session, row.position, BATCH)
    if not batch:
        return False
    if any(change.sweeping for change in batch):
        following.rebuild(session)
    else:
        following.handle(session, batch)
    row.position = batch[-1].position
    return True


def held(session: Session, name: str, process: str, now: datetime) -> Follower | None:
    """The follower's row, locked and leased to `process`; None where another one has it."""
    row = row_of(session, name)
    if row is None or _held_elsewhere(row, process, now):
        return None
    if _runs_out(row, process, now):
        row.leased_by, row.leased_until = process, now + LEASE
    return row


def behind(session: Reading, names: Sequence[str]) -> int:
    """How many positions the last of these followers has before it at most."""
    last = session.execute(_LAST, {"names": names}).scalar()
    return changes.position(session) - (last or 0)


def release(session: Session, names: Sequence[str], process: str, now: datetime) -> None:
    """Give the leases of a process back, so that another may go on at once."""
    for row in session.scalars(select(Follower).where(Follower.name.in_(names), Follower.leased_by == process)):
        row.leased_by, row.leased_until = None, now


def forget(session: Session, now: datetime) -> None:
    """Forget followers that no process has run for `FORGOTTEN`, so that the log need not grow for them.

    Should one come back, it starts anew.
    """
    session.execute(delete(Follower).where(Follower.leased_until < now - FORGOTTEN))


def passed(session: Reading) -> int:
    """The position that all followers have passed: the newest one where there is no follower."""
    return session.scalar(select(func.min(Follower.position))) or changes.position(session)


def row_of(session: Session, name: str) -> Follower | None:
    """The follower's row, locked, and made where there is none; None while another transaction has it."""
    row = session.scalar(_ROW, {"name": name})
    if row is None:
        make = both(Follower)[session.get_bind().dialect.name].on_conflict_do_nothing()
        session.execute(make, {"name": name, "epoch": "", "position": 0})
        row = session.scalar(_ROW, {"name": name})
    return row


def _held_elsewhere(row: Row[Any] | Follower, process: str, now: datetime) -> bool:
    if row.leased_by in (None, process) or row.leased_until is None or row.leased_until <= now:
        return False
    return not has_died(row.leased_by)


def _runs_out(row: Row[Any] | Follower, process: str, now: datetime) -> bool:
    return row.leased_by != process or row.leased_until is None or row.leased_until - now < LEASE / 2
