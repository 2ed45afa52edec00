"""`westmarch search`: how the search index is, and making it anew."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.progress import counted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from westmarch.db.database import Database
    from westmarch.settings import Settings
    from westmarch.textindex.engine import Engine

app = typer.Typer(help="How the search index is, and making it anew.", no_args_is_help=True)


@app.command("status")
def status(context: typer.Context, as_json: AsJSON = False) -> None:
    """Tell whether the search index is whole, of this version, and as far as the database.

    Exit status 1 where it has to be made anew. A running server sees that too, and does it.

    Example: westmarch --site my-site search status
    """
    told = run(_status(loaded(context).settings))
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{told['documents']} documents, generation {told['generation']}, at change {told['position']}")
        typer.echo(f"The index has to be made anew: {told['fault']}." if told["fault"] else "The index is whole.")
        if told["behind"] and not told["fault"]:
            typer.echo(f"{told['behind']} changes have not been looked at; a running server does it by itself.")
    if told["fault"]:
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild(context: typer.Context) -> None:
    """Make the search index anew beside the one in use, and put it in its place.

    Searches and writes go on meanwhile. Killed at any moment it leaves the index that was in use.

    Example: westmarch --site my-site search rebuild
    """
    settings = loaded(context).settings
    total = run(_rebuild(settings))
    typer.echo(f"The search index has {total} documents.")


async def _status(settings: "Settings") -> dict[str, Any]:
    from westmarch.search import status as states

    async with _index(settings) as (db, index):
        found = await states.state(db, index)
        return {
            "documents": await index.count() if found.position else 0,
            "generation": found.noted.generation,
            "position": found.position.position if found.position else 0,
            "newest": found.noted.moment.position,
            "behind": found.behind,
            "fault": found.fault,
        }


async def _rebuild(settings: "Settings") -> int:
    from westmarch.db.types import now
    from westmarch.search import kinds, rebuilding

    async with _index(settings) as (db, index):
        with counted("Search index", await db.read(kinds.count)) as added:
            return await rebuilding.rebuild(db, index, now, added)


@asynccontextmanager
async def _index(settings: "Settings") -> "AsyncIterator[tuple[Database, Engine]]":
    from westmarch.search.running import open_of

    async with opened(settings) as db:
        index = open_of(settings)
        try:
            yield db, index
        finally:
            await index.close()
