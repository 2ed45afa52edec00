"""How far the store has come in the log of changes, and what changed while pages were being rendered."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
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
LOST = "the log of changes has not all that came since any more"
MANY = f"more than {MOST_CHANGES:,} changes came at once"

# The row of the epoch comes back alone where nothing is new, so that one statement, hence one snapshot, tells it all.
_NEWS = (
    select(
        Epoch.name,
        select(func.max(Change.position)).scalar_subquery(),
        select(func.min(Change.position)).scalar_subquery(),
        *COLUMNS,
    )
    .select_from(Epoch)
    .outerjoin(Change, Change.position > bindparam("after"))
    .order_by(Change.position)
    .limit(MOST_CHANGES + 1)
)
_NEWEST = select(select(func.max(Change.position)).scalar_subquery(), select(Epoch.name).scalar_subquery())


class News(NamedTuple):
    """What the log holds behind a position: the epoch, its newest and oldest positions (0: none), and the changes."""

    epoch: str
    newest: int
    oldest: int
    changes: Sequence[Seen]


def newest_statement(dialect: Dialect) -> str:
    """The SQL that tells the newest position and the epoch."""
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
        return News("", 0, 0, ())
    epoch, newest, oldest = rows[0][:3]
    changes = [seen(row[3:]) for row in rows if row[3] is not None]
    return News(epoch, newest or 0, oldest or 0, changes)


class Began(NamedTuple):
    """From where on changes matter for a page that is being rendered."""

    position: int
    generation: int


class Journal:
    """Applies what is new in the log to a store, and remembers it while pages are being rendered."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.epoch = ""
        self.position = 0
        self._rendering = 0
        self._changes: list[Seen] = []

    def take(self, told: News) -> None:
        """Apply what is new. Where that cannot be told row by row, everything is thrown out."""
        # Positions never go back, and the row of the position we know is the last to be pruned.
        lost = told.newest < self.position or told.oldest > self.position
        if told.epoch != self.epoch or lost or len(told.changes) > MOST_CHANGES:
            self.store.clear(OTHER_EPOCH if told.epoch != self.epoch else LOST if lost else MANY)
            self._changes.clear()
        elif told.changes:
            self.store.apply(told.changes)
            self._remember(told.changes)
        self.epoch, self.position = told.epoch, told.newest

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
