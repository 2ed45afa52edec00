"""How far a command is, as a bar on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from westmarch.transfer.importing import Progress


@contextmanager
def progress_bar(what: str = "Importing") -> "Iterator[Progress]":
    """A bar on a terminal, and silence elsewhere."""
    from westmarch.transfer.importing import Progress

    if not sys.stderr.isatty():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield Progress(begin=lambda total: bar.update(task, total=total), step=lambda: bar.advance(task))
