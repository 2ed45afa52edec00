"""`westmarch export html`: the public site as files that any file server can serve."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.progress import progress_bar

if TYPE_CHECKING:
    from westmarch.settings import Settings
    from westmarch.transfer.out.html_copied import Copied

#: How many addresses of a kind are told singly.
_TOLD = 10


def export_html(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder to write.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of an earlier copy, once the new one is whole.")
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Export the public site as files that any file server can serve: pages, feeds, redirects, pictures, icons.

    Also while the site is served: all pages are of one moment. The folder is there whole or not at all. What needs a
    program is left out: search, and addresses with a query. Exit status 1 where an address of the site is not in the
    copy; links that lead nowhere on the site itself are told.

    Example: westmarch --site my-site export html ~/my-site-html
    """
    target = folder.expanduser().absolute()
    done = run(copy_of(loaded(context).settings, target, replace=replace))
    if as_json:
        print_json(done.as_json())
    else:
        _tell(done, folder)
    if done.lost:
        raise typer.Exit(1)


async def copy_of(settings: "Settings", folder: Path, *, replace: bool) -> "Copied":
    """Write a copy of the site with these settings to a folder."""
    from westmarch.answers import LISTINGS, answer
    from westmarch.app import create_app, surface_of
    from westmarch.links.paths import FEEDS
    from westmarch.search.choice import PATH as SEARCH
    from westmarch.site.queries import current
    from westmarch.transfer.out.html import export_html
    from westmarch.transfer.out.html_copied import PublicSite
    from westmarch.web.icons import ICONS
    from westmarch.web.surface import WithoutSearch

    app = create_app(settings.model_copy(update={"cache_size": 0, "metrics": False, "process_time": False}))
    surface = surface_of(settings, WithoutSearch)
    async with opened(settings) as db:
        app.state.db = db
        options = await db.read(current)
        theme = surface.themes.chosen(options.theme)
        site = PublicSite(
            url=settings.url,
            language=options.language,
            app=app,
            render=lambda session, path, query: answer(session, surface, path, query),
            listings=(
                *(path for path in LISTINGS if path != SEARCH),
                *("/robots.txt", "/sitemap.xml"),
                *(f"/{feed}" for feed in FEEDS),
            ),
            files=(*ICONS, "/site.webmanifest", *(theme.asset(name) for name in theme.assets.files)),
        )
        try:
            with progress_bar("Exporting") as progress:
                return await export_html(db, site, folder, replace=replace, progress=progress)
        finally:
            app.state.studio.close()


def _tell(done: "Copied", folder: Path) -> None:
    typer.echo(
        f"{folder}: {done.pages} pages, {done.documents} feeds and sitemaps, {done.redirects} redirects, "
        f"{done.files} pictures and other files."
    )
    typer.echo("  left out: search")
    if done.queries:
        typer.echo(f"  left out: old addresses with a query, as /?p=1 ({done.queries})")
    if done.gone:
        typer.echo(f"  left out: the answer that something was removed for good ({done.gone})")
    if done.dead:
        typer.echo(f"  links that lead nowhere, on the site too ({len(done.dead)}):", err=True)
        for dead in done.dead[:_TOLD]:
            typer.echo(f"    {dead.address} on {dead.page}", err=True)
    if done.lost:
        typer.echo(f"  not in the copy ({len(done.lost)}):", err=True)
        for lost in done.lost[:_TOLD]:
            typer.echo(f"    {lost.address}: {lost.reason}", err=True)
    if max(len(done.dead), len(done.lost)) > _TOLD:
        typer.echo("  --json tells all of them.", err=True)
