"""`westmarch export`: everything goes out, in formats that other programs read."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli import export_html
from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.progress import progress_bar

if TYPE_CHECKING:
    from westmarch.db.sessions import Reading
    from westmarch.settings import Settings
    from westmarch.transfer.out.exported import Exported

app = typer.Typer(help="Let what is written here go out.", no_args_is_help=True)
app.command("html")(export_html.export_html)

#: How many lost files are told singly.
_TOLD = 5

Revisions = Annotated[bool, typer.Option("--revisions", help="Let the earlier texts of each post go out as well.")]
File = Annotated[Path, typer.Argument(help="The file to write; none may be there yet.", show_default=False)]


@app.command("markdown")
def export_markdown(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="The folder to write; it must not exist, or be empty.", show_default=False)
    ],
    revisions: Revisions = False,
    as_json: AsJSON = False,
) -> None:
    """Export the site as Markdown with front matter that Hugo, Jekyll and `import markdown` read, and its media.

    Also while the site is served: all is of one moment. The folder is there whole or not at all. Exit status 1 where
    files of media are missing.

    Example: westmarch --site my-site export markdown ~/my-site-markdown
    """
    from westmarch.transfer.out.markdown import export_markdown

    def write(session: "Reading", settings: "Settings", step: Callable[[], None]) -> "Exported":
        return export_markdown(
            session, settings.media_folder, _whole(folder), base=settings.base_path, revisions=revisions, step=step
        )

    _tell(run(_export(loaded(context).settings, write)), folder, as_json=as_json)


@app.command("json")
def export_json(context: typer.Context, file: File, revisions: Revisions = False, as_json: AsJSON = False) -> None:
    """Export the site as one JSON document for programs: its texts as Markdown and as HTML, and what belongs to them.

    Media are named in it by their addresses; the files themselves stay where they are.

    Example: westmarch --site my-site export json my-site.json
    """
    from westmarch.transfer.out.json_ import export_json

    def write(session: "Reading", settings: "Settings", step: Callable[[], None]) -> "Exported":
        url, base = settings.url, settings.base_path
        return export_json(session, _whole(file), url=url, base=base, revisions=revisions, step=step)

    _tell(run(_export(loaded(context).settings, write)), file, as_json=as_json)


@app.command("wxr")
def export_wxr(context: typer.Context, file: File, as_json: AsJSON = False) -> None:
    """Export the site as WXR, the format that the importer of WordPress takes.

    WordPress fetches the files of media from the site's address, so keep it served until the import is done. What
    WordPress has no place for is told.

    Example: westmarch --site my-site export wxr my-site.xml
    """
    from westmarch.transfer.out.wxr import export_wxr

    def write(session: "Reading", settings: "Settings", step: Callable[[], None]) -> "Exported":
        return export_wxr(session, _whole(file), url=settings.url, step=step)

    _tell(run(_export(loaded(context).settings, write)), file, as_json=as_json)


def _whole(path: Path) -> Path:
    return path.expanduser().absolute()


async def _export(
    settings: "Settings", write: "Callable[[Reading, Settings, Callable[[], None]], Exported]"
) -> "Exported":
    from westmarch.transfer.out.posts import count

    async with opened(settings) as db:
        with progress_bar("Exporting") as progress:
            progress.begin(await db.read(count))
            return await db.read(write, settings, progress.step)


def _tell(done: "Exported", path: Path, *, as_json: bool) -> None:
    """Say what went out; exit status 1 where something that should have is not there."""
    if as_json:
        print_json(asdict(done))
    else:
        books = f", {done.books} books" if done.books else ""
        typer.echo(f"{path}: {done.posts} posts and pages{books}, {done.media} files of media.")
        for what, number in done.losses.items():
            typer.echo(f"  not in this format: {what} ({number})")
        for name in done.lost[:_TOLD]:
            typer.echo(f"  missing: {name}", err=True)
        if len(done.lost) > _TOLD:
            typer.echo(f"  and {len(done.lost) - _TOLD} more files are missing", err=True)
    if done.lost:
        raise typer.Exit(1)
