"""What Alembic runs: on the connection that it is given, inside the transaction that is open there.

Triggers name columns, so they are dropped before and made again from the models once the newest schema is reached.
What happens between is not logged row by row; one change of operation `schema` tells followers to begin anew. Where
the schema is the newest already, triggers that are missing or old are made anew in the same way.
"""

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from westmarch.changes import triggers
from westmarch.migrations.metadata import metadata


def run(connection: Connection) -> None:
    """Migrate, with the triggers out of the way."""
    head = ScriptDirectory.from_config(context.config).get_current_head()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    migrated = context.get_context().get_current_revision() == head == context.get_revision_argument()
    if migrated and not triggers.faults(connection, metadata):
        return
    triggers.drop(connection)
    context.run_migrations()
    if context.get_context().get_current_revision() == head:
        triggers.renew(connection, metadata)


run(context.config.attributes["connection"])
