"""The catalogue of books beside what else of a site goes out."""

from collections.abc import Iterator
from pathlib import Path

from westmarch.books import models, unloading
from westmarch.db.sessions import Reading
from westmarch.ops import schema

#: The file in which it lies beside the texts.
NAME = "books.ndjson"


def lines(session: Reading) -> Iterator[bytes]:
    """A line of JSON for each book; none on an older schema, which has no books."""
    if schema.reached(session, models.SCHEMA):
        yield from map(unloading.line, unloading.books(session))


def write(session: Reading, folder: Path) -> int:
    """Write the file, if there are books; how many."""
    number = 0
    file = folder / NAME
    with file.open("wb") as stream:
        for number, line in enumerate(lines(session), 1):  # noqa: B007 - it is what is told
            stream.write(line)
    if not number:
        file.unlink()
    return number
