"""`westmarch theme`: the themes of a site, their options, and files of one's own in their place."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.theme_requirements import (
    replaced_files,
    require_option,
    require_original,
    require_theme,
    themes_of,
)

if TYPE_CHECKING:
    from westmarch.settings import Settings
    from westmarch.site.options import Site
    from westmarch.web.manifest import Value

app = typer.Typer(help="Choose a theme, set its options, replace single files of it.", no_args_is_help=True)

OptionName = Annotated[str, typer.Argument(metavar="OPTION", help="The option, as `theme show` names it.")]


@app.command("list")
def list_themes(context: typer.Context, as_json: AsJSON = False) -> None:
    """List the themes that there are, where each is from, and which is in use.

    Example: westmarch --site my-site theme list
    """
    from westmarch.errors import WestmarchError

    settings = loaded(context).settings
    site, themes = run(_current(settings)), themes_of(settings)
    rows = []
    for name in sorted({*themes.names(), site.theme}, key=lambda name: (name != "default", name)):
        row = {"name": name, "from": str(themes.place(name)), "in_use": name == site.theme}
        try:
            rows.append(row | {"description": themes.manifest(name).description, "broken": None})
        except WestmarchError as error:
            rows.append(row | {"description": "", "broken": error.message})
    if as_json:
        print_json(rows)
        return
    table = [("name", "in use", "from", "description")]
    for row in rows:
        said = f"BROKEN: {row['broken']}" if row["broken"] else row["description"]
        place = "Westmarch" if row["name"] == "default" else row["from"]
        table.append((str(row["name"]), "yes" if row["in_use"] else "", str(place), str(said)))
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    for line in table:
        cells = [f"{cell:{width}}" for cell, width in zip(line, widths, strict=False)]
        typer.echo("  ".join((*cells, line[3])).rstrip())


@app.command("use")
def use(
    context: typer.Context, name: Annotated[str, typer.Argument(help="The theme, as `theme list` names it.")]
) -> None:
    """Choose a theme. Running servers show it at once.

    Example: westmarch --site my-site theme use default
    """
    settings = loaded(context).settings
    theme = require_theme(settings, name)
    before = run(_set(settings, {"theme": name})).theme
    typer.echo(f"theme = {name}")
    if before != name:
        typer.echo(f"Before it was {before}; back: westmarch theme use {before}")
    if replaced := replaced_files(theme, settings):
        typer.echo(f"Files in {settings.theme_folder} replace those of this theme too: {', '.join(replaced)}")


@app.command("show")
def show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="OPTION", help="One option; without it, all.")] = None,
    as_json: AsJSON = False,
) -> None:
    """Show the options of the theme that is in use: value, default, what may be set, meaning.

    Example: westmarch --site my-site theme show
    """
    settings = loaded(context).settings
    site = run(_current(settings))
    theme = themes_of(settings).load(site.theme)
    given = site.theme_options.get(theme.name, {})
    values = vars(theme.set(given)[0])
    rows = [
        {
            "name": each,
            "value": values[each],
            "default": option.default,
            "allowed": option.allowed,
            "description": option.description,
            "set": each in given,
        }
        for each, option in theme.options.items()
        if name in (None, each)
    ]
    if name is not None:
        require_option(theme, name)
    if as_json:
        print_json({"theme": theme.name, "options": rows})
        return
    typer.echo(f"Options of the theme {theme.name}\n")
    for row in rows:
        typer.echo(f"{row['name']} = {shown(row['value'])}  ({'set' if row['set'] else 'default'})")
        default = shown(row["default"]) or "empty"
        typer.echo(f"    {row['description']} {str(row['allowed']).capitalize()}; default {default}.")


@app.command("set")
def set_option(
    context: typer.Context, name: OptionName, value: Annotated[str, typer.Argument(help="Its new value.")]
) -> None:
    """Set an option of the theme that is in use. Running servers show it at once.

    Example: westmarch --site my-site theme set reading_time false
    """
    from westmarch.errors import Invalid

    settings = loaded(context).settings
    site = run(_current(settings))
    theme = themes_of(settings).load(site.theme)
    option = require_option(theme, name)
    try:
        parsed = option.parsed(value)
    except ValueError as error:
        raise Invalid(f"The option {name} cannot be set so: {error}.", hint=option.description, place=name) from error
    run(_set_options(settings, theme.name, {name: parsed}))
    typer.echo(f"{name} = {shown(parsed)}")


@app.command("reset")
def reset(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="OPTION", help="One option; without it, all.")] = None,
) -> None:
    """Set options of the theme that is in use back to their defaults.

    Example: westmarch --site my-site theme reset reading_time
    """
    settings = loaded(context).settings
    site = run(_current(settings))
    theme = themes_of(settings).load(site.theme)
    if name is not None:
        require_option(theme, name)
    run(_set_options(settings, theme.name, dict.fromkeys([name] if name else theme.options)))
    for each, option in theme.options.items():
        if name in (None, each):
            typer.echo(f"{each} = {shown(option.default)}")


@app.command("copy")
def copy(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(help="The file, as home/front.html; without it, all are listed.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace your own file by the original.")] = False,
) -> None:
    """Copy a file of the theme in use into the folder theme/ of the site, where it replaces the original.

    Example: westmarch --site my-site theme copy

    Example: westmarch --site my-site theme copy home/front.html
    """
    from westmarch.errors import Conflict

    settings = loaded(context).settings
    theme = themes_of(settings).load(run(_current(settings)).theme)
    originals = theme.originals(settings.theme_folder)
    if file is None:
        for name in originals:
            typer.echo(f"{name}{'  (yours is in use)' if (settings.theme_folder / name).exists() else ''}")
        return
    source, target = require_original(originals, file), settings.theme_folder / file
    if target.exists() and not force:
        raise Conflict(f"{target} is there already.", hint="--force replaces it by the original.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    typer.echo(
        f"{target}\nChange it and send SIGHUP to the server; `westmarch theme check` tells what is wrong with it."
    )


@app.command("check")
def check(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The theme; without it, the one in use.")] = None,
    as_json: AsJSON = False,
) -> None:
    """Look for all that is wrong with a theme and with the site's own files in its place; exit status 1 if anything is.

    Every page of the demonstration is rendered with it.

    Example: westmarch --site my-site theme check
    """
    from dataclasses import asdict

    from westmarch.cli.theme_check import check_theme

    settings = loaded(context).settings
    name = name or run(_current(settings)).theme
    remarks = run(check_theme(settings, themes_of(settings), name))
    faults = sum(remark.wrong for remark in remarks)
    if as_json:
        print_json({"theme": name, "sound": not faults, "remarks": [asdict(remark) for remark in remarks]})
    else:
        for remark in remarks:
            place = f"{remark.file}:{remark.line}: " if remark.line else f"{remark.file}: " if remark.file else ""
            typer.echo(f"{'WRONG' if remark.wrong else 'note '} {place}{remark.message}")
        typer.echo(f"The theme {name} has {faults or 'no'} fault{'' if faults == 1 else 's'}.")
    raise typer.Exit(1 if faults else 0)


def shown(value: "Value") -> str:
    """A value as `theme set` takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _current(settings: "Settings") -> "Site":
    from westmarch.site.queries import current

    async with opened(settings) as db:
        return await db.read(current)


async def _set(settings: "Settings", values: dict[str, Any]) -> "Site":
    """Set options of the site; gives them as they were before."""
    from westmarch.site.actions import change
    from westmarch.site.queries import current

    async with opened(settings) as db:
        before = await db.read(current)
        await db.write(change, values, actor="command line")
        return before


async def _set_options(settings: "Settings", theme: str, values: "dict[str, Value | None]") -> None:
    """Set options of a theme and keep the others; None sets one back to its default."""
    from sqlalchemy.orm import Session

    from westmarch.site.actions import change
    from westmarch.site.queries import current

    def write(session: Session) -> None:
        options = current(session).theme_options
        after = {name: value for name, value in (options.get(theme, {}) | values).items() if value is not None}
        kept = {name: given for name, given in (options | {theme: after}).items() if given}
        change(session, {"theme_options": kept}, actor="command line")

    async with opened(settings) as db:
        await db.write(write)
