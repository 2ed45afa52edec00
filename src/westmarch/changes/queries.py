"""Reading the change log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from westmarch.changes.models import Change, Epoch
from westmarch.db.sessions import Reading

#: The format of rows that this version reads.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """A change as followers see it. `columns` is None where all changed; `old` and `new` hold the logged key columns.

    An `operation` other than insert, update and delete, or a `format` not ours, means: anything may have changed.
    """

    position: int
    format: int
    table: str
    operation: str
    row_key: tuple[Any, ...]
    columns: frozenset[str] | None
    old: Mapping[str, Any]
    new: Mapping[str, Any]

    @property
    def sweeping(self) -> bool:
        """Whether it does not name one row, so that whatever was derived is to be made anew."""
        return self.format != FORMAT or self.operation not in {"insert", "update", "delete"}


def position(session: Reading) -> int:
    """The newest position that is visible; 0 before the first."""
    return session.scalar(select(func.max(Change.position))) or 0


def epoch(session: Reading) -> str:
    """The name of this history of changes."""
    return session.scalar(select(Epoch.name)) or ""


def since(session: Reading, after: int, limit: int) -> list[Seen]:
    """At most `limit` changes behind the position `after`, in order."""
    statement = (
        select(
            Change.position,
            Change.format,
            Change.table_name,
            Change.operation,
            Change.row_key,
            Change.columns,
            Change.old,
            Change.new,
        )
        .where(Change.position > after)
        .order_by(Change.position)
        .limit(limit)
    )
    return [
        Seen(
            row.position or 0,
            row.format,
            row.table_name,
            row.operation,
            tuple(json.loads(row.row_key)) if row.row_key else (),
            frozenset(json.loads(row.columns)) if row.columns else None,
            json.loads(row.old) if row.old else {},
            json.loads(row.new) if row.new else {},
        )
        for row in session.execute(statement)
    ]
