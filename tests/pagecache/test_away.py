"""The exact check where PostgreSQL gives no answer: readers are answered all the same, and nothing is stale after."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pagecache.cached import Cached, caching, fill
from tests.pagecache.relay import Relay, relaying
from tests.pagecache.test_races import rename
from westmarch.db.database import Database, open_database
from westmarch.pagecache import postgresql_check
from westmarch.settings import Settings

pytestmark = pytest.mark.postgresql

HIT = "westmarch; hit"
AWAY = "westmarch; hit; detail=database-away"
#: So long may a machine take that has far too much to do, in seconds.
LONG = 120.0


def fall_silent(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database hang, and let nobody wait for it for long."""
    monkeypatch.setattr(postgresql_check, "PATIENCE", 0.5)
    monkeypatch.setattr(postgresql_check, "BRIEFLY", 0.3)
    relay.speaking.clear()


def speak_again(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database answer, however long the machine takes for it."""
    monkeypatch.setattr(postgresql_check, "PATIENCE", LONG)
    monkeypatch.setattr(postgresql_check, "BRIEFLY", LONG)
    relay.speaking.set()


@dataclass
class Relayed:
    """A site whose database is reached through a relay, and another way to the same database."""

    cached: Cached
    relay: Relay
    elsewhere: Database
    monkeypatch: pytest.MonkeyPatch

    def fall_silent(self) -> None:
        """Let the database hang."""
        fall_silent(self.relay, self.monkeypatch)

    def speak_again(self) -> None:
        """Let the database answer."""
        speak_again(self.relay, self.monkeypatch)

    async def timed(self, path: str = "/p1/") -> tuple[float, str, str]:
        """How many seconds an answer took, what Cache-Status says, and the page."""
        began = time.monotonic()
        answer = await self.cached.get(path)
        return time.monotonic() - began, answer.headers["cache-status"], answer.text


@pytest.fixture
async def relayed(postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Relayed]:
    """A site with its pages in the store, behind a relay that speaks."""
    monkeypatch.setattr(postgresql_check, "PATIENCE", LONG)
    async with (
        relaying(postgresql_url) as relay,
        open_database(postgresql_url) as elsewhere,
        open_database(relay.url) as db,
    ):
        await elsewhere.write(fill)
        async with caching(
            Settings(site=tmp_path, url="https://example.org", database_url=postgresql_url), db
        ) as cached:
            await cached.visit(("/p1/",))
            assert await cached.status("/p1/") == HIT
            yield Relayed(cached, relay, elsewhere, monkeypatch)
            relay.speaking.set()


async def test_while_the_server_hangs_only_the_first_readers_wait_long(
    relayed: Relayed, monkeypatch: pytest.MonkeyPatch
) -> None:
    relayed.fall_silent()
    monkeypatch.setattr(postgresql_check, "PATIENCE", 2.0)
    first = [asyncio.create_task(relayed.timed()) for _ in range(3)]
    await asyncio.sleep(0.3)
    first.append(asyncio.create_task(relayed.timed()))
    for seconds, status, _ in await asyncio.gather(*first):
        assert status == AWAY
        assert seconds > 2.0
    later = [await relayed.timed() for _ in range(5)]
    assert {status for _, status, _ in later} == {AWAY}
    assert min(seconds for seconds, _, _ in later) < 2.0  # The machine may keep some waiting, but hardly all.


async def test_after_a_hang_what_was_written_is_seen_at_once(relayed: Relayed) -> None:
    for number in range(4):
        relayed.fall_silent()
        await relayed.timed()
        title = f"Title {number}"
        relayed.speak_again()
        await relayed.elsewhere.write(rename, title)
        _, status, text = await relayed.timed()
        assert status != AWAY
        assert title in text


async def test_a_connection_that_was_lost_unknowingly_costs_time_but_no_truth(
    relayed: Relayed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_check, "PATIENCE", 2.0)  # A new connection is made in that, too.
    await relayed.cached.db.close()  # So that the only connection that is lost is the one of the check.
    relayed.relay.forget()
    await relayed.elsewhere.write(rename, "Renamed")
    seconds, status, text = await relayed.timed("/p1/")
    assert status != AWAY
    assert "Renamed" in text
    assert seconds > 1.9


async def test_that_the_database_is_away_is_told_once(relayed: Relayed, caplog: pytest.LogCaptureFixture) -> None:
    relayed.fall_silent()
    for _ in range(4):
        await relayed.timed()
    relayed.speak_again()
    for _ in range(4):
        await relayed.timed()
    assert [message.partition(",")[0] for message in caplog.messages] == [
        "The page cache cannot ask the database",
        "The page cache can ask the database again.",
    ]


async def test_a_hang_does_not_keep_the_program_from_stopping(relayed: Relayed) -> None:
    relayed.fall_silent()
    await relayed.timed()
    pages, began = relayed.cached.pages, time.monotonic()
    assert pages.check is not None
    await pages.check.close()
    assert time.monotonic() - began < LONG / 2
