"""`westmarch db`: where the database stands, whether it is sound, and bringing it to this version."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from westmarch.cli.context import AsJSON, loaded, print_json, require_schema, run

if TYPE_CHECKING:
    from westmarch.ops.findings import Finding

app = typer.Typer(help="Look at the database, check it, or upgrade its schema.", no_args_is_help=True)


@app.command("status")
def status(context: typer.Context, as_json: AsJSON = False) -> None:
    """Say which schema the database has and whether this version runs on it; exit status 1 if not.

    Example: westmarch --site my-site db status
    """
    from westmarch.ops import schema

    settings = loaded(context).settings
    found = run(schema.status(settings.database_url))
    if as_json:
        print_json(asdict(found) | {"database": settings.shown("database_url"), "problem": found.problem})
    else:
        typer.echo(f"{settings.shown('database_url')}: schema {found.schema or 'none'}, newest {found.newest}")
        typer.echo(found.problem or found.lacks or "This version runs on it.")
    raise typer.Exit(0 if found.runs else 1)


@app.command("check")
def check(context: typer.Context, as_json: AsJSON = False) -> None:
    """Check that tables, triggers and the engine's own files are sound; exit status 1 if not.

    Example: westmarch --site my-site db check
    """
    from westmarch.cli.checks import of_database
    from westmarch.cli.doctor import report

    settings = loaded(context).settings

    async def look() -> "list[Finding]":
        await require_schema(settings)
        return await of_database(settings.database_url, stored=False)

    report(run(look()), as_json=as_json)


@app.command("upgrade")
def upgrade(context: typer.Context, as_json: AsJSON = False) -> None:
    """Bring the database to the newest schema. A SQLite database is copied aside before, and put back on failure.

    Example: westmarch --site my-site db upgrade
    """
    from westmarch.ops import schema

    done = run(schema.upgrade(loaded(context).settings.database_url))
    if as_json:
        print_json(asdict(done))
        return
    if done.before == done.after:
        typer.echo(f"The database has schema {done.after} already.")
        return
    typer.echo(f"The database went from schema {done.before or 'none'} to {done.after}.")
    if done.copy is not None:
        typer.echo(f"A copy of the database as it was is {done.copy}")
