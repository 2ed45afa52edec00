"""The command `westmarch`. Each command's module imports what is heavy only when it runs, so that `--help` is quick."""

import logging
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import typer

from westmarch.cli import (
    account,
    backup,
    books,
    books_held,
    cache,
    covers,
    db,
    doctor,
    export,
    import_,
    import_check,
    import_exports,
    import_ghost,
    import_json,
    import_undo,
    init,
    logs,
    mail,
    progress,
    render,
    search,
    serve,
    settings,
    shelf,
    site,
    theme,
    version,
)
from westmarch.errors import WestmarchError

logger = logging.getLogger(__name__)

app = typer.Typer(
    name="westmarch",
    help="A publishing platform: one folder is a site, one process serves it.",
    epilog="Begin with: westmarch --site my-site init, then westmarch --site my-site serve",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Its tables cut the names of options where a terminal has 80 columns.
    context_settings={"help_option_names": ["-h", "--help"]},
)


def tell_version(asked: bool) -> None:
    """What `westmarch version` prints, where other programs expect it."""
    if asked:
        version.version()
        raise typer.Exit


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
    told: Annotated[
        Path | None,
        typer.Option(
            "--progress", metavar="FILE", help="Keep telling in FILE, as JSON, how far a long command is, and its end."
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=tell_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Remember which folder is meant; the command itself reads it."""
    context.obj = site
    if told is not None:
        progress.tell_in(context, told)


app.command("init")(init.init)
app.command("serve")(serve.serve)
app.add_typer(account.app, name="account")
import_.app.command("runs")(import_undo.runs)
import_.app.command("undo")(import_undo.undo)
import_.app.command("check")(import_check.check)
import_exports.register(import_.app)
import_.app.command("ghost")(import_ghost.import_ghost)
import_.app.command("json")(import_json.import_json)
app.add_typer(import_.app, name="import")
app.add_typer(export.app, name="export")
app.add_typer(backup.app, name="backup")
app.command("restore")(backup.restore)
app.command("render")(render.render)
app.add_typer(site.app, name="site")
app.add_typer(theme.app, name="theme")
app.add_typer(db.app, name="db")
app.add_typer(cache.app, name="cache")
app.add_typer(mail.app, name="mail")
books.app.command("list")(books_held.list_)
books.app.command("show")(books_held.show)
books.app.command("remove")(books_held.remove)
books.app.command("export")(books_held.export)
books.app.command("cover")(covers.cover)
app.add_typer(books.app, name="books")
app.add_typer(shelf.app, name="shelf")
app.add_typer(search.app, name="search")
app.command("doctor")(doctor.doctor)
app.command("settings")(settings.settings)
app.command("logging")(logs.logging)
app.command("version")(version.version)


@lru_cache(1)
def command() -> Callable[..., Any]:
    """The command line, to be called with its words: built once a process, which takes longer than most commands."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command line; what went wrong is told without a traceback.

    Exit status 1 then, 2 for misuse, 130 after Ctrl-C.
    """
    if os.environ.get("WESTMARCH_LOG_LEVEL", "").lower() == "debug":
        logging.basicConfig()
        logging.getLogger("westmarch").setLevel(logging.DEBUG)
    try:
        command()()
    except KeyboardInterrupt:  # Typer minds it only where a command runs.
        sys.exit(130)
    except Exception as error:  # the last resort: a traceback is for the log
        logger.debug("The command failed.", exc_info=True)
        tell(*in_words(error))
    sys.exit(1)


def in_words(error: Exception) -> tuple[str, str]:
    """What an error means to a person, and what to do about it."""
    if isinstance(error, WestmarchError):
        return error.message, error.hint
    if isinstance(error, ModuleNotFoundError) and error.name == "asyncpg":
        return "PostgreSQL needs a driver that is not installed.", "Install it: pip install 'westmarch[postgresql]'"
    if isinstance(error, OSError) and (error.filename is not None or error.strerror is not None):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}", "Mend that and run the command again."
    first = str(error).partition("\n")[0][:200]
    return (
        f"{type(error).__name__}: {first} (this is a fault of the program)",
        "Run it again with WESTMARCH_LOG_LEVEL=debug, which shows where, and report what it says.",
    )


def tell(message: str, hint: str) -> None:
    """What went wrong and what to do about it, on standard error."""
    typer.echo(f"error: {message}", err=True)
    if hint:
        typer.echo(f"  {hint}", err=True)
