"""`westmarch settings`: every setting, its value and where that came from."""

import typer

from westmarch.cli.context import AsJSON, loaded, print_json


def settings(context: typer.Context, as_json: AsJSON = False) -> None:
    """List every setting, its value, where that came from and what it means.

    Passwords are covered. docs/settings.md describes them all.

    Example: westmarch --site my-site settings
    """
    from westmarch.settings import Settings

    found = loaded(context)
    rows = [
        {"name": name, "value": found.settings.shown(name), "origin": found.origins[name], "meaning": field.description}
        for name, field in Settings.model_fields.items()
        if name != "site"
    ]
    if as_json:
        print_json({"site": str(found.settings.site), "settings": rows})
        return
    typer.echo(f"Settings of {found.settings.site}\n")
    for row in rows:
        value = "none" if row["value"] is None else row["value"]
        typer.echo(f"{row['name']} = {value}  ({row['origin']})")
        typer.echo(f"    {row['meaning']}")
