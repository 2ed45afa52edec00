"""The files of an import that have to be prepared: those that changed since they were stored, or are new."""

import asyncio
from collections.abc import Iterator

from westmarch.db.database import Database
from westmarch.transfer import earlier
from westmarch.transfer.earlier import Stored
from westmarch.transfer.items import Entry
from westmarch.transfer.origins import Origin
from westmarch.transfer.workers import Job

#: Files looked up in the database at once.
_CHUNK = 100


class Jobs:
    """The files to prepare, looked up chunk by chunk; those that have not changed are set aside to be told."""

    def __init__(self, db: Database, origin: Origin, entries: list[Entry]) -> None:
        self._db, self._origin, self._entries = db, origin, entries
        self._unchanged: list[tuple[Entry, Stored]] = []

    def iterate(self, loop: asyncio.AbstractEventLoop) -> Iterator[Job]:
        """In the thread that waits for the workers: the loop answers what is in the database."""
        for start in range(0, len(self._entries), _CHUNK):
            chunk = self._entries[start : start + _CHUNK]
            reading = self._db.read(earlier.stored, self._origin, chunk)
            known = asyncio.run_coroutine_threadsafe(reading, loop).result()
            for entry in chunk:
                stored = known.get(entry.key)
                if stored is not None and stored.source_hash == entry.source_hash:
                    self._unchanged.append((entry, stored))
                else:
                    yield entry, stored.source_hash if stored else None

    def take_unchanged(self) -> list[tuple[Entry, Stored]]:
        """Those set aside since the last call."""
        taken, self._unchanged = self._unchanged, []
        return taken
