"""Inserting and updating rows by the thousand.

SQLAlchemy's own way makes a dictionary for each row, and parameters of it: half of the time of a load. Here it compiles
the statement and says how each column's values are bound; the rows go to the driver as they are.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, Update, insert
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


def update_rows(session: Session, statement: Update, names: Sequence[str], rows: Sequence[tuple[int, ...]]) -> None:
    """Run an update once for each of the rows of parameters, which are whole numbers, named in the statement's order.

    Raises ValueError for other parameters, and what the database raises.
    """
    if not rows:
        return
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect)
    bound = compiled.positiontup if isinstance(compiled, SQLCompiler) else None
    if bound != list(names):
        raise ValueError(f"the statement has the parameters {bound}, not {list(names)}")
    connection.exec_driver_sql(str(compiled), list(rows))


def _bound(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them."""
    dialect = connection.dialect
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    if not any(processors):
        return list(rows)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for at, process in enumerate(processors):
        if process is not None:
            columns[at] = _processed(process, columns[at])
    return list(zip(*columns, strict=True))


def _processed(process: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """The values of a column as the driver takes them; where all are one, such as this moment, it is made once."""
    first = values[0]
    if all(value is first for value in values):
        return [process(first)] * len(values)
    return [process(value) for value in values]
