"""Limits on guessing: how often somebody has tried, and for how long they have to wait before they may again.

An attempt is counted before the password is looked at, so that many at once are no way around, and taken back when it
was right. Nobody can lock somebody else out: from another address only the address's own count holds them, and the
count of an account alone makes its attempts slower, never refuses them. One-time links always work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.addresses import network
from westmarch.accounts.models import Attempt
from westmarch.accounts.queries import LONGEST
from westmarch.accounts.secrets import hashed
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.db.upsert import both
from westmarch.errors import TooMany
from westmarch.subjects.names import fold

#: What was tried so long ago is forgotten.
FORGOTTEN = timedelta(days=1)
#: From so many attempts on an account from all addresses, each waits, longer and longer, at most so many seconds.
SLOWED, SLOWEST = 100, 3.0

_attempt = Attempt.__table__
_FOUND = select(_attempt.c.key, _attempt.c.failures, _attempt.c.last_at).where(
    _attempt.c.key.in_(bindparam("keys", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A count: after `free` attempts each has to wait, one second first, twice as long each time, `longest` at most."""

    key: str
    free: int
    longest: float

    def wait(self, failures: int) -> float:
        """For how many seconds after the last of so many attempts nobody may try again."""
        if failures < self.free:
            return 0.0
        return float(min(2 ** min(failures - self.free, 20), self.longest))


def limits(name: str, address: str) -> tuple[Limit, Limit, Limit]:
    """The counts for signing in: by account and address, by address, and by account alone, which refuses nobody."""
    net, folded = network(address), fold(name[:LONGEST])
    return (
        Limit(_key("both", folded, net), 10, 900),
        Limit(_key("address", net), 50, 60),
        Limit(_key("account", folded), SLOWED, 0),
    )


def asking(address: str) -> Limit:
    """The count for asking for a letter with a link: by address."""
    return Limit(_key("asking", network(address)), 5, 900)


def slowed(failures: int) -> float:
    """How many seconds an attempt on an account waits that had so many."""
    return min(max(failures - SLOWED, 0) / SLOWED, SLOWEST)


def _key(*parts: str) -> str:
    return hashed("\0".join(parts))


def count(session: Session, counts: Sequence[Limit]) -> dict[str, int]:
    """Count an attempt; how many there were before it, by key. Raises TooMany where it may not be yet.

    Rows are taken in one order, so that two attempts at once do not wait for each other.
    """
    moment = now()
    session.execute(delete(Attempt).where(Attempt.last_at < moment - FORGOTTEN))
    insert = both(Attempt)[session.get_bind().dialect.name]
    rows = [{"key": key, "failures": 0, "last_at": moment} for key in sorted(limit.key for limit in counts)]
    taken = insert.values(rows).on_conflict_do_update(
        index_elements=[_attempt.c.key], set_={"failures": _attempt.c.failures}
    )
    found = {row.key: row for row in session.execute(taken.returning(*_attempt.c))}
    for limit in counts:
        _require(limit, found[limit.key], moment)
    counted = update(Attempt).where(Attempt.key.in_(found)).values(failures=Attempt.failures + 1, last_at=moment)
    session.execute(counted)
    return {key: row.failures for key, row in found.items()}


def take_back(session: Session, counts: Sequence[Limit]) -> None:
    """Take back an attempt that was right. What its account and address had together is forgotten with it."""
    together, *others = counts
    session.execute(delete(Attempt).where(Attempt.key == together.key))
    keys = [limit.key for limit in others]
    less = update(Attempt).where(Attempt.key.in_(keys), Attempt.failures > 0).values(failures=Attempt.failures - 1)
    session.execute(less)


def require(session: Reading, counts: Sequence[Limit]) -> None:
    """Raises TooMany where an attempt may not be yet. It only reads, so that a flood of attempts writes nothing."""
    moment = now()
    rows = {row.key: row for row in session.execute(_FOUND, {"keys": [limit.key for limit in counts]})}
    for limit in counts:
        if (row := rows.get(limit.key)) is not None:
            _require(limit, row, moment)


def _require(limit: Limit, row: NamedRow, moment: datetime) -> None:
    wait = limit.wait(row.failures)
    # Another process may have written a moment after ours: only who has to wait at all is asked for how long.
    if wait and (seconds := wait - (moment - row.last_at).total_seconds()) > 0:
        raise TooMany(seconds)
