"""`westmarch db`: status, check, upgrade; and what refuses to run on a strange database."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.cli.conftest import Westmarch
from tests.conftest import in_a_loop_apart
from westmarch.configuration import load
from westmarch.db.database import open_database
from westmarch.ops import schema


def execute(site: Path, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on the site's database as another program would; its rows, if it has any."""

    def run(session: Session) -> list[tuple[object, ...]]:
        result = session.connection().exec_driver_sql(statement)
        return [tuple(row) for row in result] if result.returns_rows else []

    async def write() -> list[tuple[object, ...]]:
        async with open_database(load(site).settings.database_url) as db:
            return await db.write(run)

    return in_a_loop_apart(write())


def drop_a_trigger(site: Path) -> None:
    if load(site).settings.database_url.startswith("sqlite"):
        [[name], *_] = execute(site, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'post'")
        execute(site, f"DROP TRIGGER {name}")
        return
    found = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'post'::regclass AND NOT tgisinternal"
    [[name], *_] = execute(site, found)
    execute(site, f"DROP TRIGGER {name} ON post")


def test_a_new_database_is_of_this_version_and_sound(westmarch: Westmarch, site_on_each: Path) -> None:
    status = westmarch("--site", site_on_each, "db", "status", "--json")
    assert status.status == 0
    assert json.loads(status.out)["schema"] == schema.HEAD
    check = westmarch("--site", site_on_each, "db", "check", "--json")
    assert check.status == 0
    assert json.loads(check.out)["sound"] is True


def test_check_fails_on_a_missing_trigger_and_doctor_mends_it(westmarch: Westmarch, site_on_each: Path) -> None:
    drop_a_trigger(site_on_each)
    check = westmarch("--site", site_on_each, "db", "check")
    assert check.status == 1
    assert "WRONG triggers" in check.out
    assert "is missing" in check.out
    assert westmarch("--site", site_on_each, "doctor").status == 1
    assert westmarch("--site", site_on_each, "doctor", "--mend").status == 0
    assert westmarch("--site", site_on_each, "db", "check").status == 0


def test_check_fails_on_a_strange_column(westmarch: Westmarch, site_on_each: Path) -> None:
    execute(site_on_each, "ALTER TABLE tag ADD COLUMN colour VARCHAR(10)")
    check = westmarch("--site", site_on_each, "db", "check")
    assert check.status == 1
    assert "colour" in check.out


def test_a_missing_index_is_told_in_words_and_doctor_mends_it(westmarch: Westmarch, site_on_each: Path) -> None:
    execute(site_on_each, "DROP INDEX ix_change_position")
    execute(site_on_each, "DROP INDEX ix_post_pinned")
    check = westmarch("--site", site_on_each, "db", "check")
    assert check.status == 1
    for name, table in (("ix_change_position", "change"), ("ix_post_pinned", "post")):
        told = f"WRONG indexes: The index {name} of {table} is missing.\n      mend: westmarch doctor --mend\n"
        assert told in check.out
    assert westmarch("--site", site_on_each, "doctor", "--mend").status == 0
    assert westmarch("--site", site_on_each, "db", "check").status == 0


def test_an_index_that_what_is_stored_contradicts_is_not_made_and_told_so(
    westmarch: Westmarch, site_on_each: Path
) -> None:
    execute(site_on_each, "DROP INDEX ix_change_position")
    execute(site_on_each, "INSERT INTO change (table_name, operation, position) VALUES ('a', 'insert', 7)")
    execute(site_on_each, "INSERT INTO change (table_name, operation, position) VALUES ('b', 'insert', 7)")
    if load(site_on_each).settings.database_url.startswith("postgresql"):
        execute(site_on_each, "UPDATE change SET position = 7")
    done = westmarch("--site", site_on_each, "doctor", "--mend")
    assert done.status == 1
    assert "WRONG mending indexes: " in done.out
    assert "WRONG indexes: The index ix_change_position of change is missing." in done.out


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DROP TABLE related", "The table related is missing."),
        ("CREATE TABLE stray (id INTEGER PRIMARY KEY)", "The table stray is none of this version's."),
        ("ALTER TABLE media RENAME COLUMN alt TO words", "The column alt of media is missing."),
        ("ALTER TABLE tag ADD COLUMN colour VARCHAR(10)", "The column colour of tag is none of this version's."),
    ],
)
def test_what_no_command_mends_is_told_so(westmarch: Westmarch, site_on_each: Path, statement: str, told: str) -> None:
    execute(site_on_each, statement)
    check = westmarch("--site", site_on_each, "db", "check")
    assert check.status == 1
    assert f"WRONG tables: {told}\n      mend: restore the newest copy" in check.out
    assert "db upgrade" not in check.out
    assert "WRONG tables" in westmarch("--site", site_on_each, "doctor", "--mend").out


@pytest.mark.parametrize(("number", "mend"), [("9999", "install the version"), ("0000", "westmarch db upgrade")])
def test_doctor_says_what_makes_another_schema_one_to_run_on(
    westmarch: Westmarch, site_on_each: Path, number: str, mend: str
) -> None:
    execute(site_on_each, f"UPDATE alembic_version SET version_num = '{number}'")
    done = westmarch("--site", site_on_each, "doctor")
    assert done.status == 1
    assert f"      mend: {mend}" in done.out


@pytest.mark.parametrize("number", ["9999", "0000"])
def test_a_schema_outside_of_the_range_is_refused_in_one_sentence(
    westmarch: Westmarch, site_on_each: Path, number: str
) -> None:
    execute(site_on_each, f"UPDATE alembic_version SET version_num = '{number}'")
    assert westmarch("--site", site_on_each, "db", "status").status == 1
    for command in (["serve", "--port", "0"], ["site", "show"], ["render"], ["db", "check"]):
        done = westmarch("--site", site_on_each, *command)
        assert done.status == 1, command
        assert done.err.startswith(f"error: The database has schema {number}, "), command
        assert done.err.count("\n") == 1, command


def test_a_schema_on_which_only_a_part_runs_is_told(westmarch: Westmarch, site: Path) -> None:
    execute(site, "UPDATE alembic_version SET version_num = '0005'")
    done = westmarch("--site", site, "db", "status")
    assert done.status == 0
    assert done.out.endswith("is left out until `westmarch db upgrade`.\n")
    assert "left out" not in westmarch("--site", site, "db", "status", "--json").out


def test_a_database_without_tables_is_told_with_the_command_that_makes_them(westmarch: Westmarch, site: Path) -> None:
    (site / "westmarch.db").unlink()
    for command in (["serve"], ["site", "show"], ["db", "check"]):
        done = westmarch("--site", site, *command)
        assert done.status == 1
        assert done.err == "error: The database has no tables yet: run `westmarch db upgrade`.\n"
    assert not (site / "westmarch.db").exists()
    assert westmarch("--site", site, "db", "upgrade").out == f"The database went from schema none to {schema.HEAD}.\n"
    assert westmarch("--site", site, "db", "status").status == 0


def test_an_upgrade_of_the_newest_schema_does_nothing(westmarch: Westmarch, site: Path) -> None:
    done = westmarch("--site", site, "db", "upgrade")
    assert (done.status, done.out) == (0, f"The database has schema {schema.HEAD} already.\n")


def test_a_file_that_is_no_database_is_told(westmarch: Westmarch, site: Path) -> None:
    (site / "westmarch.db").write_bytes(b"This is a text and no database. " * 100)
    done = westmarch("--site", site, "db", "status")
    assert done.status == 1
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.err


def test_a_database_that_another_program_locks_is_told(westmarch: Westmarch, site: Path) -> None:
    with closing(sqlite3.connect(site / "westmarch.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = westmarch("--site", site, "site", "set", "title", "Other")
    assert done.status == 1
    assert done.err.startswith("error: ")
    assert westmarch("--site", site, "site", "show", "title").out == "title = A site\n"
