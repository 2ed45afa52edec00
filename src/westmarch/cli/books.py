"""`westmarch books`: the catalogue."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.progress import counted

if TYPE_CHECKING:
    from westmarch.books.loading.load import Load
    from westmarch.books.loading.reading import Reading
    from westmarch.books.loading.report import Report
    from westmarch.cli.index_process import IndexProcess
    from westmarch.db.database import Database
    from westmarch.settings import Settings

app = typer.Typer(help="Load and look after the catalogue of books.", no_args_is_help=True)


@app.callback()
def books() -> None:
    """Load and look after the catalogue of books."""


@app.command("load")
def load(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="The files, in any order; - is standard input.", show_default=False),
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take away the books that the files do not have, all at once.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="Write each row that was repaired, changed or refused to FILE, as NDJSON."
        ),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Load books: JSON, NDJSON, CSV of goodbooks-10k and the like, exports of Goodreads and The StoryGraph, gzip.

    Books are known again by book_id and ISBN. The search index has them too when the command ends; a server that keeps
    it is waited for. Exit status 1 when a row was refused or a file is damaged, 2 when nothing could be done.

    Example: westmarch --site my-site books load books.csv tags.csv book_tags.csv --dry-run
    """
    from westmarch.books.loading.load import Load
    from westmarch.books.loading.reading import Reading
    from westmarch.books.loading.report import Report
    from westmarch.errors import Unavailable, WestmarchError

    reading, written = Reading(files), Report()
    try:
        settings = loaded(context).settings
        with ExitStack() as open_:
            if report is not None:
                written.file = open_.enter_context(_beside(report, files))
            with _progress() as reading.progress:
                run(_load(settings, Load(reading, written, replace=replace, dry_run=dry_run)))
    except WestmarchError as error:
        typer.echo(f"error: {error.message}", err=True)
        if error.hint:
            typer.echo(f"  {error.hint}", err=True)
        raise typer.Exit(1 if isinstance(error, Unavailable) and written.counts else 2) from error
    except OSError as error:
        typer.echo(f"error: {error.filename or report}: {error.strerror}", err=True)
        raise typer.Exit(1 if written.counts and not dry_run else 2) from error
    if as_json:
        print_json(written.summary())
    else:
        _tell(reading, written, dry_run=dry_run)
    raise typer.Exit(1 if written.counts["refused"] or reading.damaged else 0)


def _beside(report: Path, files: "Sequence[str]") -> "TextIO":
    """The report, to be written. Raises Invalid where it would be written over a catalogue."""
    from westmarch.errors import Invalid

    for name in files:
        if report.exists() and Path(name).exists() and report.samefile(name):
            raise Invalid(f"{report} is a file to load: the report would be written over it.", place="--report")
    return report.open("w", encoding="utf-8")


async def _load(settings: "Settings", load: "Load") -> None:
    import gc

    from westmarch.books.loading.load import BATCH
    from westmarch.cli.index_process import IndexProcess
    from westmarch.ops import statistics

    # A batch holds some 100,000 objects that live as long as it: looking through them again and again for cycles
    # costs a fifth of the load.
    before = gc.get_threshold()
    gc.set_threshold(500_000)
    try:
        async with opened(settings) as db:
            with ExitStack() as ending:
                beside: list[IndexProcess] = []

                def begin(rows: int) -> None:
                    """Start the process that keeps the index, once it is seen that the load is a large one."""
                    if rows >= BATCH and not beside:
                        beside.append(IndexProcess(settings))
                        ending.callback(beside[0].close)

                load.committed = begin
                await load.run(db)
                if not load.dry_run:
                    await statistics.gather(settings.database_url)
                    await _index(settings, db, load.reading, beside)
    finally:
        gc.set_threshold(*before)


async def _index(settings: "Settings", db: "Database", reading: "Reading", beside: "Sequence[IndexProcess]") -> None:
    """Bring the search index up to date; where its engine is away, whoever serves does it later."""
    from westmarch.db.types import now
    from westmarch.errors import Unavailable
    from westmarch.search import kinds
    from westmarch.search.catching_up import catch_up
    from westmarch.search.running import open_of

    index = open_of(settings)
    try:
        with counted("Search index", await db.read(kinds.count)) as added:
            if not (beside and await beside[0].finish(added)):
                await catch_up(db, index, now, added)
    except Unavailable as error:
        reading.remarks.append(("", f"the search index waits for its engine: {error.message}"))
    finally:
        await index.close()


@contextmanager
def _progress() -> "Iterator[Callable[[int, int], None]]":
    """A bar on a terminal, and silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _read, _size: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Loading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Loading", total=None)
        yield lambda read, size: bar.update(task, completed=read, total=size or None)


def _tell(reading: "Reading", report: "Report", *, dry_run: bool) -> None:
    from westmarch.books.loading.report import FATES

    counts = ", ".join(f"{report.counts[fate]:,} {fate}" for fate in FATES if report.counts[fate])
    typer.echo(f"{'Would be: ' if dry_run else ''}{counts or 'no books'}.")
    if report.repaired:
        fields = ", ".join(f"{field} {number:,}" for field, number in report.repairs.most_common())
        typer.echo(f"{report.repaired:,} were repaired ({fields}); --report FILE lists them.")
    for name, remark in reading.remarks:
        typer.echo(f"  {name}: {remark}" if name else f"  {remark}", err=True)
    for given, reason in report.problems:
        at = f"{given.file}, row {given.row}" + (f" (line {given.line})" if given.line else "")
        typer.echo(f"  refused: {at}: {reason}", err=True)
