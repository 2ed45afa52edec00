"""`westmarch import`: brings in what was written elsewhere."""

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
    bring_in(context, path, import_folder, choices, program=program, permalink=permalink)


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
    from westmarch.transfer.exports.listings import import_listed
    from westmarch.transfer.exports.wordpress.export import open_, whole_size

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        opened = partial(open_, files, pictures=uploads is not None)
        with fetcher_of(fetch, dry_run=dry_run, larger=whole_size) as fetcher:
            await import_listed(db, asked, opened, written, progress, pictures=uploads is not None, fetcher=fetcher)

    bring_in(context, uploads or files[0].parent, bring, Choices(dry_run, report, check, as_json))
