"""Writing very many rows without a row in the log for each.

The log of a row costs more than the row: 15 µs, and whoever follows reads it again. So a load of thousands of rows
switches the triggers of its tables off and says once, in the same transaction, that anything may have changed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Table, delete, insert, update

from westmarch.changes import triggers
from westmarch.changes.models import Change

#: The operation that such a write leaves in the log: no follower takes it for one row.
OPERATION = "load"


@contextmanager
def unlogged(connection: Connection, tables: Sequence[Table]) -> Iterator[dict[str, tuple[int, int]]]:
    """Log what the block writes into the tables as one sweeping change of each, which its readers begin anew for.

    Where all of it is for new rows of one table, the block may say so in what it is given: the table's name with the
    first and the last of their ids. Readers that know what it means find it in `new` of each of the changes.

    Should the block fail, its transaction must be rolled back: that brings the triggers back as well. Until the
    transaction ends nobody else writes into the tables.
    """
    of_tables = triggers.of_tables(tables, connection.dialect)
    quote = connection.dialect.identifier_preparer.quote
    sqlite = connection.dialect.name == "sqlite"
    for trigger in of_tables:
        if sqlite:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quote(trigger.name)}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE {quote(trigger.table)} DISABLE TRIGGER {quote(trigger.name)}")
    about: dict[str, tuple[int, int]] = {}
    yield about
    for trigger in of_tables:
        if sqlite:
            connection.exec_driver_sql(trigger.create[0])
        else:
            connection.exec_driver_sql(f"ALTER TABLE {quote(trigger.table)} ENABLE TRIGGER {quote(trigger.name)}")
    sweep(connection, tables, about)


def sweep(connection: Connection, tables: Sequence[Table], about: Mapping[str, tuple[int, int]]) -> Sequence[int]:
    """Log one sweeping change of each table; the changes' ids. See `unlogged` for what they may be about."""
    new = json.dumps(about) if about else None
    names = sorted(table.name for table in tables)
    rows = [{"table_name": name, "operation": OPERATION, "new": new} for name in names]
    ids = connection.scalars(insert(Change).returning(Change.id), rows).all()
    if connection.dialect.name == "sqlite":
        connection.execute(update(Change).where(Change.id.in_(ids)).values(position=Change.id))
    return ids


def take_back(connection: Connection, ids: Sequence[int]) -> None:
    """Take changes out of the log that this transaction has logged, where nothing has come of it."""
    connection.execute(delete(Change).where(Change.id.in_(ids)))
