"""`westmarch import check`: every old address, and what it answers."""

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from westmarch.settings import Settings
    from westmarch.transfer.answering import Answered


def check(
    context: typer.Context,
    number: Annotated[
        int | None,
        typer.Argument(metavar="[RUN]", help="The number of an import, of `import runs`; all without it."),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Ask for every old address that imports brought, and say what it answers: 200, 301 and where, 404.

    Nothing is written, and no server is needed: pages are rendered as for readers. Addresses of drafts wait for the
    day on which they are published. Exit status 1 where one leads nowhere that should answer.

    Example: westmarch --site my-site import check
    """
    found = run(table(loaded(context).settings, number))
    if as_json:
        print_json(in_json(found))
    else:
        tell(found)
    raise typer.Exit(exit_status(found))


async def table(settings: "Settings", number: int | None = None) -> "list[Answered]":
    """What each address answers. Raises NotFound where there was no such import."""
    from urllib.parse import urlsplit

    from westmarch.answers import answer
    from westmarch.app import surface_of
    from westmarch.transfer import answering, runs
    from westmarch.transfer.out.html_links import Inside
    from westmarch.web.surface import Surface

    surface = surface_of(settings, Surface)
    parts = urlsplit(settings.url)
    inside = Inside(f"{parts.scheme}://{parts.netloc}", surface.base)
    async with opened(settings) as db:
        if number is not None:
            await db.read(runs.one, number)
        with progress_bar("Asking") as progress:
            progress.begin(await db.read(answering.count, number))
            return await db.read(
                answering.answered,
                lambda session, path, query: answer(session, surface, path, query),
                inside,
                number,
                progress.step,
            )


def counted(found: "Sequence[Answered]") -> Counter[str]:
    """How many addresses have which outcome."""
    return Counter(one.outcome for one in found)


def in_json(found: "Sequence[Answered]") -> dict[str, Any]:
    """The table for programs."""
    return {"addresses": [asdict(one) for one in found], "counts": counted(found)}


def exit_status(found: "Sequence[Answered]") -> int:
    """1 where an address leads nowhere that should answer."""
    return int(any(one.outcome == "missing" for one in found))


def tell(found: "Sequence[Answered]") -> None:
    """Print the table, a line for each address."""
    from westmarch.transfer.answering import OUTCOMES

    counts = counted(found)
    for one in found:
        where = f" → {one.location}" if one.location else ""
        why = f"  ({one.of}: {one.reason})" if one.reason else ""
        typer.echo(f"{one.status}  {one.address}{where}{why}")
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
    typer.echo(f"{len(found)} old addresses: {told}." if found else "No import has brought an address.")
