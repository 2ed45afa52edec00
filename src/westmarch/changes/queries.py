"""Reading the change log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import bindparam, func, select

from westmarch.changes.models import Change, Epoch
from westmarch.db.sessions import Reading

#: The format of rows that this version reads.
FORMAT = 1
#: The operation of a row that nobody can read.
UNREADABLE = "unreadable"


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


class Moment(NamedTuple):
    """Where a snapshot stands: at a position (0: before the first) in one history of changes."""

    epoch: str
    position: int


_change = Change.__table__
_POSITION, _EPOCH = select(func.max(_change.c.position)), select(Epoch.__table__.c.name)

#: What a statement may ask besides, to learn with its rows where the snapshot stands.
POSITION, EPOCH = _POSITION.scalar_subquery().label("position"), _EPOCH.scalar_subquery().label("epoch")
_MOMENT = select(POSITION, EPOCH)


def moment(session: Reading) -> Moment:
    """Where the session's snapshot stands."""
    found = session.execute(_MOMENT).one()
    return Moment(found.epoch or "", found.position or 0)


def position(session: Reading) -> int:
    """The newest position that is visible; 0 before the first."""
    return session.execute(_POSITION).scalar() or 0


def epoch(session: Reading) -> str:
    """The name of this history of changes."""
    return session.execute(_EPOCH).scalar() or ""


#: The columns of a change, as `seen` takes them.
COLUMNS = (
    Change.position,
    Change.format,
    Change.table_name,
    Change.operation,
    Change.row_key,
    Change.columns,
    Change.old,
    Change.new,
)

_SINCE = (
    select(*(_change.c[column.key] for column in COLUMNS))
    .where(_change.c.position > bindparam("after"))
    .order_by(_change.c.position)
    .limit(bindparam("most"))
)


def since(session: Reading, after: int, limit: int) -> list[Seen]:
    """At most `limit` changes behind the position `after`, in order."""
    return [seen(row) for row in session.execute(_SINCE, {"after": after, "most": limit})]


def seen(row: Sequence[Any]) -> Seen:
    """A change from the values of its `COLUMNS`. One whose texts are no JSON is as one of an unknown operation."""
    position, version, table, operation, *texts = row
    try:
        row_key, columns, old, new = (from_json(text) if text else None for text in texts)
    except ValueError:
        return Seen(position or 0, version, table, UNREADABLE, (), None, {}, {})
    return Seen(
        position or 0,
        version,
        table,
        operation,
        tuple(row_key or ()),
        None if columns is None else frozenset(columns),
        old or {},
        new or {},
    )
