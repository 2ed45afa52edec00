"""Loading a catalogue: batch by batch, or all of it in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.books import removing
from westmarch.books.entries import Outcome
from westmarch.books.loading.reading import Given, Reading
from westmarch.books.loading.report import Report
from westmarch.books.models import Book
from westmarch.books.models import Reading as Shelved
from westmarch.books.storing import TABLES, Storing, logging
from westmarch.changes.unlogged import sweep, take_back
from westmarch.db.database import Database
from westmarch.db.settled import to_its_end
from westmarch.errors import Invalid, Unavailable

#: How many rows are stored in one transaction.
BATCH = 5_000


class _Rehearsed(Exception):
    """What a dry run raises to be rolled back."""


@dataclass(slots=True)
class Load:
    """One load. `replace`: what the files do not have goes, in the same transaction; `dry_run`: all is rolled back.

    `made` is called in each transaction of rows with what became of them; `committed` behind it, with their number.
    """

    reading: Reading
    report: Report
    replace: bool = False
    dry_run: bool = False
    made: Callable[[Session, Sequence[Outcome]], None] = lambda _session, _outcomes: None
    committed: Callable[[int], None] = lambda _rows: None
    _storing: Storing = field(default_factory=Storing, init=False)
    _tried: list[Given] | None = field(default=None, init=False)

    async def run(self, db: Database) -> None:
        """Load all rows. Raises Invalid for files that cannot be taken, Unavailable where the engine cannot answer."""
        if db.dialect == "sqlite":
            await db.write(_with_room)
        rows = self.reading.entries()
        batches = iter(lambda: list(islice(rows, BATCH)), [])
        if self.replace or self.dry_run:
            with suppress(_Rehearsed):
                await db.write(self._at_once, batches)
                self.committed(self.report.counts.total())
        else:
            for batch in batches:
                await to_its_end(self._settle(db, batch))
        self.report.end(self.reading.remarks)

    async def _settle(self, db: Database, batch: list[Given]) -> None:
        self._tell(batch, await db.write(self._one, batch))
        self.committed(len(batch))

    def _one(self, session: Session, batch: list[Given]) -> list[Outcome]:
        """A batch in a transaction of its own."""
        if batch is self._tried:  # The transaction is tried again: what it made is not there.
            self._storing.forget()
        self._tried = batch
        return self._store(session, batch)

    def _store(self, session: Session, batch: list[Given]) -> list[Outcome]:
        """What became of all rows of a batch, in order, those among them that could not be read."""
        stored = self._storing.store(session, [given.entry for given in batch if given.entry is not None])
        self.made(session, stored)
        outcomes = iter(stored)
        return [Outcome("refused", None, given.problem) if given.entry is None else next(outcomes) for given in batch]

    def _tell(self, batch: list[Given], outcomes: list[Outcome]) -> None:
        self._storing.stored(outcomes)
        for given, outcome in zip(batch, outcomes, strict=True):
            self.report.add(given, outcome)

    def _at_once(self, session: Session, batches: Iterator[list[Given]]) -> None:
        """All batches in one transaction: readers see the catalogue before it, then the one after it."""
        if self._tried is not None:
            raise Unavailable("Another write was in the way.", hint="Run the load again.")
        # The first change in the log says that all may be another: nobody who follows it sees a part of this.
        announced = sweep(session.connection(), TABLES, {}) if self.replace else ()
        for batch in batches:
            self._tried = batch
            self._tell(batch, self._store(session, batch))
        if self.replace:
            self._look_whole()
            self._remove(session)
            if not any(self.report.counts[fate] for fate in ("new", "updated", "removed")):
                take_back(session.connection(), announced)
        if self.dry_run:
            raise _Rehearsed

    def _look_whole(self) -> None:
        """Raise Invalid for files that do not hold a whole catalogue: what they lack would be taken away."""
        if self.reading.damaged:
            told = "; ".join(f"{name}: {remark}" for name, remark in self.reading.remarks)
            hint = "Get it whole, or load it without --replace."
            raise Invalid(f"A file is not whole, so nothing was replaced ({told}).", hint=hint)
        if not any(self.report.counts[fate] for fate in ("new", "updated", "unchanged")):
            hint = "`westmarch books remove` takes away books."
            raise Invalid("The files hold no book, so nothing was replaced.", hint=hint)

    def _remove(self, session: Session) -> None:
        """Take away the books that the files do not have, but for those on the shelf."""
        touched = self._storing.matching.touched
        shelved = set(session.scalars(select(Shelved.book_id)))
        gone = [id_ for id_ in session.scalars(select(Book.id)) if id_ not in touched]
        with logging(session, len(gone)):
            removing.remove(session, [id_ for id_ in gone if id_ not in shelved])
        kept = sum(id_ in shelved for id_ in gone)
        self.report.counts["removed"] = len(gone) - kept
        if kept:
            self.reading.remarks.append(("", f"{kept} books that the files do not have stay: they are on the shelf"))


def _with_room(session: Session) -> None:
    """Let SQLite keep so many KiB of pages: in its usual 2 MiB the indexes of many books come and go all the time.

    What was committed stays in the write-ahead log, on the disk, until that has so many pages: to write them back after
    each batch would write those of the indexes, which every batch changes, again and again.
    """
    connection = session.connection()
    connection.exec_driver_sql("PRAGMA cache_size=-65536")
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint=16000")
