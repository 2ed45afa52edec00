"""The link by which the first owner of a site comes in, as `init` and `serve` print it."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from westmarch.accounts.first import First
    from westmarch.settings import Settings


def tell_first(settings: "Settings", first: "First") -> None:
    """Print the link: on standard output, which is no log."""
    from westmarch.accounts.one_time_links import address

    typer.echo(f"Sign in as {first.name} and set a password (this works once, within a day):")
    typer.echo(f"  {address(settings.url, first.secret)}")


async def first_of(settings: "Settings") -> "First | None":
    """A link for an owner who was never here, where one is awaited. None too where the database cannot take it."""
    from westmarch.accounts import first
    from westmarch.cli.context import opened
    from westmarch.errors import WestmarchError

    async with opened(settings) as db:
        try:
            if await db.read(first.is_awaited):
                return await db.write(first.link, actor="command line")
        except WestmarchError as error:  # The site can be read without owners.
            typer.echo(f"No link could be made for the first owner: {error.message}", err=True)
    return None
