"""`westmarch import` for exports of other services, for feeds and for tables."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON
from westmarch.cli.import_ import DryRun, ReportFile, _brought

if TYPE_CHECKING:
    from collections.abc import Callable

    from westmarch.db.database import Database
    from westmarch.settings import Settings
    from westmarch.transfer.blogs import Options
    from westmarch.transfer.exports.records import Export
    from westmarch.transfer.importing import Progress, Wanted
    from westmarch.transfer.report import Report

Url = Annotated[
    str | None,
    typer.Option("--url", metavar="ADDRESS", help="The address of the old site, where the export does not say it."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to `westmarch import`."""
    app.command("blogger")(import_blogger)


def import_blogger(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The XML of Blogger, or feed.atom of a Takeout.", show_default=False)
    ],
    url: Url = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    as_json: AsJSON = False,
) -> None:
    """Import the export of a blog at Blogger: posts, pages, comments, labels. It can be stopped and run again.

    Posts keep their old addresses. Nothing is fetched from the network.

    Example: westmarch --site my-site import blogger feed.atom --url https://me.blogspot.com --dry-run
    """
    from westmarch.transfer.exports.blogger.export import open_

    _file(context, file, partial(open_, file, url=url), report, dry_run=dry_run, as_json=as_json)


def _file(
    context: typer.Context,
    file: Path,
    opened: "Callable[[Options], Export]",
    report: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import an export that is one file without pictures."""
    from westmarch.transfer.importing import Wanted, import_export

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        await import_export(db, asked, opened, written, progress, pictures=False)

    def wanted(settings: "Settings") -> Wanted:
        return Wanted(file.parent, settings.media_folder, settings.base_path, dry_run=dry_run)

    _brought(context, wanted, bring, report, as_json=as_json)
