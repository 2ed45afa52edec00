"""`westmarch import markdown PATH --watch`: a folder as the source of the site, until Ctrl-C."""

from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from westmarch.cli.context import cancel_at_sigterm, loaded, opened, run
from westmarch.cli.progress import progress_bar

if TYPE_CHECKING:
    from westmarch.settings import Settings
    from westmarch.transfer.importing import Wanted
    from westmarch.transfer.programs import Program
    from westmarch.transfer.watching import Told


def watch(context: typer.Context, folder: Path, program: "Program | None", permalink: str | None) -> NoReturn:
    """Import, watch, and end with status 0 on Ctrl-C or SIGTERM."""
    from asyncio import CancelledError

    from westmarch.transfer.importing import Wanted

    settings = loaded(context).settings
    wanted = Wanted(folder, settings.media_folder, settings.base_path, program, permalink)
    with suppress(KeyboardInterrupt, CancelledError):
        run(_watch(settings, wanted))
    typer.echo("Stopped. The site stays as it is.")
    raise typer.Exit(0)


async def _watch(settings: "Settings", wanted: "Wanted") -> None:
    from westmarch.transfer.report import Report
    from westmarch.transfer.watching import watch

    cancel_at_sigterm()
    report = Report()

    def started() -> None:
        counts = ", ".join(f"{number} {fate}" for fate, number in report.summary().items() if number)
        typer.echo(f"{counts}. Watching {wanted.folder}; Ctrl-C stops.")
        for row in report.problems:
            typer.echo(f"  {row.fate}: {row.path}: {row.reason}", err=True)

    async with opened(settings) as db:
        with ExitStack() as bar:
            progress = bar.enter_context(progress_bar())

            def watching() -> None:
                bar.close()
                started()

            await watch(db, wanted, report, progress, _tell, watching)


def _tell(told: "Told") -> None:
    line = f"{datetime.now(UTC).astimezone():%H:%M:%S}  {told.what:<9}  {told.path}  {told.detail}"
    typer.echo(line, err=told.what in {"failed", "conflict", "kept"})
