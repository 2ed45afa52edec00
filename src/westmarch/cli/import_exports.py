"""`westmarch import` for exports of other services, for feeds and for tables."""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from westmarch.cli.context import AsJSON
from westmarch.cli.import_bringing import Check, Choices, DryRun, Fetch, ReportFile, bring_in, fetcher_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from westmarch.db.database import Database
    from westmarch.transfer.blogs import Options
    from westmarch.transfer.exports.records import Export
    from westmarch.transfer.exports.zips import Unpacked
    from westmarch.transfer.importing import Progress, Wanted
    from westmarch.transfer.report import Report

Url = Annotated[
    str | None,
    typer.Option("--url", metavar="ADDRESS", help="The address of the old site, where the export does not say it."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to `westmarch import`."""
    app.command("blogger")(import_blogger)
    app.command("medium")(import_medium)
    app.command("substack")(import_substack)
    app.command("tumblr")(import_tumblr)
    app.command("feed")(import_feed)
    app.command("csv")(import_csv)


def import_blogger(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The XML of Blogger, or a Takeout.", show_default=False)],
    url: Url = None,
    fetch: Fetch = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import the export of a blog at Blogger: posts, pages, comments, labels. It can be stopped and run again.

    Posts keep their old addresses. Nothing is fetched from
    the network, unless --fetch names its host.

    Example: westmarch --site my-site import blogger feed.atom --url https://me.blogspot.com --dry-run
    """
    from westmarch.transfer.exports.blogger.export import open_, open_takeout, wanted

    if file.is_dir() or file.suffix.lower() == ".zip":
        made = partial(open_takeout, origin=file, url=url)
        _zip(context, file, wanted, made, Choices(dry_run, report, check, as_json), fetch=fetch)
    else:
        _file(
            context, file.parent, partial(open_, file, url=url), Choices(dry_run, report, check, as_json), fetch=fetch
        )


def import_medium(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The zip of Medium, or what is in it.", show_default=False)
    ],
    url: Url = None,
    fetch: Fetch = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import the stories of an account at Medium. It can be stopped and run again.

    Links between the stories lead to the posts here. Nothing is fetched from
    the network, unless --fetch names its host.

    Example: westmarch --site my-site import medium medium-export.zip --dry-run
    """
    from westmarch.transfer.exports.medium import open_, wanted

    made = partial(open_, origin=file, url=url)
    _zip(context, file, wanted, made, Choices(dry_run, report, check, as_json), fetch=fetch)


def import_substack(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The zip of Substack, or what is in it.", show_default=False),
    ],
    url: Url = None,
    fetch: Fetch = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import the posts of a publication at Substack. It can be stopped and run again.

    Posts keep their old addresses (/p/name). Who subscribed is not read. Nothing is fetched from
    the network, unless --fetch names its host.

    Example: westmarch --site my-site import substack export.zip --url https://letters.example.org --dry-run
    """
    from westmarch.transfer.exports.substack import open_, wanted

    made = partial(open_, origin=file, url=url)
    _zip(context, file, wanted, made, Choices(dry_run, report, check, as_json), fetch=fetch)


def import_tumblr(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The zip of Tumblr, or what is in it.", show_default=False)
    ],
    url: Url = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import a blog of Tumblr with its pictures. It can be stopped and run again.

    A folder with posts.json or posts.xml, as Tumblr's interfaces give them, is read as well; they say more than the
    pages of the zip. Nothing is fetched from the network.

    Example: westmarch --site my-site import tumblr me.zip --url https://me.tumblr.com --dry-run
    """
    from westmarch.transfer.exports.tumblr.export import NESTED, open_, wanted

    made = partial(open_, origin=file, url=url)
    _zip(context, file, wanted, made, Choices(dry_run, report, check, as_json), nested=NESTED, pictures=True)


def import_feed(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of RSS or Atom.", show_default=False)],
    url: Url = None,
    fetch: Fetch = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import the posts of a feed that was saved to a file. It can be stopped and run again.

    A feed holds no more than it shows: often the newest posts alone. Nothing is fetched from
    the network, unless --fetch names its host.

    Example: westmarch --site my-site import feed feed.xml --dry-run
    """
    from westmarch.transfer.exports.syndication import open_

    _file(context, file.parent, partial(open_, file, url=url), Choices(dry_run, report, check, as_json), fetch=fetch)


def import_csv(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The table; its first row names the columns.", show_default=False)
    ],
    url: Url = None,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="FOLDER", help="A folder in which pictures lie as their addresses say."),
    ] = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    check: Check = False,
    as_json: AsJSON = False,
) -> None:
    """Import a table of posts in CSV, one post in each row. It can be stopped and run again.

    Columns: id, title, content, format (markdown or html), date, updated, address, slug, tags, authors, summary,
    status, kind (post or page), language and cover. A title or a content is needed; other columns are kept with the
    post. The encoding and the mark between columns are found.

    Example: westmarch --site my-site import csv posts.csv --dry-run
    """
    from westmarch.transfer.exports.csv_ import open_

    opened = partial(open_, file, url=url)
    folder = pictures or file.parent
    _file(context, folder, opened, Choices(dry_run, report, check, as_json), pictures=pictures is not None)


def _file(
    context: typer.Context,
    folder: Path,
    opened: "Callable[[Options], Export]",
    choices: Choices,
    *,
    pictures: bool = False,
    fetch: list[str] | None = None,
) -> NoReturn:
    """Import an export that is one file; `pictures` come from the folder."""
    from westmarch.transfer.importing import import_export

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        with fetcher_of(fetch, dry_run=choices.dry_run) as fetcher:
            await import_export(db, asked, opened, written, progress, pictures=pictures, fetcher=fetcher)

    bring_in(context, folder, bring, choices)


def _zip(
    context: typer.Context,
    file: Path,
    wanted: "Callable[[str], bool]",
    made: "Callable[[Unpacked, Options], Export]",
    choices: Choices,
    *,
    nested: str = "",
    pictures: bool = False,
    fetch: list[str] | None = None,
) -> NoReturn:
    """Import an export that is a zip, unpacked for a while, or a folder; `pictures` come from it."""
    import asyncio

    from westmarch.transfer.exports.zips import unpacked
    from westmarch.transfer.importing import import_export

    async def bring(db: "Database", asked: "Wanted", written: "Report", progress: "Progress") -> None:
        with ExitStack() as stack:
            fetcher = stack.enter_context(fetcher_of(fetch, dry_run=choices.dry_run))
            given = await asyncio.to_thread(stack.enter_context, unpacked(file, wanted, nested))
            asked = replace(asked, folder=given.folder)
            opened = partial(made, given)
            await import_export(db, asked, opened, written, progress, pictures=pictures, fetcher=fetcher)

    bring_in(context, file, bring, choices)
