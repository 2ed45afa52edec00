"""How the tables of a database differ from the models of this version, in words. Alembic finds the differences."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Index

from westmarch.migrations.metadata import metadata

#: The kinds of differences that Alembic tells, as what lacks or is too much
#: (https://alembic.sqlalchemy.org/en/latest/api/autogenerate.html).
_STATES = {"add": "is missing", "remove": "is none of this version's"}
_CHANGES = {
    "modify_type": "another type",
    "modify_nullable": "another rule for NULL",
    "modify_default": "another default",
    "modify_comment": "another comment",
}


class Differences:
    """All that differs between a database and the models, looked up once."""

    def __init__(self, connection: Connection) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        found: list[Any] = compare_metadata(MigrationContext.configure(connection), metadata)
        self._all = [each for one in found for each in (one if isinstance(one, list) else [one])]
        tables = {what[1].name for what in self._all if what[0] == "add_table"}
        there = {what[1].name for what in self._all if what[0] == "remove_index"}
        #: Indexes that can be made: their table is there, and no index has their name.
        self.indexes: list[Index] = [
            what[1]
            for what in self._all
            if what[0] == "add_index" and what[1].table.name not in tables and what[1].name not in there
        ]

    def of_indexes(self) -> list[str]:
        """The indexes that are missing and can be made, a sentence each."""
        return [_of_part("index", index, "add") for index in self.indexes]

    def of_tables(self) -> list[str]:
        """All other differences, a sentence each."""
        return [
            text
            for what in self._all
            if what[0] != "add_index" or what[1] not in self.indexes
            for text in _in_words(what)
        ]


def _in_words(difference: tuple[Any, ...]) -> Iterator[str]:
    kind, *what = difference
    state, _, noun = kind.partition("_")
    if kind in _CHANGES:
        yield f"The column {what[2]} of {what[1]} has {_CHANGES[kind]} than in this version."
    elif noun == "table":
        yield f"The table {what[0].name} {_STATES[state]}."
    elif noun == "column":
        yield f"The column {what[2].name} of {what[1]} {_STATES[state]}."
    else:
        yield _of_part({"fk": "foreign key"}.get(noun, noun), what[0], state)


def _of_part(noun: str, part: Any, state: str) -> str:
    return f"The {noun} {part.name} of {part.table.name} {_STATES[state]}."
