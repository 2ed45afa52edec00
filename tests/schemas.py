"""Databases of the schemas before the newest one, on which this release has to run."""

from sqlalchemy import Connection, MetaData

from westmarch.changes import triggers
from westmarch.db.engines import parse_url
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema

#: The tables that each schema brought.
TABLES = {
    "0002": {"most_read", "post_view"},
    "0004": {"imported_comment"},
    "0005": {"import_made", "import_run"},
    "0006": {
        "book", "book_tag", "book_tagging", "book_writer", "index_generation", "reading", "series", "writer",
    },
    "0008": {"media_detail"},
    "0010": {"journal", "post_meta", "presence", "preview_link"},
}  # fmt: skip
#: The logged keys of tables before the schema that changed them.
KEYS = {
    "0003": {
        "archive_count": ("scope_id", "year"), "author": ("slug",), "byline": ("author_id", "post_id"),
        "part": ("topic_id", "subject_id"), "tag": ("slug",), "tagging": ("tag_id", "subject_id"), "topic": ("slug",),
    },
}  # fmt: skip


async def taken_back(url: str, number: str) -> None:
    """Take a database back to a schema, with the triggers that its release had made."""
    await schema.upgrade(url, to=number)
    later = {name for brought, names in TABLES.items() if brought > number for name in names}

    def install(connection: Connection) -> None:
        triggers.drop(connection)
        for trigger in triggers.declared(_as_of(number), connection.dialect):
            if trigger.table not in later:
                for statement in trigger.create:
                    connection.exec_driver_sql(statement)

    await schema.with_connection(parse_url(url), install, migrates=True)


def _as_of(number: str) -> MetaData:
    """The tables as today, which log the keys that they logged with the schema."""
    then = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(then).info.update(table.info)
    for changed, keys in sorted(KEYS.items(), reverse=True):
        for name in keys if changed > number else ():
            then.tables[name].info["keys"] = keys[name]
    return then
