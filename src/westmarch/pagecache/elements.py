"""A table in the FROM of a SELECT, what the SELECT asks of it, and which uses of the table that makes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, FromClause, Table
from sqlalchemy.types import Boolean, Integer, String

from westmarch.db.types import UTCDateTime
from westmarch.pagecache.dependencies import Comparison, Condition, Use
from westmarch.pagecache.sources import Returned, Source

#: A column of an element of FROM.
Place = tuple[FromClause, str]
#: A use of a table, with the sources of its conditions' values.
Sourced = tuple[Use, tuple[Source, ...]]


@dataclass(slots=True)
class Element:
    """A table in a FROM clause, and what is known of its use."""

    table: Table
    #: Whether it is on the right of a LEFT JOIN.
    optional: bool
    conditions: dict[str, list[tuple[Comparison, Source]]] = field(default_factory=dict)
    member: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    #: Whether anything but a join decides which rows are found, where that matters for joins.
    filtered: bool = False
    #: Whether WHERE or a cut depends on it, so that not all rows of the other side of its join come back.
    decisive: bool = False
    #: The keys by which rows are joined, where they are those that came back.
    led_to: tuple[str, Source] | None = None

    def fixed(self, column: str) -> Source | None:
        """The values that a column must have."""
        return next((source for test, source in self.conditions.get(column, ()) if test is Comparison.IN), None)

    def narrow(self, column: str, test: Comparison, source: Source) -> None:
        """Note a condition on a column."""
        self.conditions.setdefault(column, []).append((test, source))
        self.filtered = True

    def decide(self, column: str) -> None:
        """Note that which rows come back depends on a column, in a way that no condition tells."""
        self.member.add(column)
        self.filtered = self.decisive = True

    @property
    def key(self) -> str | None:
        """The primary key, where it is one column."""
        names = [column.name for column in self.table.primary_key]
        return names[0] if len(names) == 1 else None

    def uses(self, position: int | None) -> Iterator[Sourced]:
        """The uses of the table; `position` is that of its primary key in the result, if it comes back."""
        conditions = [(name, test, source) for name, found in self.conditions.items() for test, source in found]
        if self.led_to is not None:
            column, source = self.led_to
            yield self._use([*conditions, (column, Comparison.IN, source)], self.member | self.shown)
        elif position is None or self.key is None or self.fixed(self.key) is not None:
            yield self._use(conditions, self.member | self.shown)
        else:
            yield self._use(conditions, self.member)
            yield self._use([(self.key, Comparison.IN, Returned(position))], self.shown)

    def _use(self, wanted: Iterable[tuple[str, Comparison, Source]], columns: Iterable[str]) -> Sourced:
        """A use. A condition that cannot be asked of what the log of changes holds is one of its columns."""
        told, kept = set(columns), list[tuple[str, Comparison, Source]]()
        for name, test, source in wanted:
            if name in logged(self.table) and _told(self.table.c[name], test):
                kept.append((name, test, source))
            else:
                told.add(name)
        conditions = tuple(Condition(name, test) for name, test, _ in kept)
        use = Use(self.table.name, conditions, frozenset(told), _best(self.table, conditions))
        return use, tuple(source for _, _, source in kept)


def logged(table: Table) -> frozenset[str]:
    """The columns whose values the log of changes holds."""
    return frozenset((*(column.name for column in table.primary_key), *table.info.get("keys", ())))


def _told(column: Column[Any], test: Comparison) -> bool:
    """Whether the log tells of a value whether it passes the test; of moments, only which is the later one."""
    if isinstance(column.type, UTCDateTime):
        return test is not Comparison.IN
    return not test.takes_values or isinstance(column.type, Integer | String | Boolean)


def _best(table: Table, conditions: Sequence[Condition]) -> int | None:
    """The number of the condition by which pages are found: the one that fewest rows meet, as far as one can tell."""

    def many(number: int) -> tuple[bool, bool]:
        column: Column[Any] = table.c[conditions[number].column]
        return not column.primary_key, not column.foreign_keys

    numbers = [number for number, condition in enumerate(conditions) if condition.test is Comparison.IN]
    return min(numbers, key=many, default=None)
