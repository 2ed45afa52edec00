"""Inserting rows by the thousand.

SQLAlchemy's own way makes a dictionary for each row, and parameters of it: half of the time of a load. Here it compiles
the statement and says how each column's values are bound; the rows go to the driver as they are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler


def insert_rows(session: Session, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of the columns named, which stand in the table's order and are all those that have no NULL.

    Raises ValueError for other columns, and what the database raises.
    """
    if not rows:
        return
    connection = session.connection()
    statement = insert(table).compile(dialect=connection.dialect, column_keys=list(names))
    bound = statement.positiontup if isinstance(statement, SQLCompiler) else None
    if bound != list(names):
        raise ValueError(f"rows of {table.name} are inserted by the columns {bound}, not {list(names)}")
    connection.exec_driver_sql(str(statement), _bound(connection, table, names, rows))


def _bound(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them."""
    dialect = connection.dialect
    processors = [
        (at, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for at, name in enumerate(names)
    ]
    needed = [(at, process) for at, process in processors if process is not None]
    if not needed:
        return list(rows)
    # Rows of one batch have the same moment.
    moments: dict[tuple[int, datetime], Any] = {}
    bound = []
    for row in rows:
        values = list(row)
        for at, process in needed:
            value = values[at]
            if isinstance(value, datetime):
                if (at, value) not in moments:
                    moments[at, value] = process(value)
                values[at] = moments[at, value]
            else:
                values[at] = process(value)
        bound.append(tuple(values))
    return bound
