"""Pages of a list, found by the row at their edge: they cost the same wherever they lie, and none is shown twice."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_

from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.db.types import UTCDateTime
from westmarch.errors import Invalid

_LARGEST, _LONGEST = 2**31 - 1, 3_000


class Order(NamedTuple):
    """How a list is sorted: by a column, whose name is `name`, then by id, both in one direction."""

    name: str
    column: ColumnElement[Any]
    descending: bool


class Page(NamedTuple):
    """Rows in order, and the cursors of the pages around them."""

    rows: Sequence[NamedRow]
    next: str | None
    previous: str | None


class Edge(NamedTuple):
    """Where a page begins: behind the row of this value and id, or, going `back`, before it."""

    back: bool
    value: Any
    id: int


def page(
    session: Reading,
    statement: NamedSelect,
    order: Order,
    key: ColumnElement[int],
    *,
    cursor: str,
    limit: int,
    parameters: Mapping[str, Any] | None = None,
) -> Page:
    """The page at a cursor (empty: the first) of the rows that a statement finds; it selects `key` as `id`.

    Raises Invalid for a cursor of another list.
    """
    edge = read(cursor, order)
    down = order.descending is not (edge is not None and edge.back)
    values = {**(parameters or {}), **bounds(edge, limit)}
    rows = session.execute(cut(statement, order.column, key, down=down, begun=edge is not None), values).all()
    return around(rows, order, edge, limit)


def cut(
    statement: NamedSelect, column: ColumnElement[Any], key: ColumnElement[int], *, down: bool, begun: bool
) -> NamedSelect:
    """The statement for one page, with the names of `bounds` as its parameters; `begun`: behind an edge."""
    statement = statement.add_columns(column.label("sorted_by"))
    if begun:
        value: ColumnElement[Any] = bindparam("edge_value", type_=column.type)
        last: ColumnElement[Any] = bindparam("edge_id", type_=Integer)
        beyond, key_beyond = (column < value, key < last) if down else (column > value, key > last)
        statement = statement.where(or_(beyond, and_(column == value, key_beyond)))
    sorting = [each.desc() if down else each.asc() for each in (column, key)]
    return statement.order_by(*sorting).limit(bindparam("size", type_=Integer))


def bounds(edge: Edge | None, limit: int) -> dict[str, Any]:
    """The values of a statement that `cut` has made: one row more than the page has tells that it is not the last."""
    values: dict[str, Any] = {"size": limit + 1}
    return values if edge is None else values | {"edge_value": edge.value, "edge_id": edge.id}


def around(found: Sequence[NamedRow], order: Order, edge: Edge | None, limit: int) -> Page:
    """The page of the rows that were found, in the order in which they were asked for."""
    back = edge is not None and edge.back
    more, rows = len(found) > limit, list(found[:limit])
    if back:
        rows.reverse()
    if not rows:
        return Page(rows, None, None)
    following = _written(order, rows[-1], back=False) if more or back else None
    previous = _written(order, rows[0], back=True) if (more if back else edge is not None) else None
    return Page(rows, following, previous)


def _written(order: Order, row: NamedRow, *, back: bool) -> str:
    value = row.sorted_by.isoformat() if isinstance(row.sorted_by, datetime) else row.sorted_by
    text = json.dumps([order.name, order.descending, back, value, row.id], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, order: Order) -> Edge | None:
    """The edge that a cursor names; None for the empty one. Raises Invalid for a cursor of another list."""
    if not cursor:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        name, descending, back, value, key = json.loads(text)
        if (name, descending) != (order.name, order.descending) or not isinstance(back, bool):
            raise ValueError("of another list")
        if type(key) is not int or abs(key) > _LARGEST:
            raise ValueError("no id")
        return Edge(back, _of_column(value, order), key)
    except (ValueError, TypeError, RecursionError, OverflowError, binascii.Error) as error:
        raise Invalid(
            "The cursor is none of this list.", place="cursor", hint="Begin at the first page, without a cursor."
        ) from error


def _of_column(value: Any, order: Order) -> Any:
    """The value as the column has it. Raises ValueError or TypeError."""
    if isinstance(order.column.type, Integer):
        if type(value) is not int or abs(value) > _LARGEST:
            raise ValueError("no number")
        return value
    if isinstance(order.column.type, UTCDateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no moment")
        return moment.astimezone(UTC)  # An OverflowError where that is no year of ours.
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    value.encode()  # Half a character is a ValueError.
    return value


def written(parameters: Mapping[str, str]) -> str:
    """The query of these parameters."""
    return "&".join(f"{name}={quote(value, safe=',:/')}" for name, value in parameters.items())


def links(address: str, parameters: Mapping[str, str], page: Page) -> dict[str, str | None]:
    """The whole addresses of the pages around one, by their relations; None where there is none."""
    cursors = {"next": page.next, "prev": page.previous}
    return {
        relation: None
        if cursor is None
        else f"{address}?{written(dict(sorted({**parameters, 'cursor': cursor}.items())))}"
        for relation, cursor in cursors.items()
    }


def header(addresses: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    """The header Link (RFC 8288)."""
    written = [f'<{address}>; rel="{relation}"' for relation, address in addresses.items() if address]
    return (("link", ", ".join(written)),) if written else ()
