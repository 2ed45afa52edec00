"""The kinds of subjects that are in the search index, and which of them a change concerns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from westmarch.books import documents as books
from westmarch.books import fields as book_fields
from westmarch.books.models import Book, BookTagging, BookWriter
from westmarch.changes.queries import Seen
from westmarch.db.sessions import Reading
from westmarch.textindex.documents import Document, Schema


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subjects: its documents, its subjects in order, their number, and whom changes of a table concern.

    `touched` has for each table what gives the subjects, from the changes of that table.
    """

    documents: Callable[[Reading, Collection[int]], list[Document]]
    ids: Callable[[Reading, int, int], Sequence[int]]
    count: Callable[[Reading], int]
    touched: Mapping[str, Callable[[Reading, Sequence[Seen]], Collection[int]]]


#: Of these columns of a table alone is something in a document.
SHOWN = {
    "writer": frozenset({"name"}),
    "series": frozenset({"title"}),
    "book_tag": frozenset({"title", "slug"}),
}
#: So many values of a list stand in one statement.
BATCH = 500


def _of_column(column: str) -> Callable[[Reading, Sequence[Seen]], Collection[int]]:
    """The subjects that a key column names, before or after the change."""

    def touched(_session: Reading, seen: Sequence[Seen]) -> Collection[int]:
        return {state[column] for change in seen for state in (change.old, change.new) if column in state}

    return touched


def _of_writers(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    return _referring(session, seen, "writer")


def _of_series(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    return _referring(session, seen, "series")


def _of_tags(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    return _referring(session, seen, "book_tag")


def _referring(session: Reading, seen: Sequence[Seen], table: str) -> Collection[int]:
    """The books of rows that changed in what books show of them. New rows have none yet, and gone ones none more."""
    renamed = sorted(
        {
            change.row_key[0]
            for change in seen
            if change.operation == "update" and (change.columns is None or change.columns & SHOWN[table])
        }
    )
    of = {
        "writer": (BookWriter.book_id, BookWriter.writer_id),
        "series": (Book.id, Book.series_id),
        "book_tag": (BookTagging.book_id, BookTagging.tag_id),
    }
    book, key = of[table]
    found: set[int] = set()
    for start in range(0, len(renamed), BATCH):
        found.update(session.scalars(select(book).where(key.in_(renamed[start : start + BATCH]))))
    return found


KINDS: Sequence[Kind] = (
    Kind(
        books.documents,
        books.ids,
        books.count,
        {
            "book": _of_column("id"),
            "book_writer": _of_column("book_id"),
            "book_tagging": _of_column("book_id"),
            "writer": _of_writers,
            "series": _of_series,
            "book_tag": _of_tags,
        },
    ),
)

#: The fields of all kinds in one index.
SCHEMA = Schema(
    texts=book_fields.SCHEMA.texts,
    keywords=book_fields.SCHEMA.keywords,
    numbers=book_fields.SCHEMA.numbers,
)


def touched(session: Reading, batch: Sequence[Seen]) -> set[int]:
    """The subjects whose documents may be others after these changes."""
    by_table: dict[str, list[Seen]] = {}
    for change in batch:
        by_table.setdefault(change.table, []).append(change)
    found: set[int] = set()
    for kind in KINDS:
        for table, whom in kind.touched.items():
            if table in by_table:
                found.update(whom(session, by_table[table]))
    return found


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of these subjects that there are, of whatever kind."""
    return [document for kind in KINDS for document in kind.documents(session, ids)]


def count(session: Reading) -> int:
    """How many documents there should be."""
    return sum(kind.count(session) for kind in KINDS)
