"""Writing very many rows without a row in the log for each.

The log of a row costs more than the row: 15 µs, and whoever follows reads it again. So a load of thousands of rows
switches the triggers of its tables off and says once, in the same transaction, that anything may have changed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, MetaData, Table, insert, update

from westmarch.changes import triggers
from westmarch.changes.models import Change

#: The operation that such a write leaves in the log: no follower takes it for one row.
OPERATION = "load"


@contextmanager
def unlogged(connection: Connection, tables: Sequence[Table], metadata: MetaData) -> Iterator[None]:
    """Log what the block writes into the tables as one sweeping change of each, which its readers begin anew for.

    Should the block fail, its transaction must be rolled back: that brings the triggers back as well. Until the
    transaction ends nobody else writes into the tables.
    """
    names = {table.name for table in tables}
    of_tables = [one for one in triggers.declared(metadata, connection.dialect) if one.table in names]
    quote = connection.dialect.identifier_preparer.quote
    sqlite = connection.dialect.name == "sqlite"
    for trigger in of_tables:
        if sqlite:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quote(trigger.name)}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE {quote(trigger.table)} DISABLE TRIGGER {quote(trigger.name)}")
    yield
    for trigger in of_tables:
        if sqlite:
            connection.exec_driver_sql(trigger.create[0])
        else:
            connection.exec_driver_sql(f"ALTER TABLE {quote(trigger.table)} ENABLE TRIGGER {quote(trigger.name)}")
    rows = [{"table_name": name, "operation": OPERATION} for name in sorted(names)]
    ids = connection.scalars(insert(Change).returning(Change.id), rows).all()
    if sqlite:
        connection.execute(update(Change).where(Change.id.in_(ids)).values(position=Change.id))
