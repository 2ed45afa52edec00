"""Storing books, one or thousands at once, in few statements: what is there is found again and brought up to date."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count as counting
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from westmarch.books import carrying, shelving
from westmarch.books.cleaning import LARGEST
from westmarch.books.entries import Entry, Fate, Outcome
from westmarch.books.matching import Matching
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.books.names import Names
from westmarch.changes.unlogged import unlogged
from westmarch.db.bulk import insert_rows, update_rows
from westmarch.db.types import now
from westmarch.links.many import claim_free
from westmarch.links.models import Link
from westmarch.links.paths import last_segment
from westmarch.subjects import many as subjects
from westmarch.subjects.models import Subject

#: Where more books than these are made or removed together, their rows have no rows of their own in the log.
LOGGED = 1_000
#: The tables whose rows are then written by the thousand.
TABLES = tuple(model.__table__ for model in (Subject, Link, Book, Writer, Series, BookWriter, BookTag, BookTagging))
# How many ids one statement asks for.
_ASKED = 10_000

_book, _book_writer, _book_tagging = Book.__table__, BookWriter.__table__, BookTagging.__table__
_COLUMNS = tuple(_book.c.keys())
_in_columns = itemgetter(*_COLUMNS)
#: What a book has that a source says nothing of.
_EMPTY: dict[str, Any] = {
    "book_id": 0,
    "original_title": None,
    "year": None,
    "language": None,
    "isbn10": None,
    "isbn13": None,
    "isbn_key": None,
    "isbn_valid": False,
    "description_markdown": "",
    "description_html": "",
    "rating": None,
    "ratings_count": None,
    "cover_id": None,
    "series_id": None,
    "series_number": None,
    "series_order": None,
    "extra": {},
}
_COUNT = {
    table: update(table).where(table.c.id == bindparam("of")).values(book_count=table.c.book_count + bindparam("delta"))
    for table in (Writer.__table__, Series.__table__, BookTag.__table__)
}


def logging(session: Session, books: int) -> AbstractContextManager[dict[str, tuple[int, int]]]:
    """How the making or removing of so many books is logged: row by row, or as one change that sweeps.

    What the block is given takes the ids of new books, where all that it writes is for those (see `unlogged`).
    """
    few = books <= LOGGED
    return nullcontext({}) if few else unlogged(session.connection(), TABLES)


def _look_the_same(entry: Entry, book: Row[Any]) -> None:
    """Tell of a book that gets another title under its number: it may be a book of another catalogue."""
    isbn = entry.values.get("isbn_key")
    said = ("title", f"the book of this number was {book.title!r} until now")
    if entry.values["title"] != book.title and (isbn is None or isbn != book.isbn_key) and said not in entry.repairs:
        entry.repairs.append(said)


class Storing:
    """Stores books for the length of a load: it knows which it has touched, so that the second of two is refused."""

    def __init__(self) -> None:
        self.names = Names()
        self.matching = Matching()

    def forget(self) -> None:
        """After a transaction that failed: remember nothing that it may have made."""
        self.names.forget()

    def store(self, session: Session, entries: Sequence[Entry]) -> list[Outcome]:
        """Store the entries; the outcomes, in order. Raises what the database raises; then nothing of them may stay."""
        matched = self.matching.match(session, entries)
        new = [entry for entry, match in zip(entries, matched, strict=True) if not match.book and not match.refused]
        old = [(entry, match.book) for entry, match in zip(entries, matched, strict=True) if match.book]
        with logging(session, len(new)) as about:
            batch = _Batch(session, self.names, new, old)
            created = iter(batch.create())
            batch.count()
            if new:
                about[_book.name] = batch.ids[0], batch.ids[-1]
        changed = batch.revise()
        shelved = shelving.store(
            session, [*zip(new, batch.ids, strict=True), *((entry, book.id) for entry, book in old)]
        )
        changed |= shelved.keys()
        batch.count()
        outcomes = []
        for match in matched:
            if match.refused:
                outcomes.append(Outcome("refused", None, match.refused))
            elif match.book is None:
                id_ = next(created)
                outcomes.append(Outcome("new", id_, readings=shelved.get(id_, ())))
            else:
                id_ = match.book.id
                fate: Fate = "updated" if id_ in changed else "unchanged"
                outcomes.append(Outcome(fate, id_, readings=shelved.get(id_, ())))
        return outcomes

    def stored(self, outcomes: Iterable[Outcome]) -> None:
        """Remember which books the entries of a transaction meant, once that cannot fail any more."""
        self.matching.touch(one.id for one in outcomes if one.id is not None)


class _Batch:
    """Entries that are stored together. `counts` are by how much the books of writers, series and tags change."""

    def __init__(
        self, session: Session, names: Names, new: Sequence[Entry], old: Sequence[tuple[Entry, Row[Any]]]
    ) -> None:
        self.session = session
        self.connection = session.connection()
        self.new, self.old = new, old
        self.ids: list[int] = []
        self.moment = now()
        self.counts: dict[Any, Counter[int]] = {table: Counter() for table in _COUNT}
        entries = [*new, *(entry for entry, _ in old)]
        carrying.find_covers(session, entries)
        writers, series = carrying.pages(entries)
        named = dict.fromkeys(name for e in entries for name, _ in e.writers or ())
        self.writers = names.writers(session, named, writers)
        self.series = names.series(session, dict.fromkeys(e.series.title for e in entries if e.series), series)
        tags: dict[str, str] = {}
        for entry in entries:
            for slug, title in entry.tags or ():
                tags.setdefault(slug, title)
        self.tags = names.tags(session, tags)

    def create(self) -> list[int]:
        """Make the new books; their ids, in order."""
        self.ids = subjects.create(self.session, "book", len(self.new))
        paths = claim_free(self.session, list(zip(self.ids, map(carrying.path, self.new), strict=True)))
        numbers = self._numbers()
        rows = []
        for id_, path, entry in zip(self.ids, paths, self.new, strict=True):
            row = _EMPTY | entry.values | self._in_series(entry)
            row["id"], row["slug"], row["path"] = id_, last_segment(path), path
            row["created_at"], row["updated_at"] = entry.own.added if entry.own else self.moment, self.moment
            row["book_id"] = row["book_id"] or next(numbers)
            rows.append(_in_columns(row))
            self._count_series(row["series_id"], 1)
        insert_rows(self.session, _book, _COLUMNS, rows)
        carrying.lead(self.session, zip(self.ids, self.new, strict=True))
        self._hang(zip(self.ids, self.new, strict=True))
        return self.ids

    def _numbers(self) -> Iterator[int]:
        """Numbers for the books whose source gives none: from the largest plus one, as far as numbers go.

        Behind the largest that there may be, those that no book has, from one.
        """
        given = {entry.book_id or 0 for entry in self.new}
        largest = max(self.connection.scalar(select(func.max(_book.c.book_id))) or 0, *given)
        yield from range(largest + 1, LARGEST + 1)
        taken = given.union(self.connection.scalars(select(_book.c.book_id)))
        yield from (number for number in counting(1) if number not in taken)

    def _in_series(self, entry: Entry) -> dict[str, Any]:
        if not entry.says_series:
            return {}
        if entry.series is None:
            return {"series_id": None, "series_number": None, "series_order": None}
        place = entry.series
        return {
            "series_id": self.series[place.title],
            "series_number": place.number,
            "series_order": place.order,
        }

    def _writers_of(self, entry: Entry) -> dict[int, str]:
        """The ids of its writers with their roles, each once, in order."""
        found: dict[int, str] = {}
        for name, role in entry.writers or ():
            found.setdefault(self.writers[name], role)
        return found

    def _tags_of(self, entry: Entry) -> list[int]:
        return list(dict.fromkeys([self.tags[slug] for slug, _ in entry.tags or ()]))

    def _count_series(self, series_id: int | None, by: int) -> None:
        if series_id is not None:
            self.counts[Series.__table__][series_id] += by

    def _hang(self, entries: Iterable[tuple[int, Entry]]) -> None:
        """Hang writers and tags on books that have none."""
        writers: list[tuple[int, int, int, str]] = []
        taggings: list[tuple[int, int, int]] = []
        for id_, entry in entries:
            for rank, (writer, role) in enumerate(self._writers_of(entry).items()):
                writers.append((id_, writer, rank, role))
            taggings.extend(zip(repeat(id_), self._tags_of(entry), counting()))
        self.counts[Writer.__table__].update([writer for _, writer, _, _ in writers])
        self.counts[BookTag.__table__].update([tag for _, tag, _ in taggings])
        insert_rows(self.session, _book_writer, ("book_id", "writer_id", "rank", "role"), writers)
        insert_rows(self.session, _book_tagging, ("book_id", "tag_id", "rank"), taggings)

    def revise(self) -> set[int]:
        """Bring the books that were there up to date; the ids of those that changed."""
        ids = [book.id for _, book in self.old]
        writers = self._hanging(_book_writer, ids, ("writer_id", "role"))
        tags = self._hanging(_book_tagging, ids, ("tag_id",))
        changed: set[int] = set()
        updates: defaultdict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
        rehung: list[tuple[int, Entry]] = []
        for entry, book in self.old:
            _look_the_same(entry, book)
            given = {**entry.values, **self._in_series(entry)}
            new = {name: value for name, value in given.items() if value != getattr(book, name)}
            if "series_id" in new:
                self._count_series(book.series_id, -1)
                self._count_series(new["series_id"], 1)
            hung_writers, hung_tags = writers.get(book.id, []), tags.get(book.id, [])
            others = entry.writers is not None and list(self._writers_of(entry).items()) != hung_writers
            others_tags = entry.tags is not None and [(tag,) for tag in self._tags_of(entry)] != hung_tags
            if others or others_tags:
                rehung.append((book.id, self._only(entry, writers=others, tags=others_tags)))
            if others:
                self._take_off(_book_writer, Writer, book.id, hung_writers)
            if others_tags:
                self._take_off(_book_tagging, BookTag, book.id, hung_tags)
            if new or others or others_tags:
                # The row of the book changes too where only what hangs on it did: who follows it sees one change.
                new["updated_at"] = self.moment
                updates[frozenset(new)].append({"of": book.id, **{f"new_{name}": v for name, v in new.items()}})
                changed.add(book.id)
        for names, rows in updates.items():
            values = {name: bindparam(f"new_{name}", type_=_book.c[name].type) for name in sorted(names)}
            self.connection.execute(update(_book).where(_book.c.id == bindparam("of")).values(values), rows)
        self._hang(rehung)
        return changed

    def _only(self, entry: Entry, *, writers: bool, tags: bool) -> Entry:
        """The entry with its writers, its tags or both alone."""
        return Entry(entry.row, {}, entry.writers if writers else None, entry.tags if tags else None)

    def _take_off(self, table: Any, model: Any, book_id: int, hung: Sequence[tuple[Any, ...]]) -> None:
        if hung:
            self.connection.execute(delete(table).where(table.c.book_id == book_id))
            self.counts[model.__table__].subtract(one[0] for one in hung)

    def _hanging(self, table: Any, ids: Sequence[int], names: tuple[str, ...]) -> dict[int, list[tuple[Any, ...]]]:
        """What hangs on the books, in order."""
        found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for start in range(0, len(ids), _ASKED):
            asked = (
                select(table.c.book_id, *(table.c[name] for name in names))
                .where(table.c.book_id.in_(ids[start : start + _ASKED]))
                .order_by(table.c.book_id, table.c.rank)
            )
            for book_id, *values in self.connection.execute(asked):
                found[book_id].append(tuple(values))
        return found

    def count(self) -> None:
        """Write by how much the counts of writers, series and tags have changed."""
        for table, counts in self.counts.items():
            rows = [(delta, id_) for id_, delta in sorted(counts.items()) if delta]
            update_rows(self.session, _COUNT[table], ("delta", "of"), rows)
            counts.clear()
