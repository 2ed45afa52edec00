"""What queries may do with a session, by type: read."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, TypeVarTuple

from sqlalchemy import Result, ScalarResult, Select

Ts = TypeVarTuple("Ts")
T = TypeVar("T")


class Reading(Protocol):
    """A session as a query sees it: what takes this cannot write, and an action cannot be given to `Database.read`."""

    def execute(self, statement: Select[*Ts], params: Mapping[str, Any] | None = None, /) -> Result[*Ts]:
        """Run a SELECT; `params` are the values of its named parameters."""
        ...

    def scalars(self, statement: Select[T], /) -> ScalarResult[T]:
        """The first column of each row."""
        ...

    def scalar(self, statement: Select[T], /) -> T | None:
        """The first column of the first row, or None."""
        ...

    @property
    def info(self) -> dict[Any, Any]:
        """Facts about this session."""
        ...
