"""What all commands of `westmarch import` do: bring in, tell what became of it, and end with a status that says so."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NoReturn

import typer

from westmarch.cli import import_check
from westmarch.cli.context import cancel_at_sigterm, loaded, opened, print_json, run
from westmarch.cli.import_rehearsal import Page, page_of
from westmarch.cli.progress import TERMINATED, Telling, progress_bar, telling_of

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.errors import WestmarchError
    from westmarch.settings import Settings
    from westmarch.transfer.answering import Answered
    from westmarch.transfer.fetching import Fetcher
    from westmarch.transfer.importing import Progress, Wanted
    from westmarch.transfer.programs import Program
    from westmarch.transfer.report import Report

    Bring = Callable[[Database, Wanted, Report, Progress], Awaitable[None]]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write what became of each file to FILE: JSON, or a page if it is called .html.",
    ),
]
Fetch = Annotated[
    list[str] | None,
    typer.Option(
        "--fetch", metavar="HOST", help="Fetch pictures that are not there from HOST. Can be given several times."
    ),
]
Check = Annotated[
    bool, typer.Option("--check", help="Then ask for every old address, as `import check` does, and tell the answers.")
]


@dataclass(frozen=True, slots=True)
class Choices:
    """What every command of `import` lets choose, in the order of its options."""

    dry_run: bool
    report: Path | None
    check: bool
    as_json: bool


def bring_in(
    context: typer.Context,
    folder: Path,
    bring: "Bring",
    choices: Choices,
    *,
    program: "Program | None" = None,
    permalink: str | None = None,
) -> NoReturn:
    """Import, tell what became of it, and end with the status that says so.

    `folder` is the one to import, or that in which the pictures of an export lie.
    """
    from asyncio import CancelledError

    from westmarch.errors import Unavailable, WestmarchError
    from westmarch.transfer.importing import Wanted, exit_status

    if choices.check and choices.dry_run:
        typer.echo("error: --check asks for what came in, and with --dry-run nothing does.", err=True)
        raise typer.Exit(2)
    answers: list[Answered] | None = None
    with ExitStack() as open_:
        try:
            settings = loaded(context).settings
            page = open_.enter_context(page_of(choices.report))
            written = open_.enter_context(_report(None if page else choices.report))
        except WestmarchError as error:
            _end(error, 2)
        wanted = Wanted(folder, settings.media_folder, settings.base_path, program, permalink, choices.dry_run)
        try:
            run(_import(settings, wanted, bring, written, page, telling_of(context)))
            if choices.check:
                answers = run(import_check.table(settings))
        except WestmarchError as error:
            _end(error, 1 if isinstance(error, Unavailable) and written.counts else 2)
        except CancelledError as error:
            typer.echo("Stopped; run it again to go on.", err=True)
            raise typer.Exit(TERMINATED) from error
        finally:
            if page:
                page.write(written, wanted)
            if choices.as_json:
                _print(written.file, answers)
        if not choices.as_json:
            _tell(written, dry_run=choices.dry_run)
            if answers is not None:
                import_check.tell(answers)
        raise typer.Exit(max(exit_status(written), import_check.exit_status(answers or ())))


@contextmanager
def fetcher_of(
    hosts: list[str] | None, *, dry_run: bool, larger: "Callable[[str], str] | None" = None
) -> "Iterator[Fetcher | None]":
    """What fetches from these hosts into a folder that is gone afterwards, None without any.

    `larger` gives the address of a picture in its full size. Raises Invalid for what is no host.
    """
    from tempfile import TemporaryDirectory

    from westmarch.transfer.fetching import Fetcher, as_written, host_of

    allowed = frozenset(map(host_of, hosts or ()))
    with TemporaryDirectory(prefix="westmarch-") as folder:
        yield Fetcher(allowed, Path(folder), asks=not dry_run, larger=larger or as_written) if allowed else None


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


async def _import(
    settings: "Settings",
    wanted: "Wanted",
    bring: "Bring",
    report: "Report",
    page: Page | None,
    telling: Telling | None,
) -> None:
    from dataclasses import replace

    from westmarch.ops import statistics

    cancel_at_sigterm()
    with progress_bar(telling=telling) as progress:
        async with opened(settings) as db:
            await bring(db, wanted, report, replace(progress, settled=page.take) if page else progress)
    if not wanted.dry_run:
        await statistics.gather(settings.database_url)


def _print(file: BinaryIO, answers: "list[Answered] | None") -> None:
    """The report as it is; where old addresses were asked for, with what `import check --json` says as `answers`."""
    import json
    import shutil

    file.seek(0)
    if answers is not None:
        print_json(json.load(file) | {"answers": import_check.in_json(answers)})
        return
    shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _tell(report: "Report", *, dry_run: bool) -> None:
    counts = ", ".join(f"{number} {fate}" for fate, number in report.summary().items() if number)
    typer.echo(f"{'Would be: ' if dry_run else ''}{counts or 'nothing to import'}.")
    if report.warnings:
        typer.echo(f"{report.warnings} warnings; --report FILE lists them with their files and lines.")
    if report.missing:
        typer.echo(f"{report.missing} pictures or files are missing; their addresses stay as they were.")
    if report.run is not None and (report.counts["imported"] or report.counts["updated"]):
        typer.echo(f"This was import {report.run}; `westmarch import undo {report.run}` takes back what it made.")
    for row in report.problems:
        at = f"{row.path}:{row.line}" if row.line else row.path
        typer.echo(f"  {row.fate}: {at}: {row.reason}", err=True)
