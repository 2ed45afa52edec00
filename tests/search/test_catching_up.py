"""A command leaves the index up to date, whoever keeps it, and whenever one was killed before."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from tests.books.records import store
from tests.search.conftest import asking, until
from westmarch.books import counts
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.search import kinds, running, status
from westmarch.search.catching_up import catch_up
from westmarch.settings import Settings

BOOKS = [{"book_id": number, "title": f"Volume {number}"} for number in range(1, 6001)]


async def test_an_index_is_made_and_then_followed_without_a_server(db: Database, settings: Settings) -> None:
    index = running.open_of(settings)
    told: list[int] = []
    await db.write(store, BOOKS[:20])
    await catch_up(db, index, now, told.append)
    assert (await index.count(), sum(told)) == (20, 20)
    await db.write(store, BOOKS[20:23])
    await catch_up(db, index, now, told.append)
    assert (await index.count(), sum(told)) == (23, 20)
    found = await status.state(db, index)
    assert (found.fault, found.behind) == ("", 0)
    await index.close()


async def test_a_server_that_keeps_the_index_is_waited_for(db: Database, settings: Settings) -> None:
    index = running.open_of(settings)
    told: list[int] = []
    async with asking(settings) as asked:
        await db.write(store, BOOKS[:20])
        await catch_up(db, index, now, told.append)
        found = await status.state(db, asked.app.state.index)
        # The commit itself is a change, which the server has not looked at yet.
        assert (found.fault, found.behind <= 1, await index.count(), told) == ("", True, 20, [])
    await index.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_load_that_was_killed_is_loaded_again_and_indexed(db: Database, settings: Settings) -> None:
    (settings.site / "westmarch.toml").write_text('url = "https://example.org"\n')
    file = settings.site / "books.ndjson"
    file.write_text("\n".join(map(json.dumps, BOOKS)))

    async def one_batch_is_in() -> bool:
        return await db.read(kinds.count) > 0

    async def the_index_is_begun() -> bool:
        return await asyncio.to_thread((settings.site / "search").exists)

    for moment in (one_batch_is_in, the_index_is_begun):
        process = await started(settings, file)
        await until(moment)
        process.kill()
        assert await process.wait() == -signal.SIGKILL
        assert await db.read(lambda session: list(counts.faults(session))) == []
    assert await (await started(settings, file)).wait() == 0
    index = running.open_of(settings)
    found = await status.state(db, index)
    assert (found.fault, found.behind, await index.count()) == ("", 0, len(BOOKS))
    await index.close()


async def started(settings: Settings, file: Path) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "westmarch", "--site", str(settings.site), "books", "load", str(file))
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
