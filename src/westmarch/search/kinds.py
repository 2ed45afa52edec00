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
from westmarch.search.kind import Kind, of_column, referring
from westmarch.textindex import prose
from westmarch.textindex.documents import Document, Schema


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


KINDS: Sequence[Kind] = (
    Kind(
        books.documents,
        books.ids,
        books.count,
        {
            "book": _of_books,
            "book_writer": of_column("book_id"),
            "book_tagging": of_column("book_id"),
            "writer": referring(BookWriter.book_id, BookWriter.writer_id, frozenset({"name"})),
            "series": referring(Book.id, Book.series_id, frozenset({"title"})),
            "book_tag": referring(BookTagging.book_id, BookTagging.tag_id, frozenset({"title", "slug"})),
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
