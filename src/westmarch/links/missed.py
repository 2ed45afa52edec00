"""Which paths readers ask for in vain: counted without keeping anybody waiting, so that they can become redirects.

Counted in the memory of each process and written in batches. What stands in a query is never kept, and of an address
from which somebody came only the page.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, case, delete, func, select
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.holding import holds
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.errors import Invalid, WestmarchError
from westmarch.events import actions as events
from westmarch.links import paths
from westmarch.links.models import MissedPath

#: The schema that brought the table.
SCHEMA = "0007"
#: How often counts are written, in seconds.
FLUSH_INTERVAL = 10.0
#: Of so many paths counts are held in memory between two writes.
MOST_HELD = 500
#: How many rows are kept: the newest, and those that were asked for most. Together no more than twice as many.
KEPT = 500
#: No longer path and no longer address of a page is kept, in characters.
LONGEST = 300

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Miss:
    """How often a path was asked for, from where last, and when first and last."""

    hits: int
    referrer: str
    first_at: datetime
    last_at: datetime


class Missed:
    """The misses of this process that are not written yet. Used in the event loop alone."""

    def __init__(self) -> None:
        self._misses: dict[str, Miss] = {}
        self._stored = False

    def count(self, path: str, referrer: bytes, moment: datetime) -> None:
        """Count that somebody asked for a path that leads nowhere. One that no link can have is left out."""
        miss = self._misses.get(path)
        if miss is None:
            if len(self._misses) < MOST_HELD and _fits(path):
                self._misses[path] = Miss(1, page_of(referrer), moment, moment)
            return
        miss.hits += 1
        miss.last_at = moment
        miss.referrer = page_of(referrer) or miss.referrer

    @property
    def waiting(self) -> int:
        """How many misses are not written."""
        return sum(miss.hits for miss in self._misses.values())

    async def flush(self, db: Database, has_table: Callable[[Reading], bool]) -> bool:
        """Write what was counted; whether there was anything, and a table for it.

        Raises Unavailable where the database cannot be written. The counts are then kept for the next time.
        """
        if not self._misses:
            return False
        self._stored = self._stored or await db.read(has_table)
        if not self._stored:
            self._misses.clear()
            return False
        writing = asyncio.ensure_future(self._write(db))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing  # What has begun is brought to its end, so that nothing is counted twice.
            raise
        return True

    async def _write(self, db: Database) -> None:
        batch, self._misses = self._misses, {}
        try:
            await db.write(store, batch)
        except WestmarchError:
            since, self._misses = self._misses, batch
            for path, miss in since.items():
                if (before := batch.get(path)) is not None:
                    miss.hits += before.hits
                    miss.first_at = before.first_at
                if before is not None or len(batch) < MOST_HELD:
                    batch[path] = miss
            raise


def page_of(referrer: bytes) -> str:
    """The page of a header `Referer`, without its query; empty where it is none, or too long."""
    try:
        parts = urlsplit(referrer.decode("ascii"))
        page = f"{parts.scheme}://{parts.hostname}{parts.path}"
    except ValueError:
        return ""
    return page if parts.scheme in ("http", "https") and len(page) <= LONGEST and page.isprintable() else ""


def _fits(path: str) -> bool:
    try:
        return len(path) <= LONGEST and path.isprintable() and paths.claimable(paths.checked(path))
    except Invalid:
        return False


_missed = MissedPath.__table__
_ADD = {
    name: statement.on_conflict_do_update(
        index_elements=["path"],
        set_={
            "hits": _missed.c.hits + statement.excluded.hits,
            "referrer": case(
                (statement.excluded.referrer != "", statement.excluded.referrer), else_=_missed.c.referrer
            ),
            "last_at": statement.excluded.last_at,
        },
    )
    for name, statement in both(MissedPath).items()
}


def store(session: Session, misses: dict[str, Miss]) -> None:
    """Add misses to those that are stored, and forget the oldest of those that are few where there are too many."""
    rows = [
        {"path": path, "hits": m.hits, "referrer": m.referrer, "first_at": m.first_at, "last_at": m.last_at}
        for path, m in sorted(misses.items())
    ]
    if rows:
        session.execute(_ADD[session.get_bind().dialect.name], rows)
    if (session.scalar(select(func.count()).select_from(MissedPath)) or 0) > 2 * KEPT:
        newest = select(MissedPath.path).order_by(MissedPath.last_at.desc(), MissedPath.path).limit(KEPT)
        most = select(MissedPath.path).order_by(MissedPath.hits.desc(), MissedPath.path).limit(KEPT)
        session.execute(delete(MissedPath).where(MissedPath.path.not_in(newest), MissedPath.path.not_in(most)))


_SORTS: dict[str, ColumnElement[object]] = {
    "hits": _missed.c.hits, "last": _missed.c.last_at, "path": _missed.c.path,
}  # fmt: skip


def find(
    session: Reading, *, search: str = "", sort: str = "-hits", page: int = 1, size: int = 50
) -> tuple[Sequence[NamedRow], int]:
    """Page `page` of the paths that were asked for in vain (path, hits, referrer, first_at, last_at), and how many.

    Raises Invalid for an order that there is none of.
    """
    name = sort.removeprefix("-")
    if name not in _SORTS:
        raise Invalid(f"A list cannot be sorted by {sort[:60]!r}.", place="sort")
    column = _SORTS[name]
    statement = select(_missed)
    if wanted := search.strip():
        statement = statement.where(holds((_missed.c.path, _missed.c.referrer), wanted))
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    ordered = statement.order_by(column.desc() if sort.startswith("-") else column, _missed.c.path)
    return session.execute(ordered.limit(size).offset((page - 1) * size)).all(), total


def count(session: Reading) -> int:
    """How many paths were asked for in vain."""
    return session.scalar(select(func.count()).select_from(MissedPath)) or 0


def forget(session: Session, asked: Sequence[str], *, actor: str) -> int:
    """Forget paths that were asked for in vain, and return how many of them there were."""
    gone = session.execute(delete(MissedPath).where(MissedPath.path.in_(asked)).returning(MissedPath.path)).all()
    if gone:
        name = gone[0].path if len(gone) == 1 else f"{len(gone):,} paths"
        events.record(session, "missed.forgotten", actor=actor, detail={"name": name})
    return len(gone)


async def run(
    db: Database, missed: Missed, has_table: Callable[[Reading], bool], *, interval: float = FLUSH_INTERVAL
) -> None:
    """Write misses until cancelled, and what is left then. A database that is away is retried."""
    try:
        while True:
            await asyncio.sleep(interval)
            try:
                await missed.flush(db, has_table)
            except WestmarchError as error:
                logger.warning("%d paths without a page have to wait: %s", missed.waiting, error.message)
    finally:
        try:
            await missed.flush(db, has_table)
        except WestmarchError as error:
            logger.warning("%d paths without a page are lost: %s", missed.waiting, error.message)
