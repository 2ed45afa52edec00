"""The process beside a load of books that keeps the search index, on another core, while the load goes on.

It follows the log as a server does, under the follower's lease, so that neither is in the way of the other. Killed at
any instant, or with the load, it leaves the index that was in use.
"""

import asyncio
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from westmarch.errors import Unavailable
from westmarch.settings import Settings

#: What the process is told when the load is over, and what it says when the index is up to date.
_OVER = ""


class IndexProcess:
    """The process, from its start until `close`."""

    def __init__(self, settings: Settings) -> None:
        # Not forked: this process has threads, and a lock that one of them holds would stay locked in the child.
        context = multiprocessing.get_context("spawn")
        self._told, told = context.Pipe()
        self._process = context.Process(target=_run, args=(settings, told), name="search index", daemon=True)
        self._process.start()
        told.close()

    async def finish(self, added: Callable[[int], None]) -> bool:
        """Let it bring the index up to date; whether it could: a process may be killed.

        `added` is told of documents, those first that there are already. Raises Unavailable where the engine does not
        answer.
        """
        try:
            self._told.send(_OVER)
            while True:
                found = await asyncio.to_thread(self._told.recv)
                if found == _OVER:
                    return True
                if isinstance(found, str):
                    raise Unavailable(found)
                added(found)
        except (EOFError, OSError):
            return False

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.terminate()
        self._process.join()
        self._process.close()
        self._told.close()


class Added:
    """Tells of documents that were added, once the load is over.

    Until then nobody reads what is told: some 280 messages fill the pipe, and the next one would hold up all else.
    """

    def __init__(self, told: Connection, over: threading.Event) -> None:
        self._told = told
        self._over = over
        self._untold = 0

    def __call__(self, more: int) -> None:
        """Tell of so many more, and of those not told yet."""
        self._untold += more
        if self._untold and self._over.is_set():
            self._told.send(self._untold)
            self._untold = 0


def _run(settings: Settings, told: Connection) -> None:
    # Ctrl-C reaches all processes of a terminal; only the one that loads is to decide what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        asyncio.run(_follow(settings, told))
        told.send(_OVER)
    except Unavailable as error:
        told.send(error.message)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


async def _follow(settings: Settings, told: Connection) -> None:
    import gc

    import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
    from westmarch.db.database import open_database
    from westmarch.db.types import now
    from westmarch.search.catching_up import catch_up
    from westmarch.search.running import open_of

    gc.freeze()
    gc.set_threshold(100_000)
    over = threading.Event()
    added = Added(told, over)

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            told.recv()
        over.set()

    threading.Thread(target=listen, daemon=True).start()
    async with open_database(settings.database_url) as db:
        index = open_of(settings)
        try:
            await catch_up(db, index, now, added, lambda: not over.is_set())
            added(0)
        finally:
            await index.close()
