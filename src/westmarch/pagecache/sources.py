"""Where the values come from with which a statement compares: given with a run of it, or found by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: The values of one run by the names of bound parameters; one for IN may have several.
Parameters = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Given:
    """Values that a statement compares with: as they are written in it, or by the names of its parameters.

    `written` makes of a value what the database is given, where that is not the same.
    """

    values: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    written: Callable[[Any], Any] | None = None

    def of(self, parameters: Parameters, _rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """The values in a run. NULL is left out: nothing equals it."""
        found = [*self.values, *(value for name in self.names for value in parameters[name])]
        known = dict.fromkeys(value for value in found if value is not None)
        return tuple(known if self.written is None else map(self.written, known))


@dataclass(frozen=True, slots=True)
class Returned:
    """The values that came back in a column of the result."""

    position: int

    def of(self, _parameters: Parameters, rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """The values in a run, without NULL."""
        return tuple(dict.fromkeys(row[self.position] for row in rows if row[self.position] is not None))


Source = Given | Returned
