"""Pages of a list that begin behind a row, not after so many rows: they cost the same wherever they lie."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_

from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.db.types import UTCDateTime
from westmarch.errors import Invalid

# The largest integer that a column of ours holds, and the longest cursor that is looked at.
_LARGEST, _LONGEST = 2**31 - 1, 8_000


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list: its rows, how many the whole list has, and the cursors of the next and the previous page.

    They are None on the last and on the first page.
    """

    rows: Sequence[NamedRow]
    total: int
    next: str | None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: the column by name, and whether it descends. The id decides between equals."""

    column: ColumnElement[Any]
    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """The row behind which a page begins or, going `back`, before which it ends."""

    back: bool
    value: Any
    id: int


def chosen(sorts: Mapping[str, ColumnElement[Any]], asked: str) -> Order:
    """The order that is asked for by name, with a minus before it where it descends. Raises Invalid for another."""
    name = asked.removeprefix("-")
    if name not in sorts:
        raise Invalid(
            f"A list cannot be sorted by {asked[:60]!r}.", place="sort", hint=f"There are: {', '.join(sorts)}."
        )
    return Order(sorts[name], name, asked.startswith("-"))


def page(
    session: Reading,
    statement: Select[Any],
    order: Order,
    key: ColumnElement[int],
    *,
    after: str | None,
    size: int,
) -> Found:
    """The page of `size` rows at the cursor `after`; the statement selects `key` as `id`, and what is shown.

    Raises Invalid for a cursor that is none of this order.
    """
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = session.scalar(counted) or 0

    def ask(edge: Edge | None) -> Sequence[NamedRow]:
        at = {} if edge is None else {"edge_value": edge.value, "edge_id": edge.id}
        asked = cut(statement, order, key, back=None if edge is None else edge.back)
        return session.execute(asked, at | {"size": size + 1}).all()

    return around(ask, order, edge_of(after, order), size, total)


def cut(statement: Select[Any], order: Order, key: ColumnElement[int], *, back: bool | None) -> NamedSelect:
    """The statement for one page, with the value by which is sorted as `sorted_by`.

    Its parameters are `size` and, but on the first page (`back` None), those of an edge: `edge_value`, `edge_id`.
    """
    down, column = order.descending is not (back is True), order.column
    found = statement.add_columns(column.label("sorted_by"))
    if back is not None:
        value: ColumnElement[Any] = bindparam("edge_value", type_=column.type)
        last: ColumnElement[Any] = bindparam("edge_id", type_=Integer)
        beyond, key_beyond = (column < value, key < last) if down else (column > value, key > last)
        found = found.where(or_(beyond, and_(column == value, key_beyond)))
    sorting = (each.desc() if down else each.asc() for each in (column, key))
    return found.order_by(*sorting).limit(bindparam("size", type_=Integer))


def around(
    ask: Callable[[Edge | None], Sequence[NamedRow]], order: Order, edge: Edge | None, size: int, total: int
) -> Found:
    """The page at an edge: `ask` gives its rows and one more, away from the edge.

    Where the rows before an edge make no whole page any more it is the first page; where there are none behind it, the
    last one.
    """
    found = ask(edge)
    if edge is not None and edge.back and len(found) < size:
        edge, found = None, ask(None)
    emptied = edge is not None and not found
    if emptied and edge is not None:
        # With the row of the edge itself, which was the last before.
        edge = Edge(back=True, value=edge.value, id=edge.id + (-1 if order.descending else 1))
        found = ask(edge)
    back, more, rows = edge is not None and edge.back, len(found) > size, list(found[:size])
    if back:
        rows.reverse()
    if not rows:
        return Found(rows, total, None)
    return Found(
        rows,
        total,
        _written(rows[-1], order, back=False) if (back and not emptied) or (more and not back) else None,
        _written(rows[0], order, back=True) if (more if back else edge is not None) else None,
    )


def edge_of(cursor: str | None, order: Order) -> Edge | None:
    """The edge that a cursor names, None for none. Raises Invalid for one of another list."""
    if not cursor:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        name, descending, back, value, key = json.loads(text)
        if (name, descending) != (order.name, order.descending) or not isinstance(back, bool):
            raise ValueError("of another list")
        if not _is_number(key):
            raise ValueError("no id")
        return Edge(back, _fit(value, order), key)
    except (ValueError, TypeError, RecursionError, OverflowError, binascii.Error) as error:
        raise Invalid(
            "The cursor is none of this list.", place="cursor", hint="Begin at the first page, without a cursor."
        ) from error


def _written(row: NamedRow, order: Order, *, back: bool) -> str:
    value = row.sorted_by.isoformat() if isinstance(row.sorted_by, datetime) else row.sorted_by
    text = json.dumps([order.name, order.descending, back, value, row.id], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _fit(value: object, order: Order) -> Any:
    """The value as the column has it. Raises ValueError for what is none."""
    if isinstance(order.column.type, UTCDateTime):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            raise ValueError("no moment")
        return moment.astimezone(UTC)  # An OverflowError where that is no year of ours.
    if order.column.type.python_type is int:
        if not _is_number(value):
            raise ValueError("no number")
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    value.encode()  # Half a character is a ValueError.
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST
