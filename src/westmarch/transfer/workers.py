"""The processes beside the one that writes: they prepare files a little ahead of it, in order and in batches."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice

from westmarch.transfer.items import Entry
from westmarch.transfer.preparing import Failed, Prepared, prepare
from westmarch.transfer.reader import Reader

#: Fewer files than this are prepared in the process itself: another one takes half a second to start.
FEW = 64
#: Batches that are prepared ahead, for each process: memory does not grow with the blog.
_AHEAD = 3
#: A batch has so many files, and ends before where it is so large (in characters) or has taken so long (in seconds).
_FILES, _CHARACTERS, _SECONDS = 16, 500_000, 0.25

#: A file, and the hash that was stored for it before.
Job = tuple[Entry, str | None]
Result = tuple[Entry, str | None, Prepared | Failed]
_Waiting = deque[tuple[list[Job], Future[list[Prepared | Failed]]]]


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


def _run(jobs: Sequence[Job]) -> list[Prepared | Failed]:
    assert _work is not None
    return _prepared(_work, jobs)


def _prepared(work: _Work, jobs: Sequence[Job]) -> list[Prepared | Failed]:
    """What is made of these files, or of the first of them where they are large or take long; of one at least."""
    end, size = time.monotonic() + _SECONDS, 0
    found: list[Prepared | Failed] = []
    for entry, stored_hash in jobs:
        one = prepare(work.readers[entry.blog], entry, stored_hash, work.language)
        found.append(one)
        size += len(one.markdown) if isinstance(one, Prepared) else 0
        if size > _CHARACTERS or time.monotonic() > end:
            break
    return found


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

    def prepared(self, jobs: Iterable[Job]) -> Iterator[list[Result]]:
        """Each file with what was made of it, in order and in batches. Blocks while it waits."""
        waiting: _Waiting = deque()
        coming = iter(jobs)
        while batch := list(islice(coming, _FILES)):
            waiting.append((batch, self._submit(batch)))
            while len(waiting) > (self._count * _AHEAD if self._pool else 0):
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _answers(self) -> bool:
        """Whether a process can be started and does anything."""
        assert self._pool is not None
        try:
            return self._pool.submit(os.getpid).result() > 0
        except BrokenProcessPool:
            return False

    def _submit(self, batch: Sequence[Job]) -> Future[list[Prepared | Failed]]:
        future: Future[list[Prepared | Failed]] = Future()
        if self._pool is None:
            return future
        try:
            return self._pool.submit(_run, batch)
        except BrokenProcessPool as error:
            future.set_exception(error)
            return future

    def _next(self, waiting: _Waiting) -> list[Result]:
        batch, future = waiting.popleft()
        if self._pool is None:
            found = _prepared(self._given, batch)
        else:
            try:
                found = future.result()
            except BrokenProcessPool:
                found = self._again(batch, waiting)
        if rest := batch[len(found) :]:
            waiting.appendleft((rest, self._submit(rest)))
        return [(*job, one) for job, one in zip(batch, found, strict=False)]

    def _again(self, batch: list[Job], waiting: _Waiting) -> list[Prepared | Failed]:
        """After a process has died: each file of the batch alone, then the batches that were under way."""
        assert self._pool is not None
        if self._closed:
            return [Failed("the import was stopped")] * len(batch)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new_pool()
        if not self._answers():
            # No process can be started here at all: the rest is done without.
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
            return _prepared(self._given, batch)
        found = [self._alone(job) for job in batch]
        under_way = list(waiting)
        waiting.clear()
        waiting.extend((one, self._submit(one)) for one, _ in under_way)
        return found

    def _alone(self, job: Job) -> Prepared | Failed:
        """A file that a process may die of."""
        assert self._pool is not None
        try:
            return self._pool.submit(_run, [job]).result()[0]
        except BrokenProcessPool:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._new_pool()
            return Failed("the process that read it ended; the text or one of its pictures is too much for it")
