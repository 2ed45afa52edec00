"""The kinds of subjects that are in the search index, and which of them a change concerns."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from westmarch.books import documents as books
from westmarch.books import fields as book_fields
from westmarch.books.models import Book, BookTagging, BookWriter
from westmarch.changes.queries import FORMAT, Seen
from westmarch.changes.unlogged import OPERATION as LOAD
from westmarch.db.sessions import Reading
from westmarch.search import writings
from westmarch.search.kind import BATCH, Kind, of_column, renamed
from westmarch.textindex import prose
from westmarch.textindex.documents import Document, Schema

#: Of these columns of a table alone is something in a document.
SHOWN = {
    "writer": frozenset({"name"}),
    "series": frozenset({"title"}),
    "book_tag": frozenset({"title", "slug"}),
}


def loaded(change: Seen) -> range | None:
    """The ids of the new books that the change is about, where it stands for a load of books; None for any other."""
    if change.operation != LOAD or change.format != FORMAT or Book.__tablename__ not in change.new:
        return None
    first, last = change.new[Book.__tablename__]
    return range(first, last + 1)


def coming(batch: Sequence[Seen]) -> int:
    """How many new books loads have brought, at most."""
    return sum(len(loaded(change) or ()) for change in batch if change.table == Book.__tablename__)


def sweeps(change: Seen) -> bool:
    """Whether nobody knows which documents are others after the change."""
    return change.sweeping and loaded(change) is None


def _of_books(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    """Books that changed, and those of loads."""
    found = set(of_column("id")(session, seen))
    for change in seen:
        if new := loaded(change):
            found.update(session.scalars(select(Book.id).where(Book.id.between(new.start, new.stop - 1))))
    return found


def _of_writers(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    return _referring(session, seen, "writer")


def _of_series(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    return _referring(session, seen, "series")


def _of_tags(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    return _referring(session, seen, "book_tag")


def _referring(session: Reading, seen: Sequence[Seen], table: str) -> Collection[int]:
    """The books of rows that changed in what books show of them."""
    rows = renamed(seen, SHOWN[table])
    of = {
        "writer": (BookWriter.book_id, BookWriter.writer_id),
        "series": (Book.id, Book.series_id),
        "book_tag": (BookTagging.book_id, BookTagging.tag_id),
    }
    book, key = of[table]
    found: set[int] = set()
    for start in range(0, len(rows), BATCH):
        found.update(session.scalars(select(book).where(key.in_(rows[start : start + BATCH]))))
    return found


KINDS: Sequence[Kind] = (
    Kind(
        books.documents,
        books.ids,
        books.count,
        {
            "book": _of_books,
            "book_writer": of_column("book_id"),
            "book_tagging": of_column("book_id"),
            "writer": _of_writers,
            "series": _of_series,
            "book_tag": _of_tags,
        },
        frozenset({"book", "book_writer", "book_tagging"}),
    ),
    *writings.KINDS,
)

#: The fields of all kinds in one index.
SCHEMA = Schema(
    texts=book_fields.SCHEMA.texts + prose.SCHEMA.texts,
    keywords=tuple(dict.fromkeys(book_fields.SCHEMA.keywords + prose.SCHEMA.keywords)),
    numbers=book_fields.SCHEMA.numbers + prose.SCHEMA.numbers,
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
