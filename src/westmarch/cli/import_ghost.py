"""`westmarch import ghost`: brings in the export of a Ghost site."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON
from westmarch.cli.import_bringing import Check, Choices, DryRun, Fetch, ReportFile, bring_in, fetcher_of

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.transfer.importing import Progress, Wanted
    from westmarch.transfer.report import Report


def import_ghost(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The JSON of its export, or a zip of its backup.", show_default=False),
    ],
    content: Annotated[
        Path | None,
        typer.Option(
            "--content",
            metavar="FOLDER",
            help="A copy of Ghost's folder content: pictures, redirects and routes come from it.",
        ),
    ] = None,
    fetch: Fetch = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import the export of a Ghost site: posts, pages, tags, authors. It can be stopped and run again.

    Posts keep their old addresses; what only members could read comes in as drafts. Nothing is fetched, unless --fetch
    names its host.

    Example: westmarch --site my-site import ghost my-blog.ghost.json --content content --dry-run
    """
    from westmarch.transfer.exports.ghost import importing

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        with fetcher_of(fetch, dry_run=dry_run) as fetcher:
            await importing.import_ghost(db, asked, file, content, written, progress, fetcher)

    bring_in(context, content or file.parent, bring, Choices(dry_run, report, check, as_json))
