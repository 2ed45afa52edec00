"""`westmarch import json`: brings in what `westmarch export json` wrote."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON
from westmarch.cli.import_bringing import Check, Choices, DryRun, ReportFile, bring_in

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.transfer.importing import Progress, Wanted
    from westmarch.transfer.report import Report


def import_json(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file that `export json` wrote.", show_default=False)
    ],
    media: Annotated[
        Path | None,
        typer.Option("--media", metavar="FOLDER", help="A copy of that site's folder of media: pictures come from it."),
    ] = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import a site that `export json` wrote: texts, addresses, options, books. It can be stopped and run again.

    With its files of media a site without posts becomes an equal site.

    Example: westmarch --site my-site import json other-site.json --media other-site/media --dry-run
    """
    from westmarch.transfer import our_json

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        await our_json.import_json(db, asked, file, media, written, progress)

    bring_in(context, file.parent, bring, Choices(dry_run, report, check, as_json))
