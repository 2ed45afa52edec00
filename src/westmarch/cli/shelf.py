"""`westmarch shelf`: what the owner reads."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run

if TYPE_CHECKING:
    from westmarch.db.rows import NamedRow

#: What takes a value away.
NONE = "none"

app = typer.Typer(help="Put books on the shelf, rate and review them, and take them off.", no_args_is_help=True)

Named = Annotated[
    str,
    typer.Argument(metavar="BOOK", help="Its number, its ISBN in any form, its title, or its address as /books/emma/."),
]
Number = Annotated[
    int | None,
    typer.Option("--reading", metavar="NUMBER", help="Which time it was read, as `shelf list` numbers them."),
]


@app.command("list")
def list_(
    context: typer.Context,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="Only these: to-read, reading or read.")
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """List the shelf: what is being read, what was read, the last first, and what is still to be read.

    Example: westmarch --site my-site shelf list --status to-read
    """
    from westmarch.books import readings
    from westmarch.errors import Invalid

    if status is not None and status not in readings.STATUSES:
        raise Invalid(f"{status!r} is no status.", hint=f"There are: {', '.join(readings.STATUSES)}.")

    async def read() -> "list[NamedRow]":
        async with opened(loaded(context).settings) as db:
            return list(await db.read(readings.all_of_them, status))

    found = run(read())
    if as_json:
        print_json([_told(row) for row in found])
        return
    for row in found:
        typer.echo(f"{row.id:>5}  {row.status:<8} {row.finished_on or row.started_on or ''!s:<10} {_line(row)}")
    if not found:
        typer.echo("Nothing is on the shelf. Put a book there: westmarch shelf put BOOK")


@app.command("put")
def put(
    context: typer.Context,
    named: Named,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="to-read, reading or read; without it, what follows from the days."),
    ] = None,
    started: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day it was begun, as 2026-01-31 or today.")
    ] = None,
    finished: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day it was finished; the book was read then.")
    ] = None,
    rating: Annotated[str | None, typer.Option(metavar="NUMBER", help="0.25 to 5, in quarters.")] = None,
    review: Annotated[
        str | None, typer.Option(metavar="FILE", help="The review, a file of Markdown; - is standard input.")
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Write the review in your editor ($VISUAL or $EDITOR).")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="It is read once more: leave the reading that is there.")
    ] = False,
    number: Number = None,
    as_json: AsJSON = False,
) -> None:
    """Put a book on the shelf, or change what stands there. What is not given stays; `none` takes a value away.

    Example: westmarch --site my-site shelf put 978-0-14-143951-8

    Example: westmarch --site my-site shelf put "Pride and Prejudice" --finished 2026-01-31 --rating 4.5 --edit
    """
    from westmarch.books.meant import meant
    from westmarch.books.models import READ
    from westmarch.books.readings import of_book, shelve
    from westmarch.db.types import now
    from westmarch.errors import Invalid
    from westmarch.site.queries import current

    if edit and review is not None:
        raise Invalid("A review comes from a file or from your editor, not from both.", place="--review")

    async def write() -> "tuple[NamedRow | None, NamedRow]":
        async with opened(loaded(context).settings) as db:
            today = now().astimezone((await db.read(current)).zone).date()
            said = _said(status, started, finished, rating, today)
            book = await db.read(meant, named)
            if review is not None:
                said["review_markdown"] = _review(review)
            elif edit:
                there = await db.read(of_book, book.id)
                row = next((one for one in there if number in (None, one.id)), None)
                said["review_markdown"] = _edited(row.review_markdown if row and not again else "", book.title)
            return await db.write(shelve, book.id, said, today=today, again=again, number=number)

    before, after = run(write())
    if as_json:
        print_json(_told(after))
        return
    if before == after:
        typer.echo(f"It stands there so already: {_sentence(after)}")
        return
    typer.echo(_sentence(after))
    if before is None:
        _undo("shelf", "take", str(after.number), "--reading", str(after.id))
    else:
        _undo("shelf", "put", str(after.number), "--reading", str(after.id), *_back(before, after))
        if started is not None and before.status == after.status == READ and after.finished_on is None:
            typer.echo("It was read before. If it is read once more, undo this and say --again.")


@app.command("take")
def take(
    context: typer.Context,
    named: Named,
    number: Number = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, though a review goes with it.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Take a book off the shelf; it stays in the catalogue. Its review is printed, so that it is not lost.

    Example: westmarch --site my-site shelf take 15
    """
    from westmarch.books.meant import meant
    from westmarch.books.readings import of_book, unshelve

    async def write() -> "NamedRow | None":
        async with opened(loaded(context).settings) as db:
            book = await db.read(meant, named)
            there = [row for row in await db.read(of_book, book.id) if number in (None, row.id)]
            reviewed = len(there) == 1 and bool(there[0].review_markdown)
            if (
                reviewed
                and not yes
                and sys.stdin.isatty()
                and not typer.confirm(f"Take the review of {book.title} away?")
            ):
                return None
            return await db.write(unshelve, book.id, number=number)

    gone = run(write())
    if gone is None:
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    if as_json:
        print_json(_told(gone))
        return
    typer.echo(f"Off the shelf: {_line(gone)}")
    if gone.review_markdown:
        typer.echo(f"\n{gone.review_markdown.rstrip()}\n")
    words = ["--status", gone.status]
    for option, value in (("--started", gone.started_on), ("--finished", gone.finished_on), ("--rating", gone.rating)):
        words += [option, _plain(value)] if value is not None else []
    _undo("shelf", "put", str(gone.number), "--again", *words, *(["--review", "-"] if gone.review_markdown else []))


def _said(
    status: str | None, started: str | None, finished: str | None, rating: str | None, today: date
) -> dict[str, Any]:
    """What the options say, by the names of the columns. Raises Invalid."""
    said: dict[str, Any] = {} if status is None else {"status": status}
    for option, column, value in (("--started", "started_on", started), ("--finished", "finished_on", finished)):
        if value is not None:
            said[column] = None if value == NONE else _day(value, option, today)
    if rating is not None:
        said["rating"] = None if rating == NONE else _number(rating)
    return said


def _day(value: str, option: str, today: date) -> date:
    from westmarch.errors import Invalid

    if value == "today":
        return today
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Invalid(
            f"{value!r} is no day.", place=option, hint="Write it as 2026-01-31, or today, or none."
        ) from error


def _number(value: str) -> float:
    from westmarch.errors import Invalid

    try:
        return float(value)
    except ValueError as error:
        raise Invalid(f"{value!r} is no rating.", place="--rating", hint="A rating is 0.25 to 5, or none.") from error


def _review(file: str) -> str:
    from westmarch.errors import Invalid

    if file == NONE:
        return ""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\0", "").strip()
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is no text in UTF-8.", place="--review") from error


def _edited(text: str, title: str) -> str:
    """What somebody makes of the text in their editor."""
    from westmarch.errors import Invalid

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "review.md"
        file.write_text(text, encoding="utf-8")
        typer.echo(f"The review of {title} …", err=True)
        try:
            done = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603 - the owner's own editor
        except OSError as error:
            raise Invalid(
                f"The editor {editor} cannot be started: {error.strerror}.", hint="Set EDITOR, or use --review FILE."
            ) from error
        if done.returncode:
            raise Invalid(f"The editor {editor} ended with status {done.returncode}: nothing was changed.")
        return _review(str(file))


def _back(before: "NamedRow", after: "NamedRow") -> list[str]:
    """The options that make a reading again what it was before; a review is no option and is given back by a file."""
    options = (
        ("--status", "status"),
        ("--started", "started_on"),
        ("--finished", "finished_on"),
        ("--rating", "rating"),
    )
    words: list[str] = []
    for option, column in options:
        if getattr(before, column) != getattr(after, column):
            words += [option, _plain(getattr(before, column))]
    if before.review_markdown != after.review_markdown:
        if before.review_markdown:
            typer.echo(f"The review before:\n\n{before.review_markdown.rstrip()}\n")
        words += ["--review", "-" if before.review_markdown else NONE]
    return words


def _undo(*words: str) -> None:
    typer.echo(f"  Undo: westmarch {shlex.join(words)}")


def _plain(value: object) -> str:
    return NONE if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _line(row: "NamedRow") -> str:
    rated = "" if row.rating is None else f", {row.rating:g} of 5"
    return f"{row.title} ({row.number}){rated}{', reviewed' if row.review_markdown else ''}"


def _sentence(row: "NamedRow") -> str:
    days = [f"begun {row.started_on}"] if row.started_on else []
    days += [f"finished {row.finished_on}"] if row.finished_on else []
    return f"{row.status}: {_line(row)}{', ' if days else ''}{', '.join(days)}"


def _told(row: "NamedRow") -> Mapping[str, Any]:
    return {
        "reading": row.id, "book_id": row.number, "title": row.title, "path": row.path, "status": row.status,
        "started_on": row.started_on, "finished_on": row.finished_on, "rating": row.rating,
        "review": row.review_markdown,
    }  # fmt: skip
