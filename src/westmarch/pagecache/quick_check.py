"""The exact check on PostgreSQL, quick where nothing is new, which is nearly always."""

import asyncio

from sqlalchemy import URL

from westmarch.pagecache import postgresql_check
from westmarch.pagecache.check import State
from westmarch.pagecache.journal import Journal
from westmarch.pagecache.postgresql_check import PostgreSQLCheck, tell
from westmarch.pagecache.question import Question, answer


class QuickCheck(PostgreSQLCheck):
    """Asks in bytes whether the position is still the known one; for all else through the driver."""

    def __init__(self, url: URL, journal: Journal) -> None:
        super().__init__(url, journal)
        self._question: Question | None = None
        self._known = b""
        self._asked_by: list[asyncio.Future[State]] = []
        self._patience: asyncio.TimerHandle | None = None

    def _begin(self) -> None:
        if self._closing or self._question is None or self._question.lost:
            super()._begin()
            return
        self.asked += 1
        self._asked_by, self._waiting = self._waiting, []
        self._patience = asyncio.get_running_loop().call_later(postgresql_check.PATIENCE, self._silent)
        self._question.ask(self._known)

    def _told(self) -> list[asyncio.Future[State]]:
        """The question has been answered, or never will be; those for whom it was asked."""
        if self._patience is not None:
            self._patience.cancel()
        asked_by, self._asked_by = self._asked_by, []
        return asked_by

    def _same(self) -> None:
        """Nothing is new."""
        self._answer(self._told(), State.CURRENT)

    def _other(self) -> None:
        """Something is new, or wrong: the driver will tell what."""
        self._waiting = self._told() + self._waiting
        super()._begin()

    def _silent(self) -> None:
        """There was no answer: the driver shall find the connection closed."""
        if self._question is not None:
            self._question.give_back()
        self._driver.terminate()
        self._other()

    async def _connect(self) -> None:
        await super()._connect()
        self._question = Question(self._driver, self._position.get_name(), same=self._same, other=self._other)

    async def _catch_up(self) -> None:
        await super()._catch_up()
        self._known = answer(*map(str, self._newest_told))

    async def _drop(self) -> None:
        self._question = None
        await super()._drop()

    async def close(self) -> None:
        if self._asked_by and self._question is not None:
            self._question.give_back()
        if self._patience is not None:
            self._patience.cancel()
        tell(self._asked_by, State.AWAY)
        await super().close()
