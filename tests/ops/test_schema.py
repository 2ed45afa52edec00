"""The schema: where a database stands, and bringing it to the newest, also on bad days."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import westmarch.migrations
from tests.changes.logged import tag
from tests.shells import Holding, Shell
from westmarch.changes import queries as changes
from westmarch.changes import triggers
from westmarch.db.database import open_database
from westmarch.db.engines import parse_url
from westmarch.errors import Unavailable
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Where a database stands


async def test_a_migrated_database_is_one_to_run_on(database_url: str) -> None:
    status = await schema.status(database_url)
    assert (status.schema, status.newest, status.runs, status.problem) == (schema.HEAD, schema.HEAD, True, None)


async def test_an_empty_database_names_the_command(empty_database_url: str) -> None:
    status = await schema.status(empty_database_url)
    assert (status.schema, status.runs) == (None, False)
    assert "`westmarch db upgrade`" in str(status.problem)


@pytest.mark.unit
async def test_looking_makes_no_file(tmp_path: Path) -> None:
    await schema.status(f"sqlite:///{tmp_path / 'westmarch.db'}")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "words"), [("0000", ("older", "westmarch db upgrade")), ("9999", ("newer", "install the version"))]
)
async def test_a_schema_outside_of_the_range_is_refused_in_one_sentence(
    database_url: str, shell: Shell, number: str, words: tuple[str, ...]
) -> None:
    shell(f"UPDATE alembic_version SET version_num = '{number}'")
    status = await schema.status(database_url)
    assert status.schema == number
    assert not status.runs
    assert all(word in str(status.problem) for word in (number, *words))
    assert "\n" not in str(status.problem)


async def test_looking_waits_for_no_writer(database_url: str, holding: Holding) -> None:
    with holding("BEGIN IMMEDIATE" if database_url.startswith("sqlite") else "BEGIN; UPDATE epoch SET name = 'x'"):
        assert (await asyncio.wait_for(schema.status(database_url), 3)).runs


async def test_a_server_that_is_away_is_told() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await schema.status("postgresql://me@127.0.0.1:1/name")


# Bringing it to the newest


async def test_an_empty_database_gets_all_tables(empty_database_url: str) -> None:
    assert await schema.upgrade(empty_database_url) == schema.Upgrade(None, schema.HEAD, None)
    assert (await schema.status(empty_database_url)).runs


async def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    async with open_database(database_url) as db:
        before = await db.read(changes.position)
        assert await schema.upgrade(database_url) == schema.Upgrade(schema.HEAD, schema.HEAD, None)
        assert await db.read(changes.position) == before


async def test_an_upgrade_mends_triggers_and_lets_followers_start_anew(database_url: str, shell: Shell) -> None:
    shell("DROP TRIGGER westmarch_tag_update" + ("" if database_url.startswith("sqlite") else " ON tag"))
    async with open_database(database_url) as db:
        before = await db.read(changes.position)
        await schema.upgrade(database_url)
        [change] = await db.read(changes.since, before, 10)
    assert (change.operation, change.sweeping) == ("schema", True)
    faults = await schema.with_connection(parse_url(database_url), lambda c: triggers.faults(c, metadata))
    assert faults == []


async def test_a_newer_schema_is_not_touched(database_url: str, shell: Shell) -> None:
    shell("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="newer"):
        await schema.upgrade(database_url)
    assert (await schema.status(database_url)).schema == "9999"


# A release later: one more migration, in a copy of the folder of migrations

#: Its number.
NEXT = f"{int(schema.HEAD) + 1:04}"
_NEXT = """
import os
import time
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on, phase = "{next}", "{head}", None, None, "expand"


def upgrade() -> None:
    with op.batch_alter_table("tag") as table:
        table.add_column(sa.Column("colour", sa.String(10), nullable=False, server_default="grey"))
    op.execute("UPDATE tag SET colour = 'red' WHERE slug = 'a'")
    {then}


def downgrade() -> None:
    with op.batch_alter_table("tag") as table:
        table.drop_column("colour")
"""

COMMITS_AND_FAILS = """
    op.execute("COMMIT")
    op.execute("BEGIN")
    op.execute("CREATE TABLE half (id integer)")
    raise LookupError("half-way")
"""


def a_release_later(folder: Path, then: str = "") -> Path:
    """A folder of migrations with one more, which ends with `then`."""
    scripts = folder / "migrations"
    source = Path(str(westmarch.migrations.__file__)).parent
    shutil.copytree(source, scripts, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    script = _NEXT.format(head=schema.HEAD, next=NEXT, then=textwrap.dedent(then).strip().replace("\n", "\n    "))
    (scripts / "versions" / f"{NEXT}_next.py").write_text(script)
    return scripts


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """This process becomes one of the next release."""

    def become(then: str = "") -> None:
        monkeypatch.setattr(schema, "SCRIPTS", str(a_release_later(tmp_path / "later", then)))
        monkeypatch.setattr(schema, "RANGE", (*schema.RANGE, NEXT))
        monkeypatch.setattr(schema, "HEAD", NEXT)

    return become


async def with_data(url: str) -> None:
    async with open_database(url) as db:
        for name in "ab":
            await db.write(tag, name)


async def test_data_goes_up_and_down_and_up_again(database_url: str, later: Callable[[], None], shell: Shell) -> None:
    await with_data(database_url)
    head = schema.HEAD
    later()
    for _ in range(2):
        assert (await schema.upgrade(database_url)).after == NEXT
        assert shell("SELECT slug, colour FROM tag ORDER BY slug") == "a|red\nb|grey"
        assert (await schema.upgrade(database_url, to=head)).after == head
        assert shell("SELECT slug FROM tag ORDER BY slug") == "a\nb"


@on_sqlite
async def test_a_sqlite_database_is_copied_aside_before(database_url: str, later: Callable[[], None]) -> None:
    await with_data(database_url)
    file_of(database_url).chmod(0o600)
    head = schema.HEAD
    later()
    copy = (await schema.upgrade(database_url)).copy
    assert copy == file_of(database_url).with_name(f"westmarch-{head}.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM tag").fetchone() == (2,)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (head,)
    async with open_database(f"sqlite:///{copy}") as db:
        await db.write(tag, "c")


async def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    database_url: str, later: Callable[[str], None], shell: Shell
) -> None:
    await with_data(database_url)
    head = schema.HEAD
    later("raise LookupError('half-way')")
    with pytest.raises(LookupError, match="half-way"):
        await schema.upgrade(database_url)
    assert (await schema.status(database_url)).schema == head
    async with open_database(database_url) as db:
        before = await db.read(changes.position)
        await db.write(tag, "c")
        assert len(await db.read(changes.since, before, 10)) == 2, "the triggers are there"
    assert shell("SELECT slug FROM tag ORDER BY slug") == "a\nb\nc"
    with pytest.raises(AssertionError, match="colour"):
        shell("SELECT colour FROM tag")


@on_sqlite
async def test_the_copy_is_put_back_where_a_failing_migration_has_committed(
    database_url: str, later: Callable[[str], None], shell: Shell
) -> None:
    await with_data(database_url)
    head = schema.HEAD
    later(COMMITS_AND_FAILS)
    with pytest.raises(LookupError, match="half-way"):
        await schema.upgrade(database_url)
    assert (await schema.status(database_url)).schema == head
    assert shell("SELECT count(*) FROM sqlite_master WHERE name = 'half'") == "0"
    assert shell("SELECT slug FROM tag ORDER BY slug") == "a\nb"
    assert shell("PRAGMA journal_mode") == "wal"
    faults = await schema.with_connection(parse_url(database_url), lambda c: triggers.faults(c, metadata))
    assert faults == []


@on_sqlite
async def test_an_upgrade_that_fails_again_and_again_fills_no_disk(
    database_url: str, later: Callable[[str], None]
) -> None:
    head = schema.HEAD
    later("raise LookupError('half-way')")
    for _ in range(3):
        with pytest.raises(LookupError):
            await schema.upgrade(database_url)
    folder = file_of(database_url).parent
    assert [name for name in names(folder) if name.endswith(("db", "part"))] == [f"westmarch-{head}.db", "westmarch.db"]


@on_sqlite
async def test_a_migration_that_breaks_references_is_rolled_back(
    database_url: str, later: Callable[[str], None], shell: Shell
) -> None:
    await with_data(database_url)
    head = schema.HEAD
    later("op.execute('DELETE FROM subject')")
    with pytest.raises(Unavailable, match="references"):
        await schema.upgrade(database_url)
    assert (await schema.status(database_url)).schema == head
    assert shell("SELECT count(*) FROM subject") == "2"


# In processes of their own

_UPGRADE = """
    import asyncio, sys
    from westmarch.ops import schema

    url, scripts, later, wait = sys.argv[1:]
    if scripts:
        schema.SCRIPTS, schema.HEAD, schema.RANGE = scripts, later, (*schema.RANGE, later)
    print("ready", flush=True)
    if wait:
        sys.stdin.readline()
    done = asyncio.run(schema.upgrade(url))
    print(done.before, done.after, flush=True)
"""


def upgrading(url: str, scripts: Path | str = "", *, wait: bool = False) -> subprocess.Popen[str]:
    """A process that upgrades; with `wait` once it gets a line."""
    command = [sys.executable, "-c", textwrap.dedent(_UPGRADE), url, str(scripts), NEXT, "wait" if wait else ""]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_of_two_processes_that_start_at_once_one_migrates(empty_database_url: str) -> None:
    with (
        upgrading(empty_database_url, wait=True) as one,
        upgrading(empty_database_url, wait=True) as two,
    ):
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60) for process in (one, two)]
    assert sorted(out for out, _ in said) == sorted([f"None {schema.HEAD}\n", f"{schema.HEAD} {schema.HEAD}\n"]), said


def kill_half_way(url: str, scripts: Path) -> None:
    with upgrading(url, scripts) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        process.kill()


async def test_after_an_upgrade_was_killed_half_way_the_next_run_ends_well(
    database_url: str, tmp_path: Path, later: Callable[[], None], shell: Shell
) -> None:
    await with_data(database_url)
    scripts = a_release_later(tmp_path / "dying", "print('half-way', flush=True)\ntime.sleep(60)")
    await asyncio.to_thread(kill_half_way, database_url, scripts)
    assert (await schema.status(database_url)).schema == schema.HEAD
    assert shell("SELECT slug FROM tag ORDER BY slug") == "a\nb"
    later()
    assert (await schema.upgrade(database_url)).after == NEXT
    assert shell("SELECT slug, colour FROM tag ORDER BY slug") == "a|red\nb|grey"
