"""Ctrl-C stops what runs in a thread, and leaves nothing half done."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backup.backups import titles, write_later
from westmarch.backup.making import make
from westmarch.backup.placing import STAGING
from westmarch.backup.restoring import restore
from westmarch.backup.stopping import Stop, to_its_end
from westmarch.settings import Settings


def cancelling(calls: int) -> Callable[[int, int], None]:
    """A progress that cancels the test's task when it is told of something the n-th time."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    told = 0

    def progress(_done: int, _all: int) -> None:
        nonlocal told
        told += 1
        if told == calls:
            loop.call_soon_threadsafe(task.cancel)
            time.sleep(0.2)

    return progress


async def test_a_backup_that_is_cancelled_leaves_no_file(full: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(asyncio.CancelledError):
        await make(full, folder / "one.tar.zst", cancelling(3))
    assert list(folder.iterdir()) == []


async def test_a_restore_that_is_cancelled_leaves_the_site_as_it_is(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    await write_later(full)
    for calls in (1, 3, 5):  # The file is so short that a reading is two steps.
        with pytest.raises(asyncio.CancelledError):
            await restore(made.file, full.site, replace=True, progress=cancelling(calls))
        assert "Written later" in await titles(full)
        assert not (full.site / STAGING).exists()


async def test_work_that_is_cancelled_too_late_ends_well() -> None:
    begun = asyncio.Event()

    async def work() -> str:
        begun.set()
        await asyncio.sleep(0.05)
        return "done"

    running = asyncio.create_task(to_its_end(work(), Stop()))
    await begun.wait()
    running.cancel()
    assert await running == "done"
