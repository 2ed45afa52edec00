"""Whatever comes between, a restore leaves the site untouched or restored, and nothing that was written is lost."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.backup.backups import contents, titles, write_later
from tests.conftest import in_a_loop_apart
from westmarch.backup import placing
from westmarch.backup.making import make
from westmarch.backup.placing import STAGING
from westmarch.backup.restoring import KEPT, Restored, restore
from westmarch.changes import queries as changes
from westmarch.configuration import TOML_NAME
from westmarch.db.database import open_database
from westmarch.errors import Conflict, Unavailable
from westmarch.ops import schema
from westmarch.settings import Settings

#: Bytes that are left on a disk, from too few for anything to nearly enough.
LEFT = (0, 60_000, 400_000, 900_000, 1_500_000)


def test_a_restore_that_is_killed_leaves_the_site_untouched_or_restored(full: Settings, tmp_path: Path) -> None:
    made = in_a_loop_apart(make(full, tmp_path / "one.tar.zst"))
    at_first = in_a_loop_apart(titles(full))
    in_a_loop_apart(write_later(full))
    later = in_a_loop_apart(titles(full))
    command = [sys.executable, "-m", "westmarch", "--site", str(full.site), "restore", "--replace", str(made.file)]
    for folder in (full.site / KEPT, full.media_folder / STAGING):
        folder.mkdir()
        (folder / ".half.part").write_text("What a kill can leave.")
    for seconds in (0.0, 0.1, 0.3):
        shutil.rmtree(full.site / STAGING, ignore_errors=True)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while not (full.site / STAGING).exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(seconds)
        process.kill()
        process.wait()
        assert in_a_loop_apart(titles(full)) in (at_first, later)
    in_a_loop_apart(restore(made.file, full.site, replace=True))
    assert in_a_loop_apart(titles(full)) == at_first
    assert (full.theme_folder / "static" / "own.css").exists()
    assert [path for name in ("*.part", STAGING) for path in full.site.rglob(name)] == []


#: A restore that dies when the database is filled: before any file is in its place, or between two of them.
DYING = """
import asyncio, os, sys
from pathlib import Path
from westmarch.backup import archive, placing
from westmarch.backup.restoring import restore
where, file, site, url, replace = sys.argv[1:]
placing.put_in_place = (lambda *_: os._exit(9)) if where == "before" else placing.put_in_place
place = placing.put_in_place
def die_within(*arguments):
    archive.sync_folder = lambda _: os._exit(9)
    place(*arguments)
placing.put_in_place = die_within
asyncio.run(restore(Path(file), Path(site), database_url=url or None, replace=bool(replace)))
"""


@pytest.mark.parametrize("where", ["before", "within"])
def test_a_restore_that_died_behind_its_commit_is_finished_by_the_next_one(
    full: Settings, tmp_path: Path, where: str
) -> None:
    made = in_a_loop_apart(make(full, tmp_path / "one.tar.zst"))
    at_first = in_a_loop_apart(titles(full))
    in_a_loop_apart(write_later(full))
    (full.theme_folder / "static" / "own.css").unlink()
    (full.theme_folder / "static" / "later.css").write_text("/* of later */")
    for site, url, replace in (
        (full.site, "", "yes"),
        (tmp_path / "fresh", f"sqlite:///{tmp_path / 'fresh.db'}", ""),
    ):
        command = [sys.executable, "-c", DYING, where, str(made.file), str(site), url, replace]
        assert subprocess.run(command, check=False).returncode == 9
        restored = in_a_loop_apart(restore(made.file, site, database_url=url or None, replace=bool(replace)))
        assert in_a_loop_apart(titles(restored.settings)) == at_first
        assert [path.name for path in (site / "theme" / "static").iterdir()] == ["own.css"]
        assert (site / TOML_NAME).exists()
        assert not (site / STAGING).exists()
    assert len(list((full.site / KEPT).iterdir())) == 1  # The restored site was not replaced by itself.


def test_what_was_written_behind_a_restore_that_died_is_kept(full: Settings, tmp_path: Path) -> None:
    made = in_a_loop_apart(make(full, tmp_path / "one.tar.zst"))
    command = [sys.executable, "-c", DYING, "before", str(made.file), str(full.site), "", "yes"]
    assert subprocess.run(command, check=False).returncode == 9
    in_a_loop_apart(write_later(full))
    restored = in_a_loop_apart(restore(made.file, full.site, replace=True))
    assert restored.before is not None
    assert any(b"Written later" in content for content in contents(restored.before).values())


@pytest.fixture
def another_url(full: Settings, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of the site's engine."""
    if full.database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'another.db'}"
    url: str = request.getfixturevalue("empty_database_url")
    return url


async def test_of_two_restores_into_one_folder_one_makes_the_site(
    full: Settings, another_url: str, tmp_path: Path
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    one, two = await asyncio.gather(
        *(restore(made.file, tmp_path / "other", database_url=another_url) for _ in range(2)),
        return_exceptions=True,
    )
    assert {type(one), type(two)} == {Restored, Conflict}, (one, two)
    assert await titles(Settings(site=tmp_path / "other", database_url=another_url)) == await titles(full)


async def test_of_two_restores_into_one_database_one_makes_the_site(
    full: Settings, another_url: str, tmp_path: Path
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    folders = [tmp_path / "other", tmp_path / "another"]
    found = await asyncio.gather(
        *(restore(made.file, folder, database_url=another_url) for folder in folders), return_exceptions=True
    )
    assert {type(one) for one in found} == {Restored, Conflict}, found
    for folder, one in zip(folders, found, strict=True):
        assert (folder / TOML_NAME).exists() == isinstance(one, Restored)
    assert await titles(Settings(site=tmp_path / "other", database_url=another_url)) == await titles(full)


async def test_what_is_written_until_the_last_moment_is_in_what_is_kept(
    full: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    unpack = placing.unpack

    def write_and_unpack(*arguments: Any) -> int:
        in_a_loop_apart(write_later(full))
        return unpack(*arguments)

    monkeypatch.setattr(placing, "unpack", write_and_unpack)
    restored = await restore(made.file, full.site, replace=True)
    assert "Written later" not in await titles(full)
    assert restored.before is not None
    assert "Written later" in kept_titles(restored.before)


def kept_titles(file: Path) -> set[str]:
    """The titles of posts in a backup."""
    held = contents(file)
    at = json.loads(held["backup.json"])["tables"]["post"].index("title")
    parts = [content for name, content in held.items() if name.startswith("rows/post/")]
    return {json.loads(line)[at] for part in parts for line in part.splitlines()}


async def test_what_is_written_while_a_site_is_replaced_is_kept_or_there(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    acknowledged: list[str] = []

    async def write() -> None:
        async with open_database(full.database_url) as db:
            while True:
                title = f"While {len(acknowledged)}"
                try:
                    await db.write(factories.post, title, "Words.\n")
                except (Conflict, Unavailable):  # Told to whoever wrote it.
                    continue
                acknowledged.append(title)

    writing = asyncio.create_task(write())
    try:
        await until(acknowledged, 3)
        restored = await restore(made.file, full.site, replace=True)
        await until(acknowledged, len(acknowledged) + 3)
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    assert restored.before is not None
    assert set(acknowledged) <= kept_titles(restored.before) | set(await titles(full))


async def until(written: list[str], number: int) -> None:
    while len(written) < number:  # noqa: ASYNC110 - a number is waited for
        await asyncio.sleep(0.01)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 16 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if sys.platform != "linux" or mount is None or os.getuid() != 0:
        pytest.skip("only root can mount a disk, and only on Linux it is known how")
    command = [mount, "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def leave(disk: Path, size: int) -> Path:
    """Fill a disk until so many bytes are left, by a file which is returned."""
    ballast = disk / "ballast"
    left = os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(left.f_bavail * left.f_frsize - size, 1))
    return ballast


def url_on(disk: Path, full: Settings) -> str:
    """The address of a database on the disk, or the one on PostgreSQL, which has a disk of its own."""
    return full.database_url if full.database_url.startswith("postgresql") else f"sqlite:///{disk / 'site' / 'w.db'}"


async def test_a_restore_for_which_the_disk_is_too_full_makes_no_site(
    full: Settings, another_url: str, disk: Path, tmp_path: Path
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    on_disk = f"sqlite:///{disk / 'site' / 'w.db'}" if another_url.startswith("sqlite") else another_url
    refused = 0
    for size in LEFT:
        ballast = leave(disk, size)
        try:
            await restore(made.file, disk / "site", database_url=on_disk)
        except Unavailable:
            refused += 1
            assert not (disk / "site" / TOML_NAME).exists()
            assert (await schema.status(on_disk)).schema is None
        else:
            break
        finally:
            ballast.unlink()
    assert refused
    if refused == len(LEFT):
        await restore(made.file, disk / "site", database_url=on_disk)
    assert await titles(Settings(site=disk / "site", database_url=on_disk)) == await titles(full)


async def test_a_site_for_whose_restore_the_disk_is_too_full_stays_as_it_is(
    full: Settings, disk: Path, tmp_path: Path
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    url = url_on(disk, full)
    site = (await restore(made.file, disk / "site", database_url=url, replace=True)).settings
    at_first = await titles(site)
    await write_later(site)
    later = await titles(site)
    refused = 0
    for size in LEFT:
        async with open_database(url) as db:
            before = await db.read(changes.moment)
        ballast = leave(disk, size)
        try:
            await restore(made.file, site.site, replace=True)
        except Unavailable:
            refused += 1
            ballast.unlink()
            assert await titles(site) == later
            async with open_database(url) as db:
                assert await db.read(changes.moment) == before
        else:
            break
    assert refused
    (disk / "ballast").unlink(missing_ok=True)
    await restore(made.file, site.site, replace=True)
    assert await titles(site) == at_first
