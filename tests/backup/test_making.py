"""A backup is of one moment, and there is none that looks whole and is not."""

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.backup.backups import contents, manifest
from tests.backup.conftest import TEXT
from tests.conftest import in_a_loop_apart
from westmarch.backup.making import make
from westmarch.backup.restoring import restore
from westmarch.db.database import open_database
from westmarch.errors import Conflict, Unavailable, Unreadable
from westmarch.media.actions import store
from westmarch.media.files import examine
from westmarch.posts import counts, listings
from westmarch.settings import Settings
from westmarch.site.queries import current

COMMAND = (sys.executable, "-m", "westmarch")


async def test_a_backup_that_is_made_while_others_write_is_of_one_moment(full: Settings, tmp_path: Path) -> None:
    written = 0

    async def write() -> None:
        nonlocal written
        async with open_database(full.database_url) as db:
            while True:
                await db.write(factories.post, f"While {written}", "Words.\n", published_at=factories.day(written))
                written += 1

    writing = asyncio.create_task(write())
    made = []
    try:
        for number in range(3):
            before = written
            while written < before + 3:  # noqa: ASYNC110 - a number is waited for
                await asyncio.sleep(0.01)
            made.append(await make(full, tmp_path / f"{number}.tar.zst"))
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    assert made[0].tables["post"] < made[2].tables["post"]
    for number, one in enumerate(made):
        site = tmp_path / f"site-{number}"
        restored = await restore(one.file, site, database_url=f"sqlite:///{site / 'westmarch.db'}")
        async with open_database(restored.settings.database_url) as db:
            zone = (await db.read(current)).zone
            assert await db.read(counts.faults, zone) == []
            assert await db.read(listings.faults) == []


async def test_what_a_backup_holds_is_listed_with_its_hashes(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    held = contents(made.file)
    listed = manifest(made.file)["members"]
    assert list(listed) == [name for name in held if name != "manifest.json"]
    assert {"backup.json", "site/westmarch.toml", "site/secret.key", "site/theme/static/own.css"} <= listed.keys()
    assert not any(name.startswith(("rows/change/", "rows/epoch/", "rows/follower/")) for name in held)
    assert made.size == made.file.stat().st_size
    assert made.file.stat().st_mode & 0o777 == 0o600


async def test_a_stored_file_that_is_missing_or_short_is_told(full: Settings, tmp_path: Path) -> None:
    path = next(full.media_folder.rglob("*.txt"))
    path.write_bytes(TEXT[:3])
    short = await make(full, tmp_path / "one.tar.zst")
    assert short.left_out == [f"{path} has 3 bytes in place of {len(TEXT)}."]
    path.unlink()
    missing = await make(full, tmp_path / "two.tar.zst")
    assert missing.left_out == [f"{path} is missing."]
    assert missing.files == 0


async def test_a_damaged_stored_file_is_told_and_comes_back_as_it_is(full: Settings, tmp_path: Path) -> None:
    path = next(full.media_folder.rglob("*.txt"))
    path.write_bytes(TEXT[::-1])
    made = await make(full, tmp_path / "one.tar.zst")
    name = path.relative_to(full.media_folder).as_posix()
    assert (made.damaged, made.left_out, made.files) == ([f"media/{name}"], [], 1)
    restored = await restore(made.file, tmp_path / "other", database_url=f"sqlite:///{tmp_path / 'other.db'}")
    assert restored.damaged == made.damaged
    assert (restored.settings.media_folder / name).read_bytes() == TEXT[::-1]


async def test_a_stored_file_that_cannot_be_read_is_left_out(full: Settings, tmp_path: Path) -> None:
    path = next(full.media_folder.rglob("*.txt"))
    path.unlink()
    path.mkdir()
    assert (await make(full, tmp_path / "one.tar.zst")).left_out == [f"{path} cannot be read: Is a directory."]


async def test_a_file_that_is_there_is_not_written_over(full: Settings, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.zst"
    file.write_bytes(b"dear to me")
    with pytest.raises(Conflict, match="is there already"):
        await make(full, file)
    assert file.read_bytes() == b"dear to me"


async def test_a_folder_that_is_not_there_is_told(full: Settings, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written: No such file"):
        await make(full, tmp_path / "nowhere" / "one.tar.zst")


async def test_a_value_that_is_none_of_its_column_is_told_with_its_table(db_file: Path, tmp_path: Path) -> None:
    settings = Settings(site=tmp_path, database_url=f"sqlite:///{db_file}")
    async with open_database(settings.database_url) as db:
        await db.write(factories.post)
    with sqlite3.connect(db_file) as other:
        other.execute("UPDATE post SET published_at = 'yesterday'")
    other.close()
    with pytest.raises(Unreadable, match="a value of the table post"):
        await make(settings, tmp_path / "one.tar.zst")
    assert not (tmp_path / "one.tar.zst").exists()


@pytest.fixture
def db_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A SQLite file with all tables and no rows."""
    file = tmp_path / "other.db"
    file.write_bytes(sqlite_template.read_bytes())
    return file


def large(session: Session, folder: Path) -> None:
    content = os.urandom(60_000_000)
    store(session, folder, content, examine(content, "large.zip"), filename="large.zip")


async def add_a_large_file(site: Settings) -> None:
    async with open_database(site.database_url) as db:
        await db.write(large, site.media_folder)


def test_a_full_disk_leaves_no_file(full: Settings, tmp_path: Path) -> None:
    in_a_loop_apart(add_a_large_file(full))
    file = tmp_path / "one.tar.zst"

    def as_if_full() -> None:
        # No file becomes longer than this, which is what a quota of the system does.
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(
        [*COMMAND, "--site", full.site, "backup", file],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=as_if_full,
    )
    assert done.returncode == 1
    assert f"error: {file} cannot be written: " in done.stderr
    assert not list(tmp_path.glob("*.zst"))
    assert not list(tmp_path.glob(".*.part"))


def test_a_backup_that_is_killed_leaves_nothing_under_its_name_and_can_be_made_again(
    full: Settings, tmp_path: Path
) -> None:
    in_a_loop_apart(add_a_large_file(full))
    file = tmp_path / "one.tar.zst"
    part = tmp_path / ".one.tar.zst.part"
    process = subprocess.Popen([*COMMAND, "--site", str(full.site), "backup", str(file)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size > 100_000) and time.monotonic() < until:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert part.exists()
    assert not file.exists()
    made = in_a_loop_apart(make(full, file))
    assert made.files == 2
    assert manifest(file)["members"]
    assert not part.exists()
