"""The tags of goodbooks-10k: `tags.csv` names them, `book_tags.csv` says which book has which, how often.

They are kept in a database of SQLite's own on the disk, which is gone when it is closed: there are a million rows.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from westmarch.books.loading import sources, tables
from westmarch.books.loading.records import Record

#: Columns by which the files are known.
TAGS = frozenset({"tag_id", "tag_name"})
BOOK_TAGS = frozenset({"goodreads_book_id", "tag_id", "count"})

_NAMES = ("tags.csv", "tags.csv.gz"), ("book_tags.csv", "book_tags.csv.gz")
_BATCH = 10_000
# Rows that cannot be read, and are told one by one.
_TOLD = 20


class Beside:
    """The tags of books by the books' numbers at Goodreads."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        #: What is to be said of the files.
        self.remarks: list[tuple[str, str]] = []
        #: Whether one of them ended early.
        self.damaged = False
        database.execute("CREATE TABLE tag (id TEXT PRIMARY KEY, name TEXT)")
        database.execute("CREATE TABLE book_tag (book TEXT, count INTEGER, tag TEXT)")

    @property
    def any(self) -> bool:
        """Whether there are tags at all."""
        return self._database.execute("SELECT 1 FROM book_tag LIMIT 1").fetchone() is not None

    def read(self, name: str) -> None:
        """Take in a file of either kind."""
        with sources.opened(name) as source:
            columns = tables.header(source.head)
            if columns and set(columns) >= BOOK_TAGS:
                wanted: Sequence[str] = ("goodreads_book_id", "count", "tag_id")
                self._fill("INSERT INTO book_tag VALUES (?, ?, ?)", name, tables.rows(source), wanted)
            else:
                wanted = ("tag_id", "tag_name")
                self._fill("INSERT OR REPLACE INTO tag VALUES (?, ?)", name, tables.rows(source), wanted)
        self.remarks += [(name, remark) for remark in (*source.remarks, source.damage) if remark]
        self.damaged = self.damaged or bool(source.damage)

    def _fill(self, statement: str, name: str, records: Iterable[Record], wanted: Sequence[str]) -> None:
        rows = self._rows(name, records, wanted)
        while batch := list(islice(rows, _BATCH)):
            self._database.executemany(statement, batch)

    def _rows(self, name: str, records: Iterable[Record], wanted: Sequence[str]) -> Iterator[tuple[str, ...]]:
        odd = 0
        for record in records:
            cells = tuple(record.fields.get(column, "").strip() for column in wanted)
            if record.problem or not all(cells):
                odd += 1
                if odd <= _TOLD:
                    self.remarks.append((name, f"line {record.line}: {record.problem or 'a column is empty'}"))
            else:
                yield cells
        if odd > _TOLD:
            self.remarks.append((name, f"{odd - _TOLD:,} more rows cannot be read"))

    def ready(self) -> None:
        """Make the index, after all files were read, and look for tags that have no name."""
        self._database.execute("CREATE INDEX of_book ON book_tag (book, count DESC, tag)")
        nameless = "SELECT count(*) FROM book_tag WHERE tag NOT IN (SELECT id FROM tag)"
        if (number := self._database.execute(nameless).fetchone()[0]) and self.any:
            self.remarks.append(("", f"{number:,} rows give books a tag that has no name: left out"))

    def of(self, goodreads_book_id: str) -> list[dict[str, str]]:
        """The tags of a book, those that most readers gave first, each once."""
        asked = (
            "SELECT DISTINCT tag.name FROM book_tag JOIN tag ON tag.id = book_tag.tag WHERE book = ? "
            "ORDER BY count DESC, book_tag.rowid"
        )
        return [
            {"slug": name, "title": name.replace("-", " ").strip() or name}
            for (name,) in self._database.execute(asked, (goodreads_book_id,))
        ]


@contextmanager
def opened(given: Iterable[str], folders: Iterable[Path]) -> Iterator[Beside]:
    """The tags in the files given, and in those that lie in the folders under their usual names."""
    # Rows are asked for where they are stored, which may be another thread, one after another.
    with closing(sqlite3.connect("", check_same_thread=False)) as database:
        beside = Beside(database)
        names = list(given)
        for folder in dict.fromkeys(folders):
            for usual in _NAMES:
                names += [str(folder / name) for name in usual if (folder / name).is_file()][:1]
        for name in dict.fromkeys(names):
            beside.read(name)
        beside.ready()
        yield beside
