"""The check on PostgreSQL where a few milliseconds do not matter: notices are believed, and hits wait for nothing."""

import asyncio
import contextlib
import time
from typing import Any

from westmarch.changes.triggers import CHANNEL
from westmarch.db.database import Database
from westmarch.pagecache.journal import Journal
from westmarch.pagecache.postgresql_check import PostgreSQLCheck

#: How often the position is asked for where no notice has come, in seconds: notices can be lost unknowingly.
HEARTBEAT = 1.0
#: For so long pages are answered at once after a question that was answered, in seconds; so old may a page be at most.
STALENESS = 2.0


class NotifyCheck(PostgreSQLCheck):
    """Pages are answered at once while nothing is known of a change; from a notice on until it is caught up they wait.

    Notices come on the connection that asks, so that a question which is answered proves that they can come. Where
    none has been answered within `STALENESS`, and after each write of this process, it checks as `PostgreSQLCheck`.
    """

    def __init__(self, db: Database, journal: Journal) -> None:
        super().__init__(db.url, journal)
        self._until = 0.0
        self._heard = 0
        self._writes = db.after_write
        self._writes.append(self._hear)
        self._beating = asyncio.create_task(self._beat(), name="heartbeat of the page cache")

    def at_once(self) -> bool:
        return time.monotonic() < self._until

    def _hear(self, *_notice: Any) -> None:
        """Something has changed."""
        self._until = 0.0
        self._heard += 1
        self._asked_for()

    async def _beat(self) -> None:
        while True:
            await self.wait()
            await asyncio.sleep(HEARTBEAT)

    async def _connect(self) -> None:
        await super()._connect()
        self._driver.add_termination_listener(self._forget)
        await self._driver.add_listener(CHANNEL, self._hear)

    async def _catch_up(self) -> None:
        began, heard = time.monotonic(), self._heard
        await super()._catch_up()
        if heard == self._heard:
            self._until = began + STALENESS

    def _forget(self, _connection: object) -> None:
        self._until = 0.0

    async def close(self) -> None:
        self._writes.remove(self._hear)
        self._beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._beating
        await super().close()
