"""Models and migrations agree on both engines, and each migration goes up on data and down."""

import re
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import CheckConstraint, Column, Computed, Connection, DefaultClause, Table, inspect, text

from tests.factories import post
from westmarch.db.database import open_database
from westmarch.db.engines import parse_url
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema

PHASES = {"expand", "contract"}


def scripts() -> list[Script]:
    """All migrations, the first one first."""
    config = Config()
    config.set_main_option("script_location", schema.SCRIPTS)
    config.set_main_option("path_separator", "os")
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


@pytest.mark.unit
def test_migrations_stand_in_one_line_and_count_up() -> None:
    numbers = [script.revision for script in scripts()]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert [script.down_revision for script in scripts()] == [None, *numbers[:-1]]


@pytest.mark.unit
def test_each_migration_is_marked_and_described() -> None:
    assert {script.module.phase for script in scripts()} <= PHASES
    assert all(script.doc for script in scripts())


@pytest.mark.unit
def test_the_range_of_this_release_is_the_newest_migrations() -> None:
    numbers = tuple(script.revision for script in scripts())
    assert numbers[-len(schema.RANGE) :] == schema.RANGE


async def on(url: str, f: Any) -> Any:
    return await schema.with_connection(parse_url(url), f)


async def test_models_and_migrations_agree(database_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert await on(database_url, differences) == []


def plain(sql: str) -> str:
    """An expression without what an engine adds to it when it stores it."""
    return re.sub(r"::\w+( varying)?(\[\])?|[\s()'\[\]]|ARRAY|= ?ANY|\bIN\b", "", str(sql)).lower().replace(",", "")


async def test_computed_columns_agree(database_url: str) -> None:
    def look(connection: Connection) -> tuple[dict[str, str], dict[str, str]]:
        wanted, found = {}, {}
        for table in metadata.sorted_tables:
            stored = {column["name"]: column for column in inspect(connection).get_columns(table.name)}
            for column in table.columns:
                if isinstance(column.computed, Computed):
                    wanted[f"{table}.{column.name}"] = plain(str(column.computed.sqltext))
                if (computed := stored[column.name].get("computed")) is not None:
                    assert computed["persisted"]
                    found[f"{table}.{column.name}"] = plain(computed["sqltext"])
        return wanted, found

    wanted, found = await on(database_url, look)
    assert wanted == found != {}


async def test_check_constraints_agree(database_url: str) -> None:
    def look(connection: Connection) -> tuple[dict[Any, str], dict[Any, str]]:
        wanted = {
            (table.name, constraint.name): plain(str(constraint.sqltext))
            for table in metadata.sorted_tables
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        found = {
            (table.name, constraint["name"]): plain(constraint["sqltext"])
            for table in metadata.sorted_tables
            for constraint in inspect(connection).get_check_constraints(table.name)
        }
        return wanted, found

    wanted, found = await on(database_url, look)
    assert wanted == found != {}


async def test_conditions_of_indexes_and_actions_of_references_agree(database_url: str) -> None:
    def look(connection: Connection) -> tuple[dict[Any, Any], dict[Any, Any]]:
        kind = connection.dialect.name
        wanted: dict[Any, Any] = {}
        found: dict[Any, Any] = {}
        for table in metadata.sorted_tables:
            for index in table.indexes:
                where = index.dialect_options[kind]["where"]
                wanted[index.name] = "" if where is None else plain(str(where))
            for stored in inspect(connection).get_indexes(table.name):
                if "duplicates_constraint" not in stored:
                    options = stored.get("dialect_options", {})
                    found[stored["name"]] = plain(str(options.get(f"{kind}_where", "")))
            for key in table.foreign_key_constraints:
                wanted[key.name] = key.ondelete
            for reference in inspect(connection).get_foreign_keys(table.name):
                found[reference["name"]] = reference["options"].get("ondelete")
        return wanted, found

    wanted, found = await on(database_url, look)
    assert wanted == found != {}


@pytest.mark.unit
def test_ids_are_never_used_again_where_they_outlive_their_row_or_order() -> None:
    own_ids = [table for table in metadata.sorted_tables if _has_an_id_of_its_own(table)]
    assert {table.name for table in own_ids if not table.dialect_options["sqlite"]["autoincrement"]} == {"epoch"}


def _has_an_id_of_its_own(table: Table) -> bool:
    column = table.c.get("id")
    return isinstance(column, Column) and column.primary_key and not column.foreign_keys


@pytest.mark.unit
def test_only_the_log_which_triggers_write_has_defaults_of_the_database() -> None:
    defaults = {
        f"{table}.{column.name}": str(column.server_default.arg)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.server_default, DefaultClause)
    }
    assert defaults == {"change.at": "CURRENT_TIMESTAMP", "change.format": "1"}


def described(connection: Connection) -> list[str]:
    """All that the database knows of tables, indexes and triggers."""
    if connection.dialect.name == "sqlite":
        statement = "SELECT coalesce(sql, name) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
    else:
        statement = (
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) "
            "FROM information_schema.columns WHERE table_schema = current_schema() "
            "UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() "
            "UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = current_schema()::regnamespace "
            "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
            "UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        )
    return list(connection.execute(text(statement)).scalars())


async def test_every_migration_goes_down_on_data_and_up_again(database_url: str) -> None:
    """Down step by step from the newest with posts in the tables, to nothing, and up again to the same schema."""
    before = await on(database_url, described)
    async with open_database(database_url) as db:
        for title in ("One", "Two"):
            await db.write(post, title, tags=("a",), authors=("A",))
    numbers = [script.revision for script in scripts()]
    for number in [*reversed(numbers[:-1]), "base"]:
        await schema.upgrade(database_url, to=number)
    assert [name for name in await on(database_url, described) if "alembic_version" not in name] == []
    for number in numbers:
        await schema.upgrade(database_url, to=number)
    assert await on(database_url, described) == before
    async with open_database(database_url) as db:
        await db.write(post, "Three")
