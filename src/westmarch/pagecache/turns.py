"""Answers from the store that are given together: one check for all that were asked for in a turn of the event loop."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from westmarch.pagecache.cache import HIT, UNCHECKED
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.middleware import FromCache
from westmarch.pagecache.store import Entry, Key

#: What the turn is called in the state that the program hands to its server when it starts.
TURN = "westmarch.turn"


class PendingRequest(Protocol):
    """A request for a page that was in the store when it came."""

    key: Key

    def answer(self, front: FromCache, entry: Entry, status: tuple[bytes, bytes]) -> None:
        """Answer with the page; `status` is the header Cache-Status."""

    def pass_on(self) -> None:
        """Let the program answer, as if it had not been held up."""


class Turn:
    """Requests that wait for their check, at most until the event loop has read what else there is to read.

    The check is made by a callback, after all who wait for it were read from their sockets. So what had been committed
    when they came is seen, in whatever order the loop reads and calls.
    """

    def __init__(self, front: FromCache) -> None:
        self.front = front
        self.cache = front.cache
        self._waiting: list[PendingRequest] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, request: PendingRequest) -> None:
        """Have a request answered, after the next check."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._end)
        self._waiting.append(request)

    def _end(self) -> None:
        waiting, self._waiting = self._waiting, []
        check = self.cache.check
        if check is None:
            self._answer(waiting, State.BUSY)
            return
        asked = False
        try:
            current = check.anew()
            asked = True
        finally:
            if not asked:  # What it could not cope with must not cost those who wait their answers.
                self._answer(waiting, State.BUSY)
        if current:
            self._answer(waiting, State.CURRENT)
        else:
            task = asyncio.create_task(self._wait(check, waiting), name="check for a turn")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _wait(self, check: Check, waiting: Sequence[PendingRequest]) -> None:
        state = State.BUSY
        try:
            state = await check.wait()
        finally:
            self._answer(waiting, state)

    def _answer(self, waiting: Sequence[PendingRequest], state: State) -> None:
        """Answer all, by the program where the store does not know any more, or cannot tell."""
        status = UNCHECKED if state is State.AWAY else HIT
        answered = 0
        try:
            for request in waiting:
                entry = None if state is State.BUSY else self.cache.store.get(request.key)
                if entry is None:
                    request.pass_on()
                else:
                    request.answer(self.front, entry, status)
                answered += 1
        finally:
            for request in waiting[answered:]:  # None, unless an answer has failed: the program says what is wrong.
                request.pass_on()
