"""How far a command is: as a bar on a terminal, and in a file for programs."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

import typer

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from westmarch.transfer.importing import Progress

#: How often a line tells how far a command is where there is no terminal, in seconds.
TOLD = 10.0
#: The exit status after SIGTERM, as shells count it.
TERMINATED = 143
#: How often a file for programs is written, in seconds.
WRITTEN = 0.2
#: Where contexts of commands keep it.
_KEY = "westmarch.progress"


class Telling:
    """Tells in a file how far the command is, and at its end with which status it ended; the file is whole at any time.

    It is JSON: `pid`, `what` is done, how many are `done` of `total` (0: not known), and `status`, null until the end.
    What cannot be written is not told: a command does not fail for it.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.what, self.done, self.total = "", 0, 0
        self._written = 0.0

    def at(self, what: str, done: int, total: int = 0) -> None:
        """So much is done."""
        self.what, self.done, self.total = what, done, total
        if time.monotonic() - self._written >= WRITTEN:
            self._write(None)

    def __enter__(self) -> Self:
        self._write(None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self._write(_status(error))

    def _write(self, status: int | None) -> None:
        self._written = time.monotonic()
        told = {"pid": os.getpid(), "what": self.what, "done": self.done, "total": self.total, "status": status}
        passing = self.file.with_name(f".{self.file.name}.part")
        with suppress(OSError):
            passing.write_text(json.dumps(told), encoding="utf-8")
            passing.replace(self.file)


def _status(error: BaseException | None) -> int:
    """With which status a command ends."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, KeyboardInterrupt):
        return 130
    status: int = 0 if error is None else getattr(error, "exit_code", 1)
    return status


def _terminate(_signal: int, _frame: object) -> NoReturn:
    sys.exit(TERMINATED)


def tell_in(context: typer.Context, file: Path) -> None:
    """Let the command tell in a file until it has ended, also by SIGTERM, which then ends it in order."""
    signal.signal(signal.SIGTERM, _terminate)
    context.meta[_KEY] = context.with_resource(Telling(file))


def telling_of(context: typer.Context) -> Telling | None:
    """Where the command is to tell how far it is, if anywhere."""
    found: Telling | None = context.meta.get(_KEY)
    return found


@contextmanager
def _bar(what: str, total: int | None) -> "Iterator[tuple[Bar, TaskID]]":
    """A bar on a terminal that goes away at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar, bar.add_task(what, total=total)


@contextmanager
def progress_bar(what: str = "Importing", telling: Telling | None = None) -> "Iterator[Progress]":
    """A bar on a terminal; a file where one is given; silence elsewhere."""
    from westmarch.transfer.importing import Progress

    if telling is not None:
        yield _told(what, telling)
        return
    if not sys.stderr.isatty():
        yield Progress()
        return
    with _bar(what, None) as (bar, task):
        yield Progress(begin=lambda total: bar.update(task, total=total), step=lambda: bar.advance(task))


def _told(what: str, telling: Telling) -> "Progress":
    from westmarch.transfer.importing import Progress

    def begin(total: int) -> None:
        telling.at(what, 0, total)

    def step() -> None:
        telling.at(what, telling.done + 1, telling.total)

    return Progress(begin=begin, step=step)


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that counts, on a terminal; elsewhere a line now and then, for whoever reads the log of a long command."""
    if not sys.stderr.isatty():
        done, told_at = 0, time.monotonic()

        def tell(more: int) -> None:
            nonlocal done, told_at
            done += more
            if time.monotonic() - told_at >= TOLD:
                told_at = time.monotonic()
                typer.echo(f"{what}: {done:,} of {total:,}", err=True)

        yield tell
        return
    with _bar(what, total) as (bar, task):
        yield lambda more: bar.advance(task, more)
