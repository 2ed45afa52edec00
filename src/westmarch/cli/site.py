"""`westmarch site`: the options that the owner of the site decides."""

import json
import re
import tomllib
from typing import Annotated, Any

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.theme_requirements import require_fit

#: Names with commas between them.
_NAMES = re.compile(r"[\w\s,-]*")

app = typer.Typer(help="Show or set what the owner decides: title, language, time zone, menu.", no_args_is_help=True)


@app.command("show")
def show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One option; without it, all of them.")] = None,
    as_json: AsJSON = False,
) -> None:
    """Show the options of the site.

    Example: westmarch --site my-site site show title
    """
    from westmarch.site.queries import current

    async def read() -> dict[str, Any]:
        async with opened(loaded(context).settings) as db:
            return (await db.read(current)).model_dump(mode="json")

    options = run(read())
    if name is not None:
        _require_option(name)
        options = {name: options[name]}
    if as_json:
        print_json(options)
        return
    for key, value in options.items():
        _print(key, value)


@app.command("set")
def set_option(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The option, as `site show` names it.")],
    value: Annotated[str, typer.Argument(help="Its new value; a list is written as JSON or TOML.")],
) -> None:
    """Set one option of the site. Running servers show it at once.

    Example: westmarch --site my-site site set title "My site"

    Example: westmarch --site my-site site set timezone Europe/Berlin

    Example: westmarch --site my-site site set sides about,tags,archives
    """
    _require_option(name)
    given = _parsed(name, value)
    if name in ("theme", "theme_options"):
        require_fit(loaded(context).settings, name, given)

    async def write() -> Any:
        from westmarch.posts.options import change

        async with opened(loaded(context).settings) as db:
            changed = await db.write(change, {name: given}, actor="command line")
            return changed.site.model_dump(mode="json")[name]

    _print(name, run(write()))


def _print(name: str, value: Any) -> None:
    typer.echo(f"{name} = {_side_parts(value) if name == 'sides' else _plainly(value)}")


def _plainly(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _side_parts(sides: list[dict[str, Any]]) -> str:
    """As they can be set again: the names alone where there is no more to say, else a part a line."""
    if all(len(side) == 1 for side in sides):
        return ",".join(side["part"] for side in sides)
    short = (side["part"] if len(side) == 1 else side for side in sides)
    lines = ",\n".join(f"  {json.dumps(side, ensure_ascii=False)}" for side in short)
    return f"[\n{lines}\n]"


def _require_option(name: str) -> None:
    from westmarch.errors import NotFound
    from westmarch.site.options import Site

    if name not in Site.model_fields:
        raise NotFound(f"The site has no option {name!r}.", hint=f"There are: {', '.join(Site.model_fields)}.")


def _parsed(name: str, value: str) -> Any:
    """Text stays text, numbers are parsed by the option's own type, what is made of parts is JSON, TOML or names."""
    from westmarch.errors import Invalid
    from westmarch.site.options import Site

    if Site.model_fields[name].annotation in (str, int) or (name == "sides" and _NAMES.fullmatch(value)):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:  # Too many digits and brackets are errors of their own.
        if (given := _of_toml(name, value)) is not None:
            return given
        raise Invalid(
            f"The value of {name} is not JSON: {error}.",
            hint=f"`westmarch site show {name}` prints the form that is needed.",
            place=name,
        ) from error


def _of_toml(name: str, value: str) -> Any:
    """The option from a document of TOML that sets it, or from a value alone; None where it is neither."""
    for document in (value, f"{name} = {value}"):
        try:
            return tomllib.loads(document)[name]
        except (ValueError, KeyError, RecursionError):
            continue
    return None
