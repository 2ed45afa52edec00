"""`westmarch version`: what is installed here."""

import platform
import sqlite3

import typer

from westmarch import __version__
from westmarch.cli.context import AsJSON, print_json


def version(as_json: AsJSON = False) -> None:
    """Print the versions of Westmarch, Python and SQLite.

    Example: westmarch version --json
    """
    versions = {"westmarch": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    if as_json:
        print_json(versions)
        return
    typer.echo(f"Westmarch {versions['westmarch']}, Python {versions['python']}, SQLite {versions['sqlite']}")
