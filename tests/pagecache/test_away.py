"""The exact check where PostgreSQL gives no answer: readers are answered all the same, and nothing is stale after."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import PostgreSQL
from tests.pagecache.cached import Cached, caching, fill
from tests.pagecache.relay import Relay, relaying
from tests.pagecache.test_races import rename
from westmarch.db.database import Database, open_database
from westmarch.pagecache import postgresql_check
from westmarch.settings import Settings

pytestmark = pytest.mark.postgresql

HIT = "westmarch; hit"
AWAY = "westmarch; hit; detail=database-away"


@dataclass
class Relayed:
    """A site whose database is reached through a relay, and another way to the same database."""

    cached: Cached
    relay: Relay
    elsewhere: Database

    async def timed(self, path: str = "/p1/") -> tuple[float, str, str]:
        """How many seconds an answer took, what Cache-Status says, and the page."""
        began = time.monotonic()
        answer = await self.cached.get(path)
        return time.monotonic() - began, answer.headers["cache-status"], answer.text


@pytest.fixture
async def relayed(
    postgresql: PostgreSQL, postgresql_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Relayed]:
    """A site with its pages in the store, behind a relay that speaks; and little patience."""
    monkeypatch.setattr(postgresql_check, "PATIENCE", 0.5)
    monkeypatch.setattr(postgresql_check, "BRIEFLY", 0.3)
    name = postgresql.create(postgresql_template)
    url = postgresql.url(name)
    try:
        async with relaying(url) as relay, open_database(url) as elsewhere, open_database(relay.url) as db:
            await elsewhere.write(fill)
            async with caching(Settings(site=tmp_path, url="https://example.org", database_url=url), db) as cached:
                await cached.visit(("/p1/",))
                assert await cached.status("/p1/") == HIT
                yield Relayed(cached, relay, elsewhere)
                relay.speaking.set()
    finally:
        postgresql.drop(name)


async def test_while_the_server_hangs_only_the_first_readers_wait_long(relayed: Relayed) -> None:
    relayed.relay.speaking.clear()
    first = [asyncio.create_task(relayed.timed()) for _ in range(3)]
    await asyncio.sleep(0.3)
    first.append(asyncio.create_task(relayed.timed()))
    for seconds, status, _ in await asyncio.gather(*first):
        assert status == AWAY
        assert 0.5 < seconds < 2.5  # two waits, and once briefly
    for _ in range(5):
        seconds, status, _ = await relayed.timed()
        assert status == AWAY
        assert seconds < 0.6


async def test_after_a_hang_what_was_written_is_seen_at_once(relayed: Relayed) -> None:
    for number in range(4):
        relayed.relay.speaking.clear()
        await relayed.timed()
        title = f"Title {number}"
        relayed.relay.speaking.set()
        await relayed.elsewhere.write(rename, title)
        _, status, text = await relayed.timed()
        assert status != AWAY
        assert title in text


async def test_a_connection_that_was_lost_unknowingly_costs_time_but_no_truth(relayed: Relayed) -> None:
    await relayed.cached.db.close()  # So that the only connection that is lost is the one of the check.
    relayed.relay.forget()
    await relayed.elsewhere.write(rename, "Renamed")
    seconds, status, text = await relayed.timed("/p1/")
    assert status != AWAY
    assert "Renamed" in text
    assert seconds > 0.4


async def test_that_the_database_is_away_is_told_once(relayed: Relayed, caplog: pytest.LogCaptureFixture) -> None:
    relayed.relay.speaking.clear()
    for _ in range(4):
        await relayed.timed()
    relayed.relay.speaking.set()
    for _ in range(4):
        await relayed.timed()
    assert [message.partition(",")[0] for message in caplog.messages] == [
        "The page cache cannot ask the database",
        "The page cache can ask the database again.",
    ]


async def test_a_hang_does_not_keep_the_program_from_stopping(relayed: Relayed) -> None:
    relayed.relay.speaking.clear()
    await relayed.timed()
    pages, began = relayed.cached.pages, time.monotonic()
    assert pages.check is not None
    await pages.check.close()
    assert time.monotonic() - began < 2.0
