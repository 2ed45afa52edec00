"""The processes beside the one that writes: they prepare files a little ahead of it, in order."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from westmarch.transfer.items import Entry
from westmarch.transfer.preparing import Failed, Prepared, prepare
from westmarch.transfer.reader import Reader

#: Fewer files than this are prepared in the process itself: another one takes half a second to start.
FEW = 64
#: Files that are prepared ahead, for each process: memory does not grow with the blog.
_AHEAD = 8

#: A file, and the hash that was stored for it before.
Job = tuple[Entry, str | None]
Result = tuple[Entry, str | None, Prepared | Failed]


@dataclass(frozen=True, slots=True)
class _Work:
    readers: tuple[Reader, ...]
    language: str


_work: _Work | None = None


def _begin(work: _Work) -> None:
    global _work  # noqa: PLW0603 - a process of a pool has no other place for what it is told at its start
    _work = work
    # Ctrl-C reaches all processes of a terminal; only the one that writes is to decide what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool does not notice that its parent was killed, and would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _run(entry: Entry, stored_hash: str | None) -> Prepared | Failed:
    assert _work is not None
    return prepare(_work.readers[entry.blog], entry, stored_hash, _work.language)


class Workers:
    """Prepares files: in other processes where there are many, else here."""

    def __init__(self, readers: tuple[Reader, ...], language: str, *, many: bool) -> None:
        self._given = _Work(readers, language)
        self._count = max(1, min(4, (os.cpu_count() or 1) - 1))
        self._closed = False
        self._pool = self._new_pool() if many and (os.cpu_count() or 1) > 1 else None

    def _new_pool(self) -> ProcessPoolExecutor:
        # Not forked: the parent has threads, and a lock that one of them holds would stay locked in the child.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_begin, initargs=(self._given,))

    def close(self) -> None:
        """End the processes. No other ones are started for files that are under way."""
        self._closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def prepared(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """Each file with what was made of it, in order. Blocks while it waits."""
        if self._pool is None:
            for entry, stored_hash in jobs:
                yield entry, stored_hash, self._here(entry, stored_hash)
            return
        waiting: deque[tuple[Entry, str | None, Future[Prepared | Failed]]] = deque()
        for entry, stored_hash in jobs:
            waiting.append((entry, stored_hash, self._submit(entry, stored_hash)))
            if len(waiting) > self._count * _AHEAD:
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _here(self, entry: Entry, stored_hash: str | None) -> Prepared | Failed:
        return prepare(self._given.readers[entry.blog], entry, stored_hash, self._given.language)

    def _answers(self) -> bool:
        """Whether a process can be started and does anything."""
        assert self._pool is not None
        try:
            return self._pool.submit(os.getpid).result() > 0
        except BrokenProcessPool:
            return False

    def _submit(self, entry: Entry, stored_hash: str | None) -> Future[Prepared | Failed]:
        future: Future[Prepared | Failed] = Future()
        if self._pool is None:
            return future
        try:
            return self._pool.submit(_run, entry, stored_hash)
        except BrokenProcessPool as error:
            future.set_exception(error)
            return future

    def _next(self, waiting: deque[tuple[Entry, str | None, Future[Prepared | Failed]]]) -> Result:
        entry, stored_hash, future = waiting.popleft()
        if self._pool is None:
            return entry, stored_hash, self._here(entry, stored_hash)
        try:
            return entry, stored_hash, future.result()
        except BrokenProcessPool:
            return entry, stored_hash, self._again(entry, stored_hash, waiting)

    def _again(
        self, entry: Entry, stored_hash: str | None, waiting: deque[tuple[Entry, str | None, Future[Prepared | Failed]]]
    ) -> Prepared | Failed:
        """After a process has died: this file alone in a new one, then the others that were under way."""
        assert self._pool is not None
        if self._closed:
            return Failed("the import was stopped")
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new_pool()
        if not self._answers():
            # No process can be started here at all: the rest is done without.
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
            return self._here(entry, stored_hash)
        try:
            found = self._pool.submit(_run, entry, stored_hash).result()
        except BrokenProcessPool:
            found = Failed("the process that read it ended; the text or one of its pictures is too much for it")
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._new_pool()
        under_way = list(waiting)
        waiting.clear()
        waiting.extend((one, known, self._submit(one, known)) for one, known, _ in under_way)
        return found
