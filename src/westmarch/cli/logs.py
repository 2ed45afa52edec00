"""`westmarch logging`: the tree of loggers."""

import typer

from westmarch.cli.context import AsJSON, loaded, print_json


def logging(context: typer.Context, as_json: AsJSON = False) -> None:
    """Draw the tree of loggers with their levels and handlers, as a server of this site has it.

    A level in brackets is inherited. Set levels by `log_level` and `log_levels`.

    Example: westmarch --site my-site logging
    """
    import uvicorn.server  # noqa: F401 - makes the server's loggers

    import westmarch.app  # noqa: F401 - makes the program's loggers
    from westmarch.ops.logging import configure, drawn, tree

    configure(loaded(context).settings)
    top = tree()
    if as_json:
        print_json(top.as_json())
        return
    for line in drawn(top):
        typer.echo(line)
