"""`westmarch render`: makes the HTML of texts anew that an older renderer made."""

from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run

if TYPE_CHECKING:
    from westmarch.settings import Settings


def render(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what this version's renderer made.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Render stored texts anew that an older version rendered. One transaction a text; it can be stopped and run again.

    Example: westmarch --site my-site render
    """
    texts, introductions = run(_redo(loaded(context).settings, everything=everything))
    if as_json:
        print_json({"texts": texts, "introductions": introductions})
        return
    typer.echo(f"Rendered {texts} texts of posts and pages, {introductions} introductions and biographies.")


async def _redo(settings: "Settings", *, everything: bool) -> tuple[int, int]:
    from rich.console import Console
    from rich.progress import track

    from westmarch.posts import rendering
    from westmarch.site.queries import current

    async with opened(settings) as db:
        wanted = await db.read(rendering.outdated, everything=everything)
        console = Console(stderr=True)
        for revision in track(wanted, "Rendering", console=console, transient=True, disable=not console.is_terminal):
            await db.write(rendering.redo, revision)
        language = (await db.read(current)).language
        return len(wanted), await db.write(rendering.redo_introductions, language=language)
