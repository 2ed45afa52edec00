"""Rows of the database as lines of text that mean the same on both engines.

A line is a JSON array of one row's values in the order of its table's columns; a moment is written in UTC, as
`2024-01-01T12:00:00+00:00`. Columns are taken as the database has them, not as the models do, so that a database of
an older schema is taken whole. Generated columns are left out.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Table,
    cast,
    column,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import AddConstraint, DropConstraint

from westmarch.db.faults import told
from westmarch.errors import Invalid, Unavailable, Unreadable
from westmarch.migrations.metadata import metadata

#: Tables that tell the history of one database. A restored one has a history of its own, and followers begin anew.
HISTORY = frozenset({"change", "epoch", "follower"})
#: Rows that are fetched and stored at once.
BATCH = 500
#: How long the lines of one part of a table become before the next one is begun, in bytes.
PART = 4 * 1024 * 1024

_writing = json.JSONEncoder(separators=(",", ":"))
_comparing = json.JSONEncoder(separators=(",", ":"), sort_keys=True)

SEQUENCE = table("sqlite_sequence", column("name"), column("seq"))


@dataclass(slots=True)
class Count:
    """What is known of a table's rows: how many, the sum of their hashes (in any order), the last number given out."""

    rows: int = 0
    digest: int = 0
    last: int = 0

    def add(self, values: Sequence[Any], line: bytes) -> None:
        """Count one row, given as its line's values, and the line."""
        if not all(map(_alike, values)):
            line = _comparing.encode(_comparable(values)).encode("ascii")
        hashed = hashlib.blake2b(line, digest_size=32).digest()
        self.rows += 1
        self.digest = (self.digest + int.from_bytes(hashed)) % 2**256


def _alike(value: Any) -> bool:
    """Whether a value stands in a line in one way only: numbers and the order of keys can differ."""
    return all(map(_alike, value)) if isinstance(value, list) else not isinstance(value, float | dict)


def _comparable(value: Any) -> Any:
    """The value with whole numbers as such: PostgreSQL's JSON has one kind of number, where `1e300` has 300 zeros."""
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, list | tuple):
        return [_comparable(one) for one in value]
    if isinstance(value, dict):
        return {name: _comparable(one) for name, one in value.items()}
    return value


def tables(connection: Connection) -> list[Table]:
    """The tables of ours that hold the site, with the columns that the database has, those referred to first."""
    there = set(inspect(connection).get_table_names())
    found = MetaData()

    @event.listens_for(found, "column_reflect")
    def tell_nulls_apart(_inspector: object, _table: Table, info: ReflectedColumn) -> None:
        if isinstance(info["type"], JSON):  # In a column that takes no NULL, None can only be JSON's null.
            info["type"] = type(info["type"])(none_as_null=info["nullable"])

    found.reflect(connection, only=sorted(there & metadata.tables.keys() - HISTORY))
    return [one for one in found.sorted_tables if one.name not in HISTORY]


def stored(one: Table) -> list[Column[Any]]:
    """The columns whose values are kept."""
    return [column for column in one.columns if column.computed is None]


# Out


def parts(connection: Connection, one: Table, count: Count) -> Iterator[bytes]:
    """The lines of a table's rows, in parts of about `PART` bytes; `count` is kept. Raises Unreadable."""
    columns = stored(one)
    statement = select(*columns).order_by(*one.primary_key).execution_options(yield_per=BATCH)
    lines, size = [], 0
    try:
        for row in connection.execute(statement):
            values = [_plain(value) for value in row]
            line = _writing.encode(values).encode("ascii")
            count.add(values, line)
            lines.append(line + b"\n")
            size += len(lines[-1])
            if size >= PART:
                yield b"".join(lines)
                lines, size = [], 0
    except (ValueError, TypeError, OverflowError) as error:
        raise Unreadable(str(error), f"a value of the table {one.name}") from error
    if lines:
        yield b"".join(lines)
    count.last = last_number(connection, one)


def _plain(value: Any) -> Any:
    """A value of a column as JSON has it. SQLite gives moments without a zone: they are in UTC."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def last_number(connection: Connection, one: Table) -> int:
    """The last number that a table gave to a row, which is never given again; 0 where it gives none."""
    numbered = metadata.tables[one.name].autoincrement_column
    if numbered is None:
        return 0
    if connection.dialect.name == "sqlite":
        given = connection.scalar(select(SEQUENCE.c.seq).where(SEQUENCE.c.name == one.name))
    else:
        given = connection.scalar(select(func.pg_sequence_last_value(cast(_sequence(connection, one), REGCLASS))))
    return max(given or 0, connection.scalar(select(func.max(one.c[numbered.name]))) or 0)


def _sequence(connection: Connection, one: Table) -> Any:
    numbered = metadata.tables[one.name].autoincrement_column
    assert numbered is not None
    return func.pg_get_serial_sequence(connection.dialect.identifier_preparer.quote(one.name), numbered.name)


# In


class Storing:
    """Stores rows in the empty tables of a database; `left_out` names columns and tables that it does not have."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.left_out: set[str] = set()
        self.tables = {one.name: one for one in tables(connection)}
        self._selves = [
            key
            for one in self.tables.values()
            for key in one.constraints
            if isinstance(key, ForeignKeyConstraint) and key.referred_table is one
        ]
        if self.connection.dialect.name == "postgresql":
            # A row may refer to a later one of its table. SQLite looks at references when all is stored.
            for key in self._selves:
                self.connection.execute(DropConstraint(key))

    def part(self, name: str, columns: Sequence[str], lines: bytes) -> None:
        """Store the rows of one part of the table `name`. Raises Invalid, naming the row that cannot be stored."""
        one = self.tables.get(name)
        if one is None:
            self.left_out.add(name)
            return
        known = {column.name: _reader(column, self.connection) for column in stored(one)}
        self.left_out.update(f"{name}.{column}" for column in columns if column not in known)
        found = []
        for number, line in enumerate(lines.splitlines(), 1):
            values = _values(line, len(columns), f"{name}: line {number}")
            named = zip(columns, values, strict=True)
            try:
                found.append({column: known[column](value) for column, value in named if column in known})
            except (ValueError, TypeError, OverflowError) as error:
                place = f"{name}: line {number}"
                raise Invalid(f"A row of the backup has a time that is none: {error}", place=place) from error
        for start in range(0, len(found), BATCH):
            self._insert(one, found[start : start + BATCH])

    def _insert(self, one: Table, rows: list[dict[str, Any]]) -> None:
        try:
            self.connection.execute(insert(one), rows)
        except StatementError as error:
            if isinstance(fault := told(error), Unavailable):
                raise fault from error
            raise Invalid(
                f"Rows of the table {one.name} cannot be stored: {str(error.orig).splitlines()[0]}",
                hint="Nothing was changed. A text with a NUL, or one too long, is taken by SQLite alone.",
                place=one.name,
            ) from error

    def end(self, lasts: dict[str, int]) -> None:
        """Go on counting behind the last numbers that were given, and look at references again."""
        for name, last in lasts.items():
            if last and (one := self.tables.get(name)) is not None:
                self._go_on(one, last)
        if self.connection.dialect.name == "postgresql":
            for key in self._selves:
                self.connection.execute(AddConstraint(key))

    def _go_on(self, one: Table, last: int) -> None:
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(select(func.setval(cast(_sequence(self.connection, one), REGCLASS), last)))
            return
        self.connection.execute(delete(SEQUENCE).where(SEQUENCE.c.name == one.name))
        self.connection.execute(insert(SEQUENCE).values(name=one.name, seq=last))


def _values(line: bytes, length: int, place: str) -> list[Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Invalid("A row of the backup is no JSON.", place=place) from error
    if not isinstance(values, list) or len(values) != length:
        raise Invalid(f"A row of the backup has not {length} values.", place=place)
    return values


def _reader(one: Column[Any], connection: Connection) -> Callable[[Any], Any]:
    """What makes a column's value of that in a line."""

    def moment(value: Any) -> Any:
        if value is None:
            return None
        at = datetime.fromisoformat(value).astimezone(UTC)
        return at if connection.dialect.name == "postgresql" else at.replace(tzinfo=None)

    if isinstance(one.type, DateTime):
        return moment
    if isinstance(one.type, Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    return lambda value: value
