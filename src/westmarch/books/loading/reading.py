"""From files to entries: which format a file has, and what each of its books becomes."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from westmarch.books.entries import Entry
from westmarch.books.loading import beside, goodreads, json_items, naming, own, sources, storygraph, tables
from westmarch.books.loading.beside import Beside
from westmarch.books.loading.records import Record
from westmarch.books.loading.sources import STANDARD_INPUT, Source
from westmarch.books.making import make
from westmarch.errors import Invalid

#: What formats are called in messages.
JSON, NDJSON, CSV, GOODREADS, STORYGRAPH, TAGS = "JSON", "NDJSON", "CSV", "Goodreads", "StoryGraph", "tags"

_READERS: dict[str, Callable[[Source], Iterator[Record]]] = {
    JSON: json_items.array,
    NDJSON: json_items.lines,
    CSV: tables.rows,
    GOODREADS: tables.rows,
    STORYGRAPH: tables.rows,
}


class Given(NamedTuple):
    """A row of a file: the entry that was made of it, or None and why not."""

    file: str
    row: int
    line: int | None
    entry: Entry | None
    problem: str


@dataclass(slots=True)
class Reading:
    """The files of a load, read one after another.

    `progress` is called with bytes read and bytes in all (0: unknown). `formats` are those recognised, by file;
    `remarks` what is to be said of a file as a whole.
    """

    names: Sequence[str]
    progress: Callable[[int, int], None] = lambda _read, _size: None
    formats: dict[str, str] = field(default_factory=dict)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    #: Whether a file ended early, so that there may be more books than were read.
    damaged: bool = False

    def entries(self) -> Iterator[Given]:
        """Every row of every file. Raises Invalid before the first where a file cannot be read or recognised."""
        catalogues = [name for name in self.names if self._is_catalogue(name)]
        if not catalogues:
            raise Invalid("There is no catalogue among the files, only tags.", hint="Give books.csv too.")
        files = [Path(name) for name in catalogues if name != STANDARD_INPUT]
        size = sum(path.stat().st_size for path in files) if len(files) == len(catalogues) else 0
        tags = [name for name in self.names if self.formats.get(name) == TAGS]
        with beside.opened(tags, [path.parent for path in files if self.formats.get(str(path)) == CSV]) as found:
            self.remarks += found.remarks
            self.damaged = found.damaged
            read = 0
            for name in catalogues:
                with sources.opened(name) as source:
                    for given in self._of(source, found):
                        yield given
                        self.progress(read + source.position, size)
                    read += source.position
                self._note(source)

    def _note(self, source: Source) -> None:
        """Take down what is to be said of a file that was read."""
        self.remarks += [(source.name, remark) for remark in (*source.remarks, source.damage) if remark]
        self.damaged = self.damaged or bool(source.damage)

    def _is_catalogue(self, name: str) -> bool:
        """Whether the file holds books; it is recognised, but for standard input and pipes, which are read once."""
        path = Path(name)
        if name == STANDARD_INPUT or (path.exists() and not path.is_file() and not path.is_dir()):
            return True
        with sources.opened(name) as source:
            self.formats[str(Path(name))] = self.formats[name] = recognised(source)
        return self.formats[name] != TAGS

    def _of(self, source: Source, found: Beside) -> Iterator[Given]:
        kind = self.formats[source.name] = self.formats.get(source.name) or recognised(source)
        if kind == TAGS:
            raise Invalid(f"{source.name} holds tags alone.", hint="Give tags as files beside the books.")
        for record in _READERS[kind](source):
            entry, problem = None, record.problem
            if not problem:
                try:
                    entry = _made(kind, record, found)
                    entry.repairs += [("row", remark) for remark in record.remarks]
                except Invalid as error:
                    problem = error.message
            yield Given(source.name, record.row, record.line, entry, problem)


def _made(kind: str, record: Record, found: Beside) -> Entry:
    """The entry of a row. Raises Invalid for one that cannot be taken."""
    if kind == GOODREADS:
        return goodreads.entry(record)
    if kind == STORYGRAPH:
        return storygraph.entry(record)
    if own.is_own(record):
        return own.entry(record)
    said, extra = naming.understood(record.fields)
    if kind == CSV:
        extra = {name: cell for name, cell in extra.items() if cell.strip()}
        if found.any and (number := record.fields.get("goodreads_book_id")):
            said["tags"] = found.of(number)
    return make(said, record.row, extra)


def recognised(source: Source) -> str:
    """The format of a file by its beginning. Raises Invalid for one that is none of ours."""
    head = source.head.lstrip()
    if not head:
        fault = f" can give nothing: {source.fault}" if source.fault else " is empty"
        raise Invalid(f"{source.name}{fault}.", place=source.name)
    if head.startswith(b"["):
        return JSON
    if head.startswith(b"{"):
        return NDJSON if _is_whole(head) else JSON
    if head.startswith(b"<"):
        raise Invalid(f"{source.name} is XML or HTML, which no catalogue is read from.", hint=_HINT, place=source.name)
    columns = set(tables.header(head))
    for kind, known in (
        (GOODREADS, goodreads.COLUMNS),
        (STORYGRAPH, storygraph.COLUMNS),
        (TAGS, beside.TAGS),
        (TAGS, beside.BOOK_TAGS),
    ):
        if columns >= known:
            return kind
    if any((naming.meaning(name) or ("",))[0] == "title" for name in columns):
        return CSV
    first = head.partition(b"\n")[0][:80].decode(errors="replace").strip()
    raise Invalid(
        f"{source.name} is no catalogue: it begins with {first!r}, which names no column `title`.",
        hint=_HINT,
        place=source.name,
    )


_HINT = "Give JSON, NDJSON or CSV, or the export of Goodreads or The StoryGraph."


def _is_whole(head: bytes) -> bool:
    """Whether the first line is a whole object, or goes on beyond what is looked at."""
    first, end, _ = head.partition(b"\n")
    if not end:
        return True
    try:
        json.loads(first.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return first.rstrip().endswith(b"}") and first.count(b"{") == first.count(b"}")
    return True
