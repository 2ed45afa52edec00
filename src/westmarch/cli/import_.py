"""`westmarch import`: brings in what was written elsewhere."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal, NoReturn

import typer

from westmarch.cli.context import AsJSON, loaded, opened, run
from westmarch.cli.import_rehearsal import Page, page_of

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.errors import WestmarchError
    from westmarch.settings import Settings
    from westmarch.transfer.importing import Progress, Wanted
    from westmarch.transfer.report import Report

    Bring = Callable[[Database, Wanted, Report, Progress], Awaitable[None]]

app = typer.Typer(help="Bring in what was written elsewhere.", no_args_is_help=True)

#: The exit status after SIGTERM, as shells count it.
_TERMINATED = 143

Program = Literal[
    "jekyll", "hexo", "hugo", "zola", "pelican", "eleventy", "astro", "obsidian", "notion", "plain"
]  # fmt: skip

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write what became of each file to FILE: JSON, or a page if it is called .html.",
    ),
]


@app.command("markdown")
def import_markdown(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="The folder of the blog.", show_default=False)],
    program: Annotated[
        Program | None, typer.Option("--from", help="What the blog was written for; without it, it is recognised.")
    ] = None,
    permalink: Annotated[
        str | None,
        typer.Option(
            "--permalink",
            metavar="PATTERN",
            help="The addresses of its posts, such as /:year/:month/:title/ or {category}/{slug}.html.",
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: what is saved in the folder is on the site at once.")
    ] = False,
    dry_run: DryRun = False,
    report: ReportFile = None,
    as_json: AsJSON = False,
) -> None:
    """Import a folder of Markdown: of Jekyll, Hexo or Pelican, or a plain one. It can be stopped and run again.

    Posts keep their old addresses. Exit status 1 when a file failed, 2 when nothing could be done.

    Example: westmarch --site my-site import markdown ~/blog --dry-run
    """
    from westmarch.transfer.importing import Wanted, import_folder

    def wanted(settings: "Settings") -> Wanted:
        return Wanted(path, settings.media_folder, settings.base_path, program, permalink, dry_run)

    if watch:
        from westmarch.cli import import_watch

        if dry_run or report or as_json:
            typer.echo("error: --watch goes with none of --dry-run, --report and --json.", err=True)
            raise typer.Exit(2)
        import_watch.watch(context, wanted, progress_bar)
    _brought(context, wanted, import_folder, report, as_json=as_json)


@app.command("wordpress")
def import_wordpress(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="The files of the export, in any order.", show_default=False)
    ],
    uploads: Annotated[
        Path | None,
        typer.Option("--uploads", metavar="FOLDER", help="A copy of wp-content/uploads: pictures come from it."),
    ] = None,
    fetch: Annotated[
        list[str] | None,
        typer.Option("--fetch", metavar="HOST", help="Fetch what is not there from HOST. Can be given several times."),
    ] = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    as_json: AsJSON = False,
) -> None:
    """Import the export of a WordPress site: posts, pages, comments, tags. It can be stopped and run again.

    Posts keep their old addresses, `?p=123` too. Nothing is fetched from the network, unless --fetch names its host.

    Example: westmarch --site my-site import wordpress blog.xml --uploads uploads --dry-run
    """
    from tempfile import TemporaryDirectory

    from westmarch.transfer.exports.wordpress.export import open_, whole_size
    from westmarch.transfer.fetching import Fetcher, host_of
    from westmarch.transfer.importing import Wanted, import_export

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        hosts = frozenset(map(host_of, fetch or ()))
        opened = partial(open_, files, pictures=uploads is not None)
        with TemporaryDirectory(prefix="westmarch-") as folder:
            fetcher = Fetcher(hosts, Path(folder), asks=not dry_run, larger=whole_size) if hosts else None
            await import_export(db, asked, opened, written, progress, pictures=uploads is not None, fetcher=fetcher)

    def wanted(settings: "Settings") -> Wanted:
        return Wanted(uploads or files[0].parent, settings.media_folder, settings.base_path, dry_run=dry_run)

    _brought(context, wanted, bring, report, as_json=as_json)


def _brought(
    context: typer.Context,
    asked: "Callable[[Settings], Wanted]",
    bring: "Bring",
    report: Path | None,
    *,
    as_json: bool,
) -> NoReturn:
    """Import what is asked for, tell what became of it, and end with the status that says so."""
    from asyncio import CancelledError

    from westmarch.errors import Unavailable, WestmarchError
    from westmarch.transfer.importing import exit_status

    with ExitStack() as open_:
        try:
            settings = loaded(context).settings
            page = open_.enter_context(page_of(report))
            written = open_.enter_context(_report(None if page else report))
        except WestmarchError as error:
            _end(error, 2)
        wanted = asked(settings)
        try:
            run(_import(settings, wanted, bring, written, page))
        except WestmarchError as error:
            _end(error, 1 if isinstance(error, Unavailable) and written.counts else 2)
        except CancelledError as error:
            typer.echo("Stopped; run it again to go on.", err=True)
            raise typer.Exit(_TERMINATED) from error
        finally:
            if page:
                page.write(written, wanted)
            if as_json:
                _print(written.file)
        if not as_json:
            _tell(written, dry_run=wanted.dry_run)
        raise typer.Exit(exit_status(written))


def _end(error: "WestmarchError", status: int) -> NoReturn:
    """Say what went wrong, and end: 2 where nothing could be done."""
    typer.echo(f"error: {error.message}", err=True)
    if error.hint:
        typer.echo(f"  {error.hint}", err=True)
    raise typer.Exit(status) from error


@contextmanager
def _report(path: Path | None) -> "Iterator[Report]":
    """The report, in its file; where none is wanted, in one that nobody sees."""
    import tempfile

    from westmarch.errors import Invalid
    from westmarch.transfer.report import Report

    try:
        file = tempfile.TemporaryFile(buffering=0) if path is None else path.open("w+b", buffering=0)  # noqa: SIM115 - closed below
    except OSError as error:
        where = path or tempfile.gettempdir()
        hint = "Name a file in a folder that is there, with --report FILE."
        raise Invalid(f"The report cannot be written to {where}: {error.strerror}.", hint=hint) from error
    with file:
        yield Report(file)


async def _import(settings: "Settings", wanted: "Wanted", bring: "Bring", report: "Report", page: Page | None) -> None:
    import asyncio
    import signal
    from dataclasses import replace

    task = asyncio.current_task()
    assert task is not None
    with suppress(NotImplementedError):  # Windows has no such signal.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with progress_bar() as progress:
        async with opened(settings) as db:
            await bring(db, wanted, report, replace(progress, settled=page.take) if page else progress)


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


def _print(file: BinaryIO) -> None:
    import shutil

    file.seek(0)
    shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _tell(report: "Report", *, dry_run: bool) -> None:
    counts = ", ".join(f"{number} {fate}" for fate, number in report.summary().items() if number)
    typer.echo(f"{'Would be: ' if dry_run else ''}{counts or 'nothing to import'}.")
    if report.warnings:
        typer.echo(f"{report.warnings} warnings; --report FILE lists them with their files and lines.")
    if missing := sum(one["fate"] == "missing" for one in report.media):
        typer.echo(f"{missing} pictures or files are missing; their addresses stay as they were.")
    if report.run is not None and (report.counts["imported"] or report.counts["updated"]):
        typer.echo(f"This was import {report.run}; `westmarch import undo {report.run}` takes back what it made.")
    for row in report.problems:
        at = f"{row.path}:{row.line}" if row.line else row.path
        typer.echo(f"  {row.fate}: {at}: {row.reason}", err=True)
