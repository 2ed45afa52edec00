"""What queries may do with a session, by type: read; and the sessions of a database in this process."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, TypeVarTuple

from sqlalchemy import Connection, Result, ScalarResult, Select
from sqlalchemy.orm import Session
from typing_extensions import override

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


class Direct(Session):
    """A session in the transaction of a connection, which gets statements on tables as they are.

    To pass through a session costs as much as to run one. What names mapped classes is run as in any session.
    """

    def __init__(self, connection: Connection, *, autoflush: bool) -> None:
        super().__init__(connection, autoflush=autoflush, expire_on_commit=False)
        self._direct = connection

    @override
    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """Run a statement."""
        # There is no public name for how a statement says that it is of mapped classes.
        if options or statement._propagate_attrs:  # noqa: SLF001
            return super().execute(statement, params, **options)
        if self.autoflush:
            self.flush()
        return self._direct.execute(statement, params)

    @override
    def scalars(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """The first column of each row."""
        return self.execute(statement, params, **options).scalars()

    @override
    def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """The first column of the first row, or None."""
        return self.execute(statement, params, **options).scalar()
