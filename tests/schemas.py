"""Databases of the schemas before the newest one, on which this release has to run."""

from sqlalchemy import Connection

from westmarch.changes import triggers
from westmarch.db.engines import parse_url
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema

#: The tables that each schema brought.
TABLES = {"0002": {"most_read", "post_view"}}


async def taken_back(url: str, number: str) -> None:
    """Take a database back to a schema, with the triggers that its release had made."""
    await schema.upgrade(url, to=number)
    later = {name for brought, names in TABLES.items() if brought > number for name in names}

    def install(connection: Connection) -> None:
        triggers.drop(connection)
        for trigger in triggers.declared(metadata, connection.dialect):
            if trigger.table not in later:
                for statement in trigger.create:
                    connection.exec_driver_sql(statement)

    await schema.with_connection(parse_url(url), install, migrates=True)
