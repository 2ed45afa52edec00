"""`westmarch books list`, `show`, `remove`, `export`: what the catalogue holds."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, TypeVar, cast

import typer

from westmarch.cli.context import AsJSON, loaded, opened, run
from westmarch.cli.progress import progress_bar
from westmarch.cli.shelf import Named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from westmarch.db.rows import NamedRow
    from westmarch.db.sessions import Reading

T = TypeVar("T")


def list_(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD…]", help="Only books with all of these in their title or writers."),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """List the books of the catalogue by number, with year, title and writers.

    Example: westmarch --site my-site books list austen
    """
    wanted = [word.casefold() for word in words or ()]

    def read(session: "Reading") -> int:
        from westmarch.books.unloading import books

        found = 0
        for book in books(session):
            line = _line(book)
            if all(word in line.casefold() for word in wanted):
                found += 1
                typer.echo(_json(book) if as_json else line)
        return found

    if not run(_asked(context, read)) and not as_json:
        typer.echo(
            "There is no such book." if wanted else "The catalogue is empty. Load one: westmarch books load FILE"
        )


def show(context: typer.Context, named: Named, as_json: AsJSON = False) -> None:
    """Show all that the catalogue says of a book, and where its page is.

    Example: westmarch --site my-site books show 9780141439518
    """

    def read(session: "Reading") -> dict[str, Any]:
        from westmarch.books.meant import meant
        from westmarch.books.unloading import one

        return one(session, meant(session, named).id)

    book = run(_asked(context, read))
    if as_json:
        typer.echo(_json(book))
        return
    ours = book["westmarch"]
    series = book["series"]
    typer.echo(_line(book))
    told = {
        "series": series and " ".join(filter(None, [series["title"], series["number"] and f"#{series['number']}"])),
        "original title": book["original_title"],
        "ISBN": ", ".join(filter(None, [book["isbn13"], book["isbn"]])),
        "language": book["language_code"],
        "tags": ", ".join(tag["slug"] for tag in book["tags"]),
        "rating": book["average_rating"],
        "page": ours["path"],
        "old addresses": ", ".join(ours.get("old", ())),
        "cover": "a picture" if "cover" in ours else "drawn",
        "readings": len(ours.get("readings", ())),
        "added": f"{ours['added']:%Y-%m-%d}",
    }
    for name, value in (told | ours.get("extra", {})).items():
        if value not in (None, "", 0):
            typer.echo(f"  {name}: {value}")
    if book["description"]:
        typer.echo(f"\n{book['description']}")


def remove(
    context: typer.Context,
    named: Annotated[
        list[str],
        typer.Argument(metavar="BOOK…", help="Each by its number, ISBN, title or address.", show_default=False),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove books for good, with what the shelf says of them. Their pages answer 410 from then on.

    Example: westmarch --site my-site books remove 17 --yes
    """

    def read(session: "Reading") -> "list[tuple[NamedRow, int]]":
        from westmarch.books.meant import meant
        from westmarch.books.readings import of_book

        found = {row.id: row for row in (meant(session, one) for one in named)}
        return [(row, len(of_book(session, row.id))) for row in found.values()]

    found = run(_asked(context, read))
    for row, readings in found:
        typer.echo(f"{row.book_id}: {row.title}{f', with {readings} readings' if readings else ''}")
    if not yes:
        if not sys.stdin.isatty():
            typer.echo("error: Nobody can be asked here.\n  Say --yes to remove them all the same.", err=True)
            raise typer.Exit(2)
        typer.confirm("Remove them for good?", abort=True, err=True)

    async def write() -> None:
        from westmarch.books import removing

        async with opened(loaded(context).settings) as db:
            await db.write(removing.remove, [row.id for row, _ in found])

    run(write())
    typer.echo(f"Removed: {len(found)} books." if len(found) != 1 else "Removed.")


def export(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="The file to write, packed if it ends in .gz; - is standard output.",
            show_default=False,
        ),
    ],
) -> None:
    """Export the catalogue as NDJSON, a book a line, with its readings: `books load` reads it back with nothing lost.

    Files of covers are those of the site's media: a backup or `export markdown` carries them.

    Example: westmarch --site my-site books export books.ndjson.gz
    """

    def write(session: "Reading", step: "Callable[[], None]") -> int:
        from westmarch.books.unloading import books, line

        number = 0
        with _written(file) as stream:
            for book in books(session):
                stream.write(line(book))
                number += 1
                step()
        return number

    async def read() -> int:
        from westmarch.books.unloading import count

        async with opened(loaded(context).settings) as db:
            with progress_bar("Exporting") as progress:
                progress.begin(await db.read(count))
                return await db.read(write, progress.step)

    number = run(read())
    typer.echo(f"{file}: {number:,} books.", err=file == "-")


@contextmanager
def _written(file: str) -> "Iterator[BinaryIO]":
    """What a catalogue is written to: it is there whole or not at all."""
    import gzip

    from westmarch.transfer.out.whole import whole_file

    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file).expanduser().absolute()
    with whole_file(path) as stream:
        if path.suffix != ".gz":
            yield stream
            return
        with gzip.GzipFile(path.stem, "wb", fileobj=stream, mtime=0) as packed:
            yield cast("BinaryIO", packed)


async def _asked(context: typer.Context, read: "Callable[[Reading], T]") -> T:
    async with opened(loaded(context).settings) as db:
        return await db.read(read)


def _line(book: dict[str, Any]) -> str:
    writers = ", ".join(one["name"] for one in book["authors"])
    year = book["original_publication_year"]
    by = f" — {writers}" if writers else ""
    return f"{book['book_id']:>7}  {year if year is not None else '':>5}  {book['title']}{by}"


def _json(book: dict[str, Any]) -> str:
    from westmarch.books.unloading import line

    return line(book).decode().rstrip()
