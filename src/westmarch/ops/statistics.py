"""What PostgreSQL knows of the rows in tables, by which it plans statements."""

from sqlalchemy import Connection, text

from westmarch.db.engines import parse_url
from westmarch.ops import schema

_UNKNOWN = text(
    "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND reltuples < 0"
    " AND relnamespace = to_regnamespace(current_schema()::text)"
)
_GATHER = text("ANALYZE (SKIP_LOCKED)")


async def gather(database_url: str) -> None:
    """Let PostgreSQL look at the tables now, if there is one that it has never looked at: after much was written.

    Some time later it does so by itself, unless that is turned off. SQLite is left alone: without statistics it goes
    by keys and indexes, and with them it reads all of each table that was small when they were made. Raises Unavailable
    where the engine cannot answer.
    """
    url = parse_url(database_url)
    if url.get_backend_name() == "postgresql":
        await schema.with_connection(url, _gather, migrates=True)


def _gather(connection: Connection) -> None:
    if connection.scalar(_UNKNOWN):
        connection.execute(_GATHER)
