"""How far a command is, as a bar on a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from westmarch.transfer.importing import Progress

#: How often a line tells how far a command is where there is no terminal, in seconds.
TOLD = 10.0


@contextmanager
def _bar(what: str, total: int | None) -> "Iterator[tuple[Bar, TaskID]]":
    """A bar on a terminal that goes away at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar, bar.add_task(what, total=total)


@contextmanager
def progress_bar(what: str = "Importing") -> "Iterator[Progress]":
    """A bar on a terminal, and silence elsewhere."""
    from westmarch.transfer.importing import Progress

    if not sys.stderr.isatty():
        yield Progress()
        return
    with _bar(what, None) as (bar, task):
        yield Progress(begin=lambda total: bar.update(task, total=total), step=lambda: bar.advance(task))


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
