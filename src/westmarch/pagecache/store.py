"""Pages by their addresses, bounded in bytes, and which of them a change throws out.

Used in the event loop alone. Pages are found by what they read in an index: table, column and value of one condition of
each read. What is found so is asked precisely (`Read.touched`).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from westmarch.changes.queries import Seen
from westmarch.db.types import now
from westmarch.pagecache.dependencies import Read
from westmarch.pagecache.pages import Page

#: What a place in the index, a value of a read and an entry weigh in memory, in bytes; `tests` hold them against truth.
_PLACE, _VALUE, _ENTRY = 260, 40, 700
#: Of so many pages it is remembered why they went, if their addresses have no more bytes than this.
MOST_REMOVALS, LONGEST_REMOVED = 1_000, 300
#: Why a page goes that no change touches.
ROOM = "there was no room for it and others were asked for since"
SWEEPING = "a change came that names no row"


class Key(NamedTuple):
    """An address as it is stored: the path as requests write it, the query that its route declares, and a variant."""

    path: bytes
    query: bytes = b""
    variant: str = ""


@dataclass(eq=False, slots=True)
class Entry:
    """A page in the store, with what it read and since when it is there: the moment, and the position of the log."""

    key: Key
    page: Page
    reads: tuple[Read, ...]
    position: int
    since: datetime
    size: int = 0
    hits: int = 0


class Removal(NamedTuple):
    """When a page went and why: a clause for people, and the change that touched it, if one did."""

    at: datetime
    why: str
    change: Seen | None = None


class Store:
    """Entries by key; the least recently used go when there are more bytes than `limit`.

    `clock` tells the moments that people are told of, on which nothing else depends.
    """

    def __init__(self, limit: int, clock: Callable[[], datetime] = now) -> None:
        self.limit = limit
        self._clock = clock
        #: When everything was thrown out last.
        self.cleared: Removal | None = None
        self._removals: OrderedDict[Key, Removal] = OrderedDict()
        self.size = 0
        self.evicted = 0
        self.thrown_out = 0
        self._hits_before = 0
        #: Rises whenever everything is thrown out, for whoever is rendering meanwhile.
        self.generation = 0
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._index: dict[str, dict[str | None, dict[Hashable, set[Entry]]]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def hits(self) -> int:
        """How often an entry was answered with. Entries count by themselves: on a hit there is no time for more."""
        return self._hits_before + sum(entry.hits for entry in self)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def get(self, key: Key) -> Entry | None:
        """The entry at a key, which then counts as used."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: Key, page: Page, reads: Iterable[Read], position: int) -> Entry | None:
        """Store a page, in place of the one at the key; None where it would take more than an eighth of the room."""
        entry = Entry(key, page, tuple(reads), position, self._clock())
        self.remove(key)
        if not self.takes(page.size, entry.reads):
            return None
        self._entries[key] = entry
        for places, value in self._places(entry):
            places.setdefault(value, set()).add(entry)
        self.weigh(entry)
        return entry

    def weigh(self, entry: Entry) -> None:
        """Take note of what an entry weighs now, and let others go where that is too much."""
        if self._entries.get(entry.key) is not entry:
            return
        weight = _weight(entry.page.size, entry.reads)
        self.size += weight - entry.size
        entry.size = weight
        while self.size > self.limit:
            self.remove(next(iter(self._entries)), ROOM)
            self.evicted += 1

    def peek(self, key: Key) -> Entry | None:
        """The entry at a key, which does not count as used."""
        return self._entries.get(key)

    def removal(self, key: Key) -> Removal | None:
        """When and why the page at a key went last, or everything did; None where that is not known any more."""
        return self._removals.get(key, self.cleared)

    def remove(self, key: Key, why: str = "", change: Seen | None = None) -> None:
        """Take an entry out, if it is there, and remember why if it is said."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        if (why or change) and len(key.path) + len(key.query) <= LONGEST_REMOVED:
            self._removals.pop(key, None)
            self._removals[key] = Removal(self._clock(), why, change)
            if len(self._removals) > MOST_REMOVALS:
                self._removals.popitem(last=False)
        self.size -= entry.size
        self._hits_before += entry.hits
        for places, value in self._places(entry):
            found = places.get(value)
            if found is not None:
                found.discard(entry)
                if not found:
                    del places[value]

    def clear(self, why: str) -> None:
        """Throw everything out, because of what a clause says to people."""
        if self._entries:
            self.cleared = Removal(self._clock(), why)
            self._removals.clear()
        self.thrown_out += len(self._entries)
        self._hits_before = self.hits
        self._entries.clear()
        self._index.clear()
        self.size = 0
        self.generation += 1

    def apply(self, changes: Sequence[Seen]) -> None:
        """Throw out what the changes touch; everything, where one of them names no row."""
        if any(change.sweeping for change in changes):
            self.clear(SWEEPING)
            return
        for change in changes:
            self.throw_out([entry.key for entry in self.touched(change)], change=change)

    def throw_out(self, keys: Iterable[Key], why: str = "", change: Seen | None = None) -> None:
        """Take pages out that are not to be answered with any more, and count them."""
        for key in keys:
            self.remove(key, why, change)
            self.thrown_out += 1

    def touched(self, change: Seen) -> set[Entry]:
        """The entries that a change of a row touches."""
        found: set[Entry] = set()
        for column, places in self._index.get(change.table, {}).items():
            for entries in _candidates(places, column, change):
                found.update(
                    entry
                    for entry in entries
                    if any(read.use.table == change.table and read.touched(change) for read in entry.reads)
                )
        return found

    def _places(self, entry: Entry) -> Iterator[tuple[dict[Hashable, set[Entry]], Hashable]]:
        for read in entry.reads:
            by = read.use.by
            values = None if by is None else read.values[by]
            column = None if by is None or values is None else read.use.conditions[by].column
            places = self._index.setdefault(read.use.table, {}).setdefault(column, {})
            for value in (None,) if column is None or values is None else values:
                yield places, value

    def takes(self, size: int, reads: Iterable[Read]) -> bool:
        """Whether a page of so many bytes that read this leaves room for others."""
        return _weight(size, reads) <= self.limit // 8


def _weight(size: int, reads: Iterable[Read]) -> int:
    """What an entry weighs, with its places in the index."""
    values = places = 0
    for read in reads:
        values += sum(len(some) for some in read.values if some is not None)
        found = None if read.use.by is None else read.values[read.use.by]
        places += 1 if found is None else len(found)
    return _ENTRY + size + values * _VALUE + places * _PLACE


def _candidates(places: dict[Hashable, set[Entry]], column: str | None, change: Seen) -> Iterable[set[Entry]]:
    """The entries under the values that a changed row has, or has had, in a column."""
    if column is None:
        return places.values()
    rows: list[Any] = [row for row in (change.old, change.new) if row]
    if not rows or any(column not in row for row in rows):
        return places.values()  # The log does not tell the value, so it may be any.
    return [places[value] for value in {row[column] for row in rows} if value in places]
