"""Bad days: whatever the engines raise comes as an error that says what to do."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.shells import Holding, Shell
from westmarch.changes import triggers
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid, Unavailable, WestmarchError
from westmarch.site.models import SiteOption
from westmarch.subjects.models import Subject

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])


def put(session: Session, key: str, value: Any = 1) -> None:
    session.add(SiteOption(key=key, value=value))


def put_many(session: Session) -> None:
    for number in range(50):
        put(session, str(number), "x" * 2000)


def run(session: Any, sql: str) -> Any:
    result = session.execute(text(sql))
    return result.scalar() if result.returns_rows else None


def look(session: Reading) -> None:
    run(session, "SELECT count(*) FROM site_option")


def empty_file(path: str) -> None:
    Path(path).touch()


async def both_fail(url: str) -> list[WestmarchError]:
    """Read from and write to a database that cannot be had; each time the same must be told."""
    errors: list[WestmarchError] = []
    async with open_database(url, lock_timeout=0.2) as db:
        for call in (db.read(look), db.write(put, "a")):
            with pytest.raises(WestmarchError) as failure:
                await call
            assert failure.value.status == 503
            assert failure.value.hint
            errors.append(failure.value)
    return errors


async def test_a_lock_held_too_long_by_another_process_is_told(database_url: str, holding: Holding) -> None:
    async with open_database(database_url, lock_timeout=0.2) as db:
        await db.write(put, "a")
        with holding("BEGIN IMMEDIATE" if db.dialect == "sqlite" else "BEGIN; LOCK TABLE site_option"):
            with pytest.raises(Unavailable, match="locked by another process") as failure:
                await db.write(put, "b")
            assert failure.value.hint
        await db.write(put, "c")


async def test_a_lock_is_waited_for(db: Database, holding: Holding) -> None:
    with holding("BEGIN IMMEDIATE" if db.dialect == "sqlite" else "BEGIN; LOCK TABLE site_option"):
        write = asyncio.create_task(db.write(put, "a"))
        await asyncio.sleep(0.3)
        assert not write.done()
    await write


async def test_a_database_without_tables_names_the_command(empty_database_url: str) -> None:
    if empty_database_url.startswith("sqlite"):
        empty_file(empty_database_url.removeprefix("sqlite:///"))
    for error in await both_fail(empty_database_url):
        assert "westmarch db upgrade" in error.hint


@pytest.mark.unit
@pytest.mark.parametrize("path", ["westmarch.db", "no/such/folder/westmarch.db"])
async def test_a_missing_file_is_told_and_not_made(tmp_path: Path, path: str) -> None:
    for error in await both_fail(f"sqlite:///{tmp_path / path}"):
        assert "cannot be opened" in error.message
    assert os.listdir(tmp_path) == []  # noqa: PTH208 pathlib's is for those who may wait


@pytest.mark.unit
async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "westmarch.db").write_text("Dear diary, " * 500)
    for error in await both_fail(f"sqlite:///{tmp_path / 'westmarch.db'}"):
        assert "no database" in error.message


@pytest.mark.unit
async def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    await both_fail(f"sqlite:///{tmp_path}")


@pytest.fixture
def as_somebody_else(sqlite_template: Path) -> Iterator[Path]:
    """A database of another user's that we may read and not write (root may write anything, so it becomes nobody)."""
    folder = Path(tempfile.mkdtemp(prefix="westmarch-"))
    file = folder / "westmarch.db"
    shutil.copyfile(sqlite_template, file)
    file.chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield file
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


async def test_a_file_that_may_not_be_written_is_told(as_somebody_else: Path) -> None:
    async with open_database(f"sqlite:///{as_somebody_else}") as db:
        with pytest.raises(Unavailable, match=r"cannot be (written|opened)") as failure:
            await db.write(put, "a")
    assert "folder of the site" in failure.value.hint


@on_sqlite
async def test_a_full_disk_is_told_and_nothing_of_the_write_is_kept(db: Database) -> None:
    pages = await db.write(run, "PRAGMA page_count")
    await db.write(run, f"PRAGMA max_page_count={pages + 4}")
    with pytest.raises(Unavailable, match="disk is full") as failure:
        await db.write(put_many)
    assert failure.value.hint
    assert await db.read(run, "SELECT count(*) FROM site_option") == 0
    await db.write(run, "PRAGMA max_page_count=100000")
    await db.write(put, "a")


@on_postgresql
@pytest.mark.parametrize("change", [("/test_", "/gone_"), ("//postgres:", "//nobody:")])
async def test_a_server_that_refuses_us_is_told(database_url: str, change: tuple[str, str]) -> None:
    for error in await both_fail(database_url.replace(*change)):
        assert "refuses us" in error.message
        assert "database_url" in error.hint


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "url", ["postgresql://me:x@127.0.0.1:1/name", "postgresql://me:x@localhost:1/name", "postgresql://me@/x?host=/none"]
)
async def test_a_server_that_is_away_is_told_without_the_password(url: str) -> None:
    for error in await both_fail(url):
        assert "cannot be reached" in error.message
        assert ":x@" not in error.message + error.hint


@on_postgresql
async def test_a_server_in_use_by_too_many_is_told(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("westmarch.db.database.CONNECTIONS", 1)
    url = db.url.render_as_string(hide_password=False)
    async with open_database(url) as small:
        monkeypatch.setattr(small._reading.pool, "_timeout", 0.1)  # type: ignore[attr-defined]  # 30 s else
        slow = asyncio.create_task(small.read(run, "SELECT pg_sleep(1)"))
        await asyncio.sleep(0.1)
        with pytest.raises(Unavailable, match="too much to do"):
            await small.read(look)
        await slow


@on_postgresql
async def test_a_standby_is_told_to_be_read_only(db: Database) -> None:
    await db.write(run, f'ALTER DATABASE "{db.url.database}" SET default_transaction_read_only = on')
    async with open_database(db.url.render_as_string(hide_password=False)) as standby:
        with pytest.raises(Unavailable, match="cannot be written") as failure:
            await standby.write(put, "a")
    assert "read-only" in failure.value.hint


@pytest.mark.parametrize("value", ["\ud800", "a\udfffb"])
async def test_half_a_character_is_invalid(db: Database, value: str) -> None:
    with pytest.raises(Invalid):
        await db.write(lambda session: session.add(Subject(kind=value, created_at=None)))
    with pytest.raises(Invalid):
        await db.read(lambda session: session.scalar(Subject.__table__.select().where(Subject.kind == value)))


@on_postgresql
async def test_a_nul_character_is_invalid(db: Database) -> None:
    with pytest.raises(Invalid, match="cannot be stored"):
        await db.write(put, "a\0b")


async def test_a_number_that_is_too_large_is_invalid(db: Database) -> None:
    with pytest.raises(Invalid):
        await db.read(lambda session: session.scalar(Subject.__table__.select().where(Subject.id == 2**64)))


async def test_an_error_of_the_files_that_a_function_handles_is_its_own(db: Database, tmp_path: Path) -> None:
    def careless(_session: Session) -> None:
        (tmp_path / "missing").read_bytes()

    with pytest.raises(FileNotFoundError):
        await db.write(careless)


@on_postgresql
async def test_a_server_that_does_not_answer_in_time_is_told_and_costs_one_connection(db: Database) -> None:
    async with open_database(db.url.render_as_string(hide_password=False), answer_timeout=0.3) as hasty:
        for call in (hasty.read, hasty.write):
            with pytest.raises(Unavailable, match=r"not answered within 0\.3 seconds") as failure:
                await call(run, "SELECT pg_sleep(20)")
            assert failure.value.hint
            assert await call(run, "SELECT 1") == 1


@on_postgresql
async def test_connections_that_hang_are_told_and_given_up(db: Database, shell: Shell) -> None:
    async with open_database(db.url.render_as_string(hide_password=False), answer_timeout=0.3) as hasty:
        await hasty.read(look)
        await hasty.write(put, "a")
        found = shell("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        pids = [int(pid) for pid in found.split()]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            for call in (hasty.read(look), hasty.write(put, "b")):
                with pytest.raises(Unavailable) as failure:
                    await asyncio.wait_for(call, 10)
                assert "()" not in failure.value.hint
            await hasty.read(look)
            await hasty.write(put, "c")
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


async def test_a_time_that_is_up_in_the_function_itself_is_its_own(db: Database) -> None:
    def slow(session: Reading) -> None:
        look(session)
        raise TimeoutError("mine")

    for call in (db.read, db.write):
        with pytest.raises(TimeoutError, match="mine"):
            await call(slow)


@pytest.mark.parametrize(
    "change", ["ALTER TABLE site_option RENAME COLUMN value TO worth", "ALTER TABLE site_option DROP COLUMN value"]
)
async def test_a_table_that_was_changed_under_us_is_told(db: Database, shell: Shell, change: str) -> None:
    await db.write(put, "a")
    await db.write(lambda session: triggers.drop(session.connection()))
    shell(change)
    for call in (db.read(lambda session: session.execute(select(SiteOption)).all()), db.write(put, "b")):
        with pytest.raises(Unavailable, match="another schema") as failure:
            await call
        assert "westmarch db check" in failure.value.hint
