"""The command `westmarch`. Each command's module imports what is heavy only when it runs, so that `--help` is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from westmarch.cli import db, doctor, import_, init, logs, render, serve, settings, site, version
from westmarch.errors import WestmarchError

app = typer.Typer(
    name="westmarch",
    help="A publishing platform: one folder is a site, one process serves it.",
    epilog="Begin with: westmarch --site my-site init, then westmarch --site my-site serve",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def choose_site(
    context: typer.Context,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            metavar="FOLDER",
            envvar="WESTMARCH_SITE",
            help="The folder of the site; without it, the current folder.",
        ),
    ] = None,
) -> None:
    """Remember which folder is meant; the command itself reads it."""
    context.obj = site


app.command("init")(init.init)
app.command("serve")(serve.serve)
app.add_typer(import_.app, name="import")
app.command("render")(render.render)
app.add_typer(site.app, name="site")
app.add_typer(db.app, name="db")
app.command("doctor")(doctor.doctor)
app.command("settings")(settings.settings)
app.command("logging")(logs.logging)
app.command("version")(version.version)


def main() -> None:
    """Run the command line; what a person can be told is told without a traceback. Exit status 1 then, 2 for misuse."""
    try:
        app()
    except WestmarchError as error:
        tell(error.message, error.hint)
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        tell("PostgreSQL needs a driver that is not installed.", "Install it: pip install 'westmarch[postgresql]'")
    except OSError as error:
        if error.filename is None and error.strerror is None:
            raise
        where = f"{error.filename}: " if error.filename else ""
        tell(f"{where}{error.strerror}", "Mend that and run the command again.")
    sys.exit(1)


def tell(message: str, hint: str) -> None:
    """What went wrong and what to do about it, on standard error."""
    typer.echo(f"error: {message}", err=True)
    if hint:
        typer.echo(f"  {hint}", err=True)
