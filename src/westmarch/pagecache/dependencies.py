"""What a page depends on: rows of tables by their keys, and the columns of those rows that it shows or looks for."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from westmarch.changes.queries import Seen

#: A read that names more keys than this counts as one of all rows, so that the index of pages stays small.
MOST_VALUES = 500


class Comparison(Enum):
    """How a condition looks at a column; the members' values are for people."""

    IN = "in"
    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"
    NULL = "is null"
    NOT_NULL = "is not null"

    @property
    def takes_values(self) -> bool:
        """Whether it compares with values."""
        return self not in (Comparison.NULL, Comparison.NOT_NULL)


class Condition(NamedTuple):
    """A test of one column, whose values the log of changes holds. `IN` has its values in the `Read`."""

    column: str
    test: Comparison


@dataclass(frozen=True, eq=False, slots=True)
class Use:
    """How a statement uses a table, the same for all its runs.

    `conditions` are what a row must meet to be of any interest; `columns` are those whose values matter then (None:
    all). Pages are found again by the values of the condition number `by`, where there is one.
    """

    table: str
    conditions: tuple[Condition, ...]
    columns: frozenset[str] | None
    by: int | None

    def __str__(self) -> str:
        conditions = ", ".join(f"{column} {test.value}" for column, test in self.conditions)
        columns = "all" if self.columns is None else ", ".join(sorted(self.columns))
        return f"{self.table}({conditions}; {columns})"


class Read(NamedTuple):
    """A use with the values of one run, a tuple for each condition; None stands for any value."""

    use: Use
    values: tuple[tuple[Any, ...] | None, ...]

    def touched(self, change: Seen) -> bool:
        """Whether the change may alter what was read.

        An insert or delete does if its row meets the conditions; an update if it makes the row meet them, or meet them
        no more, or changes one of the columns on a row that meets them.
        """
        use = self.use
        if change.operation == "insert":
            return self._meets(change.new) is not False
        if change.operation == "delete":
            return self._meets(change.old) is not False
        before, after = self._meets(change.old), self._meets(change.new)
        if before is None or after is None or before != after or change.columns is None:
            return True
        return before and (use.columns is None or not use.columns.isdisjoint(change.columns))

    def _meets(self, row: Mapping[str, Any]) -> bool | None:
        """Whether the row meets the conditions; None where the log does not hold what tells."""
        known = True
        for (column, test), values in zip(self.use.conditions, self.values, strict=True):
            passes = _passes(row[column], test, values) if column in row else None
            if passes is False:
                return False
            known = known and passes is not None
        return True if known else None


def _passes(value: Any, test: Comparison, values: Sequence[Any] | None) -> bool | None:
    """Whether a value passes a test; None where a stranger wrote one that is not of the column's type."""
    if values is None:
        return True
    if test is Comparison.IN:
        return value in values
    if test is Comparison.NULL:
        return value is None
    if value is None:
        return False
    if test is Comparison.NOT_NULL:
        return True
    bound = values[0]
    if isinstance(bound, datetime):
        value = _moment(value)
    like = (int, float) if isinstance(bound, int) else type(bound)
    return _BOUNDS[test](value, bound) if isinstance(value, like) else None


def _moment(value: Any) -> datetime | None:
    """A moment of PostgreSQL's log, in UTC without saying so; None for `infinity` and years before the first."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None


#: How the database compares; SQLite's moments are texts, and compared as such.
_BOUNDS: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
    Comparison.ABOVE: operator.gt,
    Comparison.BELOW: operator.lt,
}


@cache
def whole(table: str) -> Read:
    """The read of all rows and columns of a table; the same one each time, so that pages share it."""
    return Read(Use(table, (), None, None), ())
