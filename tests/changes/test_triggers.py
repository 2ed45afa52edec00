"""The triggers are those that the models call for, and `faults` tells where they are not."""

import pytest
from sqlalchemy import Connection

from tests.shells import Shell
from westmarch.changes import triggers
from westmarch.db.engines import parse_url
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])


async def faults(url: str) -> list[str]:
    return await schema.with_connection(parse_url(url), lambda connection: triggers.faults(connection, metadata))


async def dropped(url: str) -> None:
    await schema.with_connection(parse_url(url), triggers.drop, migrates=True)


def drop(shell: Shell, name: str, table: str, url: str) -> None:
    shell(f"DROP TRIGGER {name}" + ("" if url.startswith("sqlite") else f" ON {table}"))


async def test_a_migrated_database_has_all_triggers(database_url: str) -> None:
    assert await faults(database_url) == []


@pytest.mark.unit
def test_only_private_tables_are_not_tracked() -> None:
    private = {table.name for table in metadata.sorted_tables} - {table.name for table in triggers.tracked(metadata)}
    derived = {"change", "epoch", "follower", "import_made", "import_run", "imported_comment"}
    counted = {"missed_path", "post_referrer", "post_view"}
    secret = {"account", "account_session", "attempt", "letter", "one_time_link", "preview_link", "token"}
    passing = {"journal", "presence"}
    assert private == derived | counted | secret | passing


@pytest.mark.unit
def test_the_declared_keys_are_columns_of_their_tables() -> None:
    tables = metadata.sorted_tables
    missing = {(table.name, key) for table in tables for key in table.info.get("keys", ()) if key not in table.c}
    assert missing == set()


async def test_a_missing_trigger_is_told(database_url: str, shell: Shell) -> None:
    drop(shell, "westmarch_tag_update", "tag", database_url)
    assert await faults(database_url) == ["The trigger westmarch_tag_update on tag is missing."]


async def test_all_that_is_missing_is_told(database_url: str) -> None:
    await dropped(database_url)
    tracked = triggers.tracked(metadata)
    expected = len(tracked) * 3 if database_url.startswith("sqlite") else len(tracked) * 4 + 1
    assert len(await faults(database_url)) == expected


@on_sqlite
async def test_an_altered_trigger_is_told_on_sqlite(database_url: str, shell: Shell) -> None:
    drop(shell, "westmarch_tag_update", "tag", database_url)
    shell("CREATE TRIGGER westmarch_tag_update AFTER UPDATE ON tag BEGIN SELECT 1; END")
    assert await faults(database_url) == ["The trigger westmarch_tag_update on tag is old or disabled."]


@on_postgresql
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE tag DISABLE TRIGGER westmarch_tag_update",
        "ALTER TABLE tag ENABLE REPLICA TRIGGER westmarch_tag_update",
        "CREATE OR REPLACE FUNCTION westmarch_tag_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE OR REPLACE TRIGGER westmarch_tag_update AFTER UPDATE ON tag EXECUTE FUNCTION westmarch_tag_update()",
    ],
    ids=["disabled", "for replicas only", "another function", "a statement at a time"],
)
async def test_an_altered_trigger_is_told_on_postgresql(database_url: str, shell: Shell, change: str) -> None:
    shell(change)
    assert await faults(database_url) == ["The trigger westmarch_tag_update on tag is old or disabled."]


@on_postgresql
async def test_positions_that_are_given_too_early_are_told(database_url: str, shell: Shell) -> None:
    shell("DROP TRIGGER westmarch_position ON change;\n")
    assert await faults(database_url) == ["The trigger westmarch_position on change is missing."]
    shell("CREATE TRIGGER westmarch_position AFTER INSERT ON change FOR EACH ROW EXECUTE FUNCTION westmarch_position()")
    assert await faults(database_url) == ["The trigger westmarch_position on change is old or disabled."]


async def test_a_trigger_of_another_version_is_told(database_url: str, shell: Shell) -> None:
    shell(
        "CREATE TRIGGER westmarch_tag_merge AFTER UPDATE ON tag BEGIN SELECT 1; END"
        if database_url.startswith("sqlite")
        else "CREATE TRIGGER westmarch_tag_merge AFTER UPDATE ON tag EXECUTE FUNCTION westmarch_tag_truncate()"
    )
    assert await faults(database_url) == ["The trigger westmarch_tag_merge on tag is not of this version."]


async def test_triggers_of_others_are_left_alone(database_url: str, shell: Shell) -> None:
    shell(
        "CREATE TRIGGER mine AFTER UPDATE ON tag BEGIN SELECT 1; END"
        if database_url.startswith("sqlite")
        else "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';\n"
        "CREATE TRIGGER mine AFTER UPDATE ON tag EXECUTE FUNCTION mine()"
    )
    await dropped(database_url)
    assert not any("mine" in fault for fault in await faults(database_url))


async def test_dropping_leaves_nothing_of_ours_and_installing_makes_it_again(database_url: str, shell: Shell) -> None:
    await dropped(database_url)
    if database_url.startswith("postgresql"):
        assert shell("SELECT count(*) FROM pg_proc WHERE proname LIKE 'westmarch%'") == "0"

    def install(connection: Connection) -> None:
        triggers.install(connection, metadata)
        triggers.install(connection, metadata)

    await schema.with_connection(parse_url(database_url), install, migrates=True)
    assert await faults(database_url) == []
