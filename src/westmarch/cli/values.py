"""Looking for stored values that are none of their column: SQLite keeps whatever another program writes."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, select, type_coerce
from sqlalchemy.types import NullType

from westmarch.db.types import Json, UTCDateTime
from westmarch.errors import Unreadable
from westmarch.migrations.metadata import metadata


def unreadable(connection: Connection) -> Iterator[str]:
    """The moments and the JSON of all tables that cannot be read, a sentence each that names table, row and column."""
    for table in metadata.sorted_tables:
        try:
            yield from _of_table(connection, table)
        except Unreadable as error:  # The driver of PostgreSQL cannot read it at all, so there is no row to name.
            yield f"The table {table.name}: {error.message}"


def _of_table(connection: Connection, table: Table) -> Iterator[str]:
    columns = [column for column in table.columns if isinstance(column.type, UTCDateTime | Json)]
    if not columns:
        return
    readers = [
        column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None) for column in columns
    ]
    keys = list(table.primary_key)
    raw = select(*keys, *(type_coerce(column, NullType()) for column in columns))
    for row in connection.execute(raw):
        key = ", ".join(str(part) for part in row[: len(keys)])
        for column, read, value in zip(columns, readers, row[len(keys) :], strict=True):
            try:
                if read is not None:
                    read(value)
            except Unreadable as error:
                yield f"In row {key} of {table.name}, column {column.name}: {error.message}"
