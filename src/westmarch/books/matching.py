"""Which book of the catalogue an entry means: by its number, else by its ISBN, else by its title and first writer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from westmarch.books.entries import Entry
from westmarch.books.models import Book, BookWriter, Writer
from westmarch.links.paths import slugify
from westmarch.subjects.names import fold

# How many numbers one statement asks for.
_ASKED = 10_000
# A book without number and ISBN is looked for among those with its title's slug: the name itself and -2 … -9.
_NAMESAKES = range(2, 10)

_book, _writer, _book_writer = Book.__table__, Writer.__table__, BookWriter.__table__


@dataclass(frozen=True, slots=True)
class Match:
    """The book that an entry means, None for a new one; or why the entry is refused."""

    book: Row[Any] | None = None
    refused: str = ""


_NEW = Match()


class Touched:
    """A set of ids of subjects, a bit each, so that it stays small for millions of books."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        """Remember the number."""
        byte, bit = divmod(number, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(max(byte + 1 - len(self._bits), len(self._bits), 1024)))
        self._bits[byte] |= 1 << bit

    def __contains__(self, number: int) -> bool:
        byte, bit = divmod(number, 8)
        return byte < len(self._bits) and bool(self._bits[byte] >> bit & 1)


class Matching:
    """Finds the books that entries mean, for the length of a load: each book is meant once."""

    def __init__(self) -> None:
        self.touched = Touched()

    def touch(self, ids: Iterable[int]) -> None:
        """Remember that these books were meant."""
        for id_ in ids:
            self.touched.add(id_)

    def match(self, session: Session, entries: Sequence[Entry]) -> list[Match]:
        """For each entry the book that it means; one that another entry of the load meant already is refused.

        Entries with a number take their books first. One without means, of several books with its ISBN, the first made
        of those that are left; where none is left, it was said by an entry with a number.
        """
        by_number = {
            key: rows[0] for key, rows in _rows(session, _book.c.book_id, [e.book_id for e in entries]).items()
        }
        by_isbn = _rows(session, _book.c.isbn_key, [_isbn(e) for e in entries if not e.book_id])
        nameless = [e for e in entries if not e.book_id and not _isbn(e)]
        by_name = _named(session, nameless) if nameless else {}
        numbered = {by_number[e.book_id].id: e for e in reversed(entries) if e.book_id in by_number}
        new = {_isbn(e): e for e in reversed(entries) if e.book_id and e.book_id not in by_number}
        meant: dict[object, Entry] = {}
        found = []
        for entry in entries:
            key: object = entry.book_id or _isbn(entry) or _name(entry)
            before: Entry | None = None
            if entry.book_id:
                book = by_number.get(key)
            else:
                there = by_isbn.get(key) or by_name.get(key, [])
                book = next((row for row in there if row.id not in numbered), None)
                if book is None:
                    before = numbered[there[0].id] if there else new.get(_isbn(entry) or "")
            before = before or meant.setdefault(("book", book.id) if book else key, entry)
            if before is not entry:
                found.append(Match(refused=f"{_called(entry)} came in row {before.row} already"))
            elif book is not None and book.id in self.touched:
                found.append(Match(refused=f"{_called(entry)} came in an earlier row already"))
            else:
                found.append(_NEW if book is None else Match(book))
        return found


def _isbn(entry: Entry) -> str | None:
    key: str | None = entry.values.get("isbn_key")
    return key


def _name(entry: Entry) -> tuple[str, str]:
    """What a book without numbers is known by."""
    return entry.values["title"], fold(entry.writers[0][0]) if entry.writers else ""


def _called(entry: Entry) -> str:
    if entry.book_id:
        return f"The book_id {entry.book_id}"
    return f"The ISBN {_isbn(entry)}" if _isbn(entry) else "This title by this writer"


def _rows(session: Session, column: Any, values: Sequence[Any]) -> dict[object, list[Row[Any]]]:
    """The books by a column, those with one value in the order in which they were made."""
    found: defaultdict[object, list[Row[Any]]] = defaultdict(list)
    wanted = [value for value in values if value]
    for start in range(0, len(wanted), _ASKED):
        asked = select(*_book.c).where(column.in_(wanted[start : start + _ASKED])).order_by(_book.c.id)
        for row in session.connection().execute(asked):
            found[getattr(row, column.name)].append(row)
    return found


def _slugs(entry: Entry) -> Iterator[str]:
    slug = slugify(entry.values["title_plain"])
    yield slug
    for number in _NAMESAKES:
        yield f"{slug}-{number}"


def _named(session: Session, entries: Sequence[Entry]) -> dict[object, list[Row[Any]]]:
    """The books that have no ISBN, by title and first writer."""
    slugs = list({slug for entry in entries for slug in _slugs(entry)})
    found: defaultdict[object, list[Any]] = defaultdict(list)
    for start in range(0, len(slugs), _ASKED):
        asked = (
            select(*_book.c, _writer.c.folded.label("first_writer"))
            .select_from(_book)
            .outerjoin(_book_writer, (_book_writer.c.book_id == _book.c.id) & (_book_writer.c.rank == 0))
            .outerjoin(_writer, _writer.c.id == _book_writer.c.writer_id)
            .where(_book.c.slug.in_(slugs[start : start + _ASKED]), _book.c.isbn_key.is_(None))
            .order_by(_book.c.book_id)
        )
        for row in session.connection().execute(asked):
            found[row.title, row.first_writer or ""].append(row)
    return found
