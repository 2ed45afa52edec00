"""`westmarch import`: brings in what was written elsewhere."""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON
from westmarch.cli.import_bringing import Check, Choices, DryRun, Fetch, ReportFile, bring_in, fetcher_of
from westmarch.transfer.programs import Program

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.transfer.importing import Progress, Wanted
    from westmarch.transfer.report import Report

app = typer.Typer(help="Bring in what was written elsewhere.", no_args_is_help=True)


@app.command("markdown")
def import_markdown(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="The folder of the blog, or a zip of it.", show_default=False)],
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
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import a folder of Markdown, of Hugo, Jekyll, Hexo or any other. It can be stopped and run again.

    Posts keep their old addresses. Exit status 1 when a file failed, 2 when nothing could be done.

    Example: westmarch --site my-site import markdown ~/blog --dry-run
    """
    from westmarch.transfer.importing import import_folder

    if watch:
        from westmarch.cli import import_watch

        if dry_run or report or check or as_json:
            typer.echo("error: --watch goes with none of --dry-run, --report, --check and --json.", err=True)
            raise typer.Exit(2)
        import_watch.watch(context, path, program, permalink)
    choices = Choices(dry_run, report, check, as_json)
    bring = partial(_import_zip, path) if path.is_file() and path.suffix.lower() == ".zip" else import_folder
    bring_in(context, path, bring, choices, program=program, permalink=permalink)


async def _import_zip(file: Path, db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
    """Import a folder that comes as a zip, unpacked for a while."""
    import asyncio

    from westmarch.transfer.exports.zips import unpacked
    from westmarch.transfer.importing import import_folder
    from westmarch.transfer.report import FileRow

    with ExitStack() as stack:
        found = await asyncio.to_thread(stack.enter_context, unpacked(file, lambda _: True))
        for name in found.broken:
            written.add(FileRow(path=name, kind="post", fate="failed", reason="it is broken in the zip"))
        await import_folder(db, replace(asked, folder=found.folder), written, progress, given=file)


@app.command("wordpress")
def import_wordpress(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="The files of the export, or a zip of them.", show_default=False),
    ],
    uploads: Annotated[
        Path | None,
        typer.Option("--uploads", metavar="FOLDER", help="A copy of wp-content/uploads: pictures come from it."),
    ] = None,
    fetch: Fetch = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import the export of a WordPress site: posts, pages, comments, tags. It can be stopped and run again.

    Posts keep their old addresses, `?p=123` too. Nothing is fetched from the network, unless --fetch names its host.

    Example: westmarch --site my-site import wordpress blog.xml --uploads uploads --dry-run
    """
    import asyncio

    from westmarch.transfer.exports.listings import import_listed
    from westmarch.transfer.exports.wordpress.export import open_, whole_size

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        with ExitStack() as stack:
            given = await asyncio.to_thread(_without_zips, files, stack)
            opened = partial(open_, given, pictures=uploads is not None)
            fetcher = stack.enter_context(fetcher_of(fetch, dry_run=dry_run, larger=whole_size))
            await import_listed(db, asked, opened, written, progress, pictures=uploads is not None, fetcher=fetcher)

    bring_in(context, uploads or files[0].parent, bring, Choices(dry_run, report, check, as_json))


def _without_zips(files: list[Path], stack: ExitStack) -> list[Path]:
    """The files of an export, with those that are in zips in their place. Raises Invalid where a zip holds none."""
    from westmarch.errors import Invalid
    from westmarch.transfer.exports.zips import unpacked

    found = []
    for file in files:
        if file.suffix.lower() != ".zip":
            found.append(file)
            continue
        given = stack.enter_context(unpacked(file, lambda name: name.lower().endswith(".xml")))
        within = sorted(path for path in given.folder.rglob("*") if path.suffix.lower() == ".xml" and path.is_file())
        if not within:
            raise Invalid(f"{file.name} holds no XML.", hint="The export of WordPress is one or several files of XML.")
        found += within
    return found
