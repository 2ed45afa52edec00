"""Stopping at Ctrl-C: a thread cannot be stopped from outside, so what runs in one looks whether it still should."""

import asyncio
from collections.abc import Coroutine
from threading import Event
from typing import Any, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """Ends work of which nobody waits for the end any more."""


class Stop:
    """Tells work that it should end."""

    def __init__(self) -> None:
        self._event = Event()

    def set(self) -> None:
        """Tell it."""
        self._event.set()

    def check(self) -> None:
        """Look, from inside the work. Raises Stopped."""
        if self._event.is_set():
            raise Stopped


async def to_its_end(work: Coroutine[Any, Any, T], stop: Stop) -> T:
    """What the work returns. Cancelled, it is told to stop, and awaited: it leaves nothing half done behind.

    If it was too late to stop it, its result is returned nevertheless.
    """
    running = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        (ended,) = await asyncio.gather(running, return_exceptions=True)
        if isinstance(ended, BaseException):
            raise
        return ended
