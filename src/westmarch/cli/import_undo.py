"""`westmarch import runs` and `westmarch import undo`: the imports that there were, and taking one back."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run
from westmarch.cli.progress import Telling, progress_bar, telling_of

if TYPE_CHECKING:
    from westmarch.settings import Settings
    from westmarch.transfer.runs import Run
    from westmarch.transfer.undoing import Plan, Staying, Undone

#: How many of what stays are told singly.
_TOLD = 20
#: The kinds of what stays that are told before anything is done.
_FORETOLD = {"post", "page", "book", "reading"}
_MANY = {
    "post": ("post", "posts"),
    "page": ("page", "pages"),
    "tag": ("tag", "tags"),
    "author": ("author", "authors"),
    "topic": ("topic", "topics"),
    "book": ("book", "books"),
    "reading": ("reading", "readings"),
    "media": ("file of media", "files of media"),
    "link": ("redirect or old address", "redirects and old addresses"),
    "option": ("option of the site", "options of the site"),
}


def runs(context: typer.Context, as_json: AsJSON = False) -> None:
    """List the imports that there were, newest first, with what each brought.

    Example: westmarch --site my-site import runs
    """
    settings = loaded(context).settings
    found = run(_listed(settings))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        counts = ", ".join(f"{number} {fate}" for fate, number in one.counts.items() if number) or "nothing"
        if one.ended_at is None:
            counts = f"stopped, or still running; {one.made.get('post', 0)} imported until then"
        back = f"; taken back {one.undone_at:%Y-%m-%d %H:%M}" if one.undone_at else ""
        typer.echo(f"{one.id:>4}  {one.begun_at:%Y-%m-%d %H:%M}  {counts}{back}  {one.source}")
    if not found:
        typer.echo("There was no import yet.")


async def _listed(settings: "Settings") -> "list[Run]":
    from westmarch.transfer import runs

    async with opened(settings) as db:
        return await db.read(runs.all_of_them)


def undo(
    context: typer.Context,
    number: Annotated[
        int, typer.Argument(metavar="RUN", help="The number of the import: see `import runs`.", show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Take back what an import made and nobody changed since: posts, pages, comments, tags, media, redirects…

    It says what goes and what stays before it asks. What it removes is removed for good: make a backup before.

    Example: westmarch --site my-site import undo 3
    """
    settings = loaded(context).settings
    planned = run(_planned(settings, number))
    if not as_json:
        _foretell(planned)
    if not yes:
        if not sys.stdin.isatty():
            typer.echo("error: Nobody can be asked here.\n  Say --yes to take it back all the same.", err=True)
            raise typer.Exit(2)
        typer.confirm("Remove them for good?", abort=True, err=True)
    done = run(_undone(settings, planned, telling_of(context)))
    if as_json:
        print_json(asdict(done) | {"staying": [one._asdict() for one in done.staying]})
    else:
        _tell(done)


async def _planned(settings: "Settings", number: int) -> "Plan":
    from westmarch.transfer import undoing

    async with opened(settings) as db:
        return await undoing.plan(db, number)


async def _undone(settings: "Settings", planned: "Plan", telling: Telling | None) -> "Undone":
    from westmarch.transfer import undoing

    with progress_bar("Taking back", telling) as progress:
        progress.begin(len(planned.posts))

        def step(posts: int) -> None:
            for _ in range(posts):
                progress.step()

        async with opened(settings) as db:
            return await undoing.take_back(db, planned, settings.media_folder, step)


def _foretell(planned: "Plan") -> None:
    one = planned.run
    typer.echo(f"Import {one.id} of {one.begun_at:%Y-%m-%d %H:%M} UTC, from {one.source}:")
    typer.echo(f"  {_counted(one.made) or 'it made nothing'}.")
    if one.made.get("revised"):
        typer.echo(f"  It brought {one.made['revised']} that were there before up to date; these stay as they are now.")
    if one.made.get("options"):
        typer.echo("  It set options of the site; those that nobody set since will be as they were.")
    if planned.gone:
        typer.echo(f"  {planned.gone} of its posts and pages were removed before.")
    typer.echo(
        f"{len(planned.posts)} posts and pages nobody has changed: they go, and with them their comments, and the "
        "tags, authors, topics and media that nothing else has."
    )
    if planned.books or planned.readings:
        typer.echo(f"{planned.books} books and {planned.readings} readings of others nobody has changed: they go too.")
    _tell_staying(planned.staying)


def _tell_staying(staying: "list[Staying]") -> None:
    if staying:
        typer.echo(f"{len(staying)} stay:")
    for one in staying[:_TOLD]:
        typer.echo(f"  the {one.kind} {one.path}: {one.reason}")
    if len(staying) > _TOLD:
        typer.echo(f"  … and {len(staying) - _TOLD} more; --json lists them all.")


def _tell(done: "Undone") -> None:
    size = f" ({done.bytes / 1_000_000:.1f} MB)" if done.bytes else ""
    typer.echo(f"Removed: {_counted(done.removed) or 'nothing'}{size}.")
    if done.freed:
        typer.echo(f"{done.freed} addresses are free again: nothing refers to them.")
    if done.answering_410:
        typer.echo(f"{len(done.answering_410)} answer 410 from now on, as texts, the menu or redirects lead there:")
        for path in done.answering_410[:_TOLD]:
            typer.echo(f"  {path}")
    _tell_staying([one for one in done.staying if one.kind not in _FORETOLD])


def _counted(counts: "dict[str, int]") -> str:
    """As `2 posts, 1 tag`, in the order of the kinds."""
    told = [(counts.get(kind, 0), words) for kind, words in _MANY.items()]
    return ", ".join(f"{many} {words[many != 1]}" for many, words in told if many)
