"""Pages of a list that begin behind a row, not after so many rows: they cost the same wherever they lie."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid

# The largest integer that a column of ours holds, and the longest cursor that is looked at.
_LARGEST, _LONGEST = 2**31 - 1, 8_000


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list: its rows, how many the whole list has, and the cursor of the next page (None: the last)."""

    rows: Sequence[NamedRow]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: the column by name, and whether it descends. The id decides between equals."""

    column: ColumnElement[Any]
    name: str
    descending: bool = False


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
    """The page of `size` rows behind the cursor `after`; the statement selects `key` as `id`, and what is shown.

    Raises Invalid for a cursor that is none of this order.
    """
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    found = statement.add_columns(order.column.label("sorted_by"))
    if after is not None:
        value, last = _read(after, order)
        beyond = order.column < value if order.descending else order.column > value
        key_beyond = key < last if order.descending else key > last
        found = found.where(or_(beyond, and_(order.column == value, key_beyond)))
    found = found.order_by(*(column.desc() if order.descending else column for column in (order.column, key)))
    rows = session.execute(found.limit(size + 1)).all()
    more = len(rows) > size
    rows = rows[:size]
    return Found(rows, total, _written(rows[-1].sorted_by, rows[-1].id, order) if more else None)


def _written(value: object, key: int, order: Order) -> str:
    text = json.dumps([order.name, order.descending, value, key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: Order) -> tuple[Any, int]:
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        name, descending, value, key = json.loads(text)
        if (name, descending) != (order.name, order.descending) or not _fits(value, order) or not _is_number(key):
            raise ValueError("of another list")
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise Invalid(
            "The cursor is none of this list.", place="cursor", hint="Begin at the first page, without a cursor."
        ) from error
    return value, key


def _fits(value: object, order: Order) -> bool:
    if order.column.type.python_type is int:
        return _is_number(value)
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST
