"""Looking for stored values that are none of their column: SQLite keeps whatever another program writes."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, String, Table, cast, inspect, select, type_coerce
from sqlalchemy.types import NullType

from westmarch.db.types import Json, UTCDateTime
from westmarch.errors import Unreadable
from westmarch.migrations.metadata import metadata


def unreadable(connection: Connection) -> Iterator[str]:
    """What of all tables cannot be read, a sentence each that names table, row and column.

    These are moments, JSON, and on SQLite texts that are not UTF-8.
    """
    # An older schema has not all tables, and one that is missing is told elsewhere.
    there = set(inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in there:
            continue
        try:
            yield from _of_table(connection, table)
        except Unreadable as error:  # The driver of PostgreSQL cannot read it at all, so there is no row to name.
            yield f"The table {table.name}: {error.message}"


def _of_table(connection: Connection, table: Table) -> Iterator[str]:
    found = ((column, _reader(column, connection)) for column in table.columns)
    readers = [(column, read) for column, read in found if read is not None]
    if not readers:
        return
    keys = [_raw(key, connection) for key in table.primary_key]
    for row in connection.execute(select(*keys, *(_raw(column, connection) for column, _ in readers))):
        key = ", ".join(
            part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in row[: len(keys)]
        )
        for (column, read), value in zip(readers, row[len(keys) :], strict=True):
            try:
                read(value)
            except Unreadable as error:
                yield f"In row {key} of {table.name}, column {column.name}: {error.message}"


def _reader(column: Column[Any], connection: Connection) -> Callable[[Any], object] | None:
    """What makes a value of what `_raw` gives, or None where nothing can be wrong with it."""
    if isinstance(column.type, UTCDateTime | Json):
        return column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
    return _text if _may_be_no_text(column, connection) else None


def _raw(column: Column[Any], connection: Connection) -> ColumnElement[Any]:
    return cast(column, LargeBinary) if _may_be_no_text(column, connection) else type_coerce(column, NullType())


def _may_be_no_text(column: Column[Any], connection: Connection) -> bool:
    return isinstance(column.type, String) and connection.dialect.name == "sqlite"


def _text(value: bytes | None) -> None:
    try:
        (value or b"").decode()
    except UnicodeDecodeError as error:
        raise Unreadable(error.object.decode(errors="replace"), "text in UTF-8") from error
