"""`westmarch books cover`: the picture of a book's cover."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import loaded, opened, run
from westmarch.cli.shelf import Named

if TYPE_CHECKING:
    from westmarch.db.rows import NamedRow


def cover(
    context: typer.Context,
    named: Named,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The picture: JPEG, PNG, GIF, WebP or AVIF.", show_default=False),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Show a drawn cover again.")] = False,
) -> None:
    """Give a book the picture of its cover. A book without one has a cover that is drawn from its title and author.

    Example: westmarch --site my-site books cover 9780141439518 pride.jpg
    """
    from westmarch.books import jackets
    from westmarch.errors import Invalid
    from westmarch.media.files import examine

    if (file is None) == (not remove):
        raise Invalid("Name the picture of the cover, or say --remove.", place="FILE")
    settings = loaded(context).settings
    content = file.read_bytes() if file else b""

    async def write() -> "NamedRow":
        async with opened(settings) as db:
            if file is None:
                return await db.write(jackets.take, named)
            examined = examine(content, file.name)
            return await db.write(jackets.give, named, settings.media_folder, content, examined, filename=file.name)

    try:
        before = run(write())
    except Invalid as error:
        if file is None or error.place != file.name:
            raise
        raise Invalid(f"{file}: {error.message}", hint=error.hint, place=error.place) from error
    if remove and before.cover_id is None:
        typer.echo(f"{before.title} ({before.book_id}) has no picture.")
    elif remove:
        typer.echo(f"{before.title} ({before.book_id}) has a drawn cover again. The picture stays among the media.")
    else:
        typer.echo(f"{before.title} ({before.book_id}) has this cover now.")
        if before.cover_id is None:
            typer.echo(f"  Undo: westmarch books cover {before.book_id} --remove")
