"""`westmarch init`: makes a folder a site."""

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from westmarch.cli.context import folder, opened, run
from westmarch.cli.first import tell_first

if TYPE_CHECKING:
    from westmarch.accounts.first import First
    from westmarch.db.database import Database
    from westmarch.settings import Settings

TOML = """\
# Settings of this site: what the machine decides. `westmarch settings` lists them all with their meaning.
# Title, language and time zone are options of the site: `westmarch site show`.

# The public address, with its base path if it has one.
{url}
# sqlite:///FILE in this folder, or postgresql://USER:PASSWORD@HOST/NAME
{database_url}
"""


def init(
    context: typer.Context,
    title: Annotated[str | None, typer.Option(help="The name of the site.")] = None,
    url: Annotated[str | None, typer.Option(help="The public address, as https://example.org")] = None,
    timezone: Annotated[str | None, typer.Option(help="The zone of its times, as Europe/Berlin")] = None,
    language: Annotated[str | None, typer.Option(help="The language of the site, as en or pt-BR")] = None,
    database_url: Annotated[str | None, typer.Option(help="The database, if not a file in the folder.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill it with the demonstration.")] = False,
) -> None:
    """Make a site in the folder: settings, a secret, the database. Asks for what was not given, if at a terminal.

    Example: westmarch --site my-site init --title "My site" --language de
    """
    from westmarch.configuration import TOML_NAME, gather
    from westmarch.errors import Conflict

    site = folder(context)
    if (site / TOML_NAME).exists():
        raise Conflict(f"{site} is a site already.", hint=f"Serve it with `westmarch --site {site} serve`.")
    options: dict[str, Any] = {"title": title, "language": language, "timezone": timezone}
    if sys.stdin.isatty() and not demo:  # The demonstration brings options of its own.
        options = _asked(options)
        url = url or typer.prompt("Public address", default="http://127.0.0.1:8000")
    options = {name: value for name, value in options.items() if value is not None}
    _require_fit(options)
    settings = gather(site, url=url, database_url=database_url).settings
    _make_folders(settings)
    first = run(_fill(settings, options, demo=demo))
    # Last, because the file makes the folder a site: an interrupted `init` can be run again.
    _write_settings(site / TOML_NAME, url=url, database_url=database_url)
    typer.echo(f"{site} is a site. Serve it: westmarch --site {site} serve")
    if first is not None:
        tell_first(settings, first)


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """Ask for what was not given."""
    questions = {
        "title": ("Title", "My site"),
        "language": ("Language", "en"),
        "timezone": ("Time zone", _local_zone()),
    }
    return {
        name: typer.prompt(question, default=default) if given[name] is None else given[name]
        for name, (question, default) in questions.items()
    }


def _local_zone() -> str:
    """The machine's zone where it has a name, as most systems keep it in /etc/localtime."""
    name = os.environ.get("TZ") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return name.lstrip(":") or "UTC"


def _require_fit(options: dict[str, Any]) -> None:
    """Refuse options that the site cannot take before anything is made."""
    from pydantic import ValidationError

    from westmarch.errors import Invalid
    from westmarch.site.options import Site

    try:
        Site(**options)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = f"--{first['loc'][0]}"
        raise Invalid(
            f"{place}: {first['msg'].removeprefix('Value error, ')}", hint="Give another.", place=place
        ) from None


def _make_folders(settings: "Settings") -> None:
    for path in (settings.site, settings.media_folder, settings.theme_folder, settings.run_folder):
        path.mkdir(parents=True, exist_ok=True)
    try:
        # Readable by the owner alone from its first moment on.
        descriptor = os.open(settings.secret_key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")


async def _fill(settings: "Settings", options: dict[str, Any], *, demo: bool) -> "First | None":
    from westmarch.accounts import first
    from westmarch.ops import schema
    from westmarch.site.actions import change

    await schema.upgrade(settings.database_url)
    async with opened(settings) as db:
        if demo:
            await _demonstrate(db, settings, options)
        else:
            await db.write(change, options, actor="command line")
        return await db.write(first.link, actor="command line")


async def _demonstrate(db: "Database", settings: "Settings", options: dict[str, Any]) -> None:
    from westmarch.cli.progress import progress_bar
    from westmarch.errors import Unavailable
    from westmarch.transfer.demonstration import install

    with progress_bar() as progress:
        report = await install(db, settings.media_folder, base=settings.base_path, options=options, progress=progress)
    if report.counts["failed"]:
        raise Unavailable("Parts of the demonstration could not be stored.", hint="Run `westmarch init` again.")


def _write_settings(file: Path, *, url: str | None, database_url: str | None) -> None:
    text = TOML.format(
        url=_line("url", url, "https://example.org"),
        database_url=_line("database_url", database_url, "sqlite:///westmarch.db"),
    )
    new = file.with_suffix(".new")
    new.touch(mode=0o600 if database_url else 0o644)  # A database's address may hold its password.
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def _line(name: str, value: str | None, example: str) -> str:
    """A TOML line; a JSON string is a TOML basic string too."""
    import json

    return f"# {name} = {json.dumps(example)}" if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}"
