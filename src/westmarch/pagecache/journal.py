"""How far the store has come in the log of changes, and what changed while pages were being rendered."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, func, select, true
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from westmarch.changes.models import Change, Epoch
from westmarch.changes.queries import COLUMNS, Seen, seen
from westmarch.pagecache.dependencies import Read
from westmarch.pagecache.store import Store

#: After more changes than these at once, throwing everything out costs less than looking at each.
MOST_CHANGES = 1_000
#: So many changes are remembered for the pages that are being rendered.
MOST_REMEMBERED = 5_000
#: Why everything is thrown out, as a clause for people.
OTHER_EPOCH = "the database has another history of changes than before, so it is another one or was restored"
LOST = "the log of changes does not go on from what was known of it, so the database was restored, or the log pruned"
MANY = f"more than {MOST_CHANGES:,} changes came at once"

# Each side has its own limit. Else PostgreSQL, which knows little of so young a table as `epoch`, takes the join for a
# large one: it read the whole log (8 ms for 60,000 changes), and would compile the statement first.
_epoch = select(Epoch.name).limit(1).subquery()
_changes = (
    select(*COLUMNS, Change.at)
    .where(Change.position >= bindparam("after"))
    .order_by(Change.position)
    .limit(MOST_CHANGES + 2)
    .subquery()
)
# The row of the epoch comes back alone where nothing is new, so that one statement, hence one snapshot, tells it all.
_NEWS = (
    select(_epoch.c.name, select(func.max(Change.position)).scalar_subquery(), *_changes.c)
    .select_from(_epoch)
    .outerjoin(_changes, true())
    .order_by(_changes.c.position)
)
_newest = select(func.max(Change.position)).scalar_subquery()
_NEWEST = select(
    _newest,
    select(Epoch.name).scalar_subquery(),
    select(cast(Change.at, Text)).where(Change.position == _newest).scalar_subquery(),
)


class News(NamedTuple):
    """What the log holds from a position on: the epoch, its newest position (0: none), and the changes.

    `rows` are those of the changes as they are in the log, with their times.
    """

    epoch: str
    newest: int
    changes: Sequence[Seen]
    rows: Sequence[tuple[Any, ...]]


def newest_statement(dialect: Dialect) -> str:
    """The SQL that tells the newest position, the epoch, and when the newest change was."""
    return str(_NEWEST.compile(dialect=dialect))


def news_statement(dialect: Dialect) -> tuple[str, Callable[[int], tuple[Any, ...]]]:
    """The SQL whose rows `news` reads, and what makes its parameters from the position that is known."""
    compiled = _NEWS.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    values, names = dict(compiled.params), compiled.positiontup or ()

    def parameters(after: int) -> tuple[Any, ...]:
        return tuple(after if name == "after" else values[name] for name in names)

    return str(compiled), parameters


def news(rows: Sequence[Sequence[Any]]) -> News:
    """What the rows of `news_statement` say."""
    if not rows:
        return News("", 0, (), ())
    epoch, newest = rows[0][:2]
    found = [tuple(row[2:]) for row in rows if row[2] is not None]
    return News(epoch, newest or 0, [seen(row[:-1]) for row in found], found)


class Began(NamedTuple):
    """From where on changes matter for a page that is being rendered."""

    position: int
    generation: int


class Journal:
    """Applies what is new in the log to a store, and remembers it while pages are being rendered.

    `forget` is called where the database has another history than before, so that nothing that was kept of it holds.
    """

    def __init__(self, store: Store, forget: Callable[[], None] = lambda: None) -> None:
        self.store = store
        self._forget = forget
        self.epoch = ""
        self.position = 0
        # The change at the position, if it was among those that were looked at.
        self._row: tuple[Any, ...] | None = None
        self._rendering = 0
        self._changes: list[Seen] = []

    def take(self, told: News) -> None:
        """Apply what is new. Where that cannot be told row by row, everything is thrown out."""
        # Of what we know, the row of our position is the last to be pruned. A restored database has none there, or
        # another one, if it has come further since: its epoch is that of its backup.
        row = told.rows[0] if told.rows and told.rows[0][0] == self.position else None
        lost = self.position > 0 and (row is None or self._row not in (None, row))
        changes = told.changes if row is None else told.changes[1:]
        if told.epoch != self.epoch or lost:
            self._forget()
        if told.epoch != self.epoch or lost or len(changes) > MOST_CHANGES:
            self.store.clear(OTHER_EPOCH if told.epoch != self.epoch else LOST if lost else MANY)
            self._changes.clear()
        elif changes:
            self.store.apply(changes)
            self._remember(changes)
        self.epoch, self.position = told.epoch, told.newest
        self._row = next((row for row in reversed(told.rows) if row[0] == told.newest), None)

    def _remember(self, changes: Sequence[Seen]) -> None:
        if not self._rendering:
            return
        if len(self._changes) + len(changes) > MOST_REMEMBERED:
            self.store.clear(MANY)  # So that none of the pages that are being rendered is stored.
            self._changes.clear()
        self._changes.extend(changes)

    def begin(self) -> Began:
        """A page is going to be rendered, and its snapshot is not open yet. `end` must follow."""
        self._rendering += 1
        return Began(self.position, self.store.generation)

    def end(self) -> None:
        """A page has been rendered, and whether it can be stored has been asked."""
        self._rendering -= 1
        if not self._rendering:
            self._changes.clear()

    def touched(self, began: Began, reads: Iterable[Read]) -> bool:
        """Whether anything was changed since that may alter what was read."""
        if began.generation != self.store.generation:
            return True
        since = [change for change in self._changes if change.position > began.position]
        return any(read.use.table == change.table and read.touched(change) for change in since for read in reads)
