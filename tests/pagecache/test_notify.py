"""The check that believes notices: quick while all is well, exact where it is not sure, and never far behind."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from tests.conftest import PostgreSQL
from tests.pagecache.cached import Cached, caching, fill
from tests.pagecache.relay import Relay, relaying
from tests.pagecache.test_away import AWAY, HIT, fall_silent, speak_again
from tests.pagecache.test_processes import look, site_in
from tests.pagecache.test_races import rename
from tests.serving import serving
from westmarch.changes.triggers import CHANNEL
from westmarch.db.database import Database, open_database
from westmarch.pagecache import notify_check
from westmarch.pagecache.checks import open_check
from westmarch.pagecache.journal import Journal
from westmarch.pagecache.notify_check import NotifyCheck
from westmarch.pagecache.sqlite_check import SQLiteCheck
from westmarch.pagecache.store import Store
from westmarch.settings import Settings

pytestmark = pytest.mark.postgresql
NEVER = 3600.0
#: So long is waited for what comes within milliseconds, unless a machine has far too much to do.
LONG = 120.0


@asynccontextmanager
async def notified(settings: Settings, db: Database) -> AsyncIterator[tuple[Cached, NotifyCheck]]:
    """A site with its page in the store, whose check believes notices."""
    async with caching(settings.model_copy(update={"cache_check": "notify"}), db) as cached:
        check = cached.pages.check
        assert isinstance(check, NotifyCheck)
        await cached.visit(("/p1/",))
        await quiet(check)
        yield cached, check


async def quiet(check: NotifyCheck) -> None:
    """Wait until it answers at once."""
    async with asyncio.timeout(LONG):
        while not check.at_once():  # noqa: ASYNC110 - there is no event: it is a question of time
            await asyncio.sleep(0.005)


@pytest.fixture
def only_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but a notice tells of a change: there is no heartbeat, and no answer grows old."""
    monkeypatch.setattr(notify_check, "HEARTBEAT", NEVER)
    monkeypatch.setattr(notify_check, "STALENESS", NEVER)


@pytest.fixture
async def elsewhere(postgresql_url: str) -> AsyncIterator[Database]:
    """The database as another program has it, with a site in it."""
    async with open_database(postgresql_url) as db:
        await db.write(fill)
        yield db


@pytest.fixture
async def relay(postgresql_url: str) -> AsyncIterator[Relay]:
    """Another way to the database, which can fall silent."""
    async with relaying(postgresql_url) as relay:
        yield relay
        relay.speaking.set()


@pytest.fixture
def settings(postgresql_url: str, tmp_path: Path) -> Settings:
    """Settings of a site on the database."""
    return Settings(site=tmp_path, url="https://example.org", database_url=postgresql_url)


async def shown(cached: Cached, title: str) -> None:
    """Wait until a page shows a title, asked for over and over."""
    async with asyncio.timeout(LONG):
        while title not in (await cached.get("/p1/")).text:  # noqa: ASYNC110 - it is asked for anew each time
            await asyncio.sleep(0)


async def heard(check: NotifyCheck, before: int) -> None:
    """Wait until another notice has come than so many."""
    async with asyncio.timeout(LONG):
        while check._heard == before:  # noqa: ASYNC110 - it is told by a callback of the driver
            await asyncio.sleep(0.005)


async def test_on_sqlite_it_is_the_exact_check(tmp_path: Path, sqlite_template: Path) -> None:
    async with (
        open_database(f"sqlite:///{sqlite_template}") as db,
        open_check(db, Journal(Store(1)), "notify") as check,
    ):
        assert isinstance(check, SQLiteCheck)


@pytest.mark.usefixtures("only_notices")
async def test_hits_ask_nothing_while_nothing_changes(settings: Settings, elsewhere: Database) -> None:
    async with open_database(settings.database_url) as db, notified(settings, db) as (cached, check):
        before = check._heard
        await elsewhere.write(rename, "Renamed")
        await heard(check, before)  # And all that was on its way, as notices come in the order of the commits.
        await cached.visit(("/p1/",))
        await quiet(check)
        before = check.asked
        for _ in range(50):
            assert await cached.status("/p1/") == HIT
        assert check.asked == before


async def test_a_write_of_the_process_itself_is_seen_at_once(settings: Settings, elsewhere: Database) -> None:
    async with open_database(settings.database_url) as db, notified(settings, db) as (cached, check):
        for number in range(30):
            await quiet(check)
            await db.write(rename, f"Title {number}")
            assert f"Title {number}" in (await cached.get("/p1/")).text


@pytest.mark.usefixtures("only_notices")
async def test_a_write_of_another_process_is_seen_when_the_notice_has_come(
    settings: Settings, elsewhere: Database
) -> None:
    async with open_database(settings.database_url) as db, notified(settings, db) as (cached, check):
        for number in range(30):
            await quiet(check)
            await elsewhere.write(rename, f"Title {number}")
            await shown(cached, f"Title {number}")  # Nothing but the notice can bring it about.


async def test_where_a_notice_is_lost_the_heartbeat_finds_the_change(
    settings: Settings, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_check, "HEARTBEAT", 0.4)
    monkeypatch.setattr(notify_check, "STALENESS", NEVER)
    async with open_database(settings.database_url) as db, notified(settings, db) as (cached, check):
        await check.wait()  # So that the heartbeat asks nothing now: a connection does one thing at a time.
        await check._driver.remove_listener(CHANNEL, check._hear)
        before = check._heard
        for number in range(3):
            await elsewhere.write(rename, f"Title {number}")
            await shown(cached, f"Title {number}")
        assert check._heard == before


@pytest.mark.usefixtures("only_notices")
async def test_a_connection_that_is_cut_is_made_again_and_listens(
    settings: Settings, elsewhere: Database, postgresql: PostgreSQL
) -> None:
    async with open_database(settings.database_url) as db, notified(settings, db) as (cached, check):
        postgresql.execute(f"SELECT pg_terminate_backend({check._driver.get_server_pid()})")
        async with asyncio.timeout(LONG):
            while check.at_once():  # noqa: ASYNC110 - it is told by a callback of the driver
                await asyncio.sleep(0.005)
        await elsewhere.write(rename, "Exact")
        assert "Exact" in (await cached.get("/p1/")).text
        await quiet(check)
        await elsewhere.write(rename, "Noticed")
        await shown(cached, "Noticed")


async def test_a_connection_that_was_lost_unknowingly_makes_pages_stale_for_a_bounded_time(
    settings: Settings, elsewhere: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_check, "HEARTBEAT", 0.2)
    monkeypatch.setattr(notify_check, "STALENESS", 0.5)
    async with open_database(relay.url) as db, notified(settings, db) as (cached, check):
        await db.close()  # So that the only connection that is lost is the one of the check.
        relay.forget()
        await elsewhere.write(rename, "Renamed")
        written = time.monotonic()
        seen_stale, seen_true = written, 0.0
        while not seen_true:
            asked_at = time.monotonic()
            if "Renamed" in (await cached.get("/p1/")).text:
                seen_true = asked_at
            else:
                seen_stale = asked_at
            await asyncio.sleep(0)
        assert written <= seen_stale < written + 0.5
        await quiet(check)


async def test_a_server_that_hangs_is_away_and_what_it_took_after_is_seen(
    settings: Settings, elsewhere: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_check, "HEARTBEAT", 0.1)
    monkeypatch.setattr(notify_check, "STALENESS", 0.3)
    async with open_database(relay.url) as db, notified(settings, db) as (cached, _):
        fall_silent(relay, monkeypatch)
        await asyncio.sleep(0.35)  # Longer than pages are believed to be true.
        assert await cached.status("/p1/") == AWAY
        speak_again(relay, monkeypatch)
        await elsewhere.write(rename, "Renamed")
        # A question of the heartbeat may just have been answered: then the notice is on its way.
        await shown(cached, "Renamed")


async def test_servers_show_within_the_bound_what_others_write(
    postgresql_url: str, elsewhere: Database, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        servers = []
        for name in ("one", "two"):
            site = site_in(tmp_path / name, postgresql_url)
            with (site / "westmarch.toml").open("a", encoding="utf-8") as toml:
                toml.write('cache_check = "notify"\n')
            servers.append(stack.enter_context(serving(site)))
        for server in servers:
            await asyncio.to_thread(httpx2.get, server.url + "/p1/", timeout=30)
        for number in range(5):
            title = f"Title {number}"
            await elsewhere.write(rename, title)
            written = time.monotonic()
            for server in servers:
                asked_at = written
                while (await asyncio.to_thread(look, server, "/p1/"))[0] != title:
                    assert asked_at < written + notify_check.STALENESS
                    asked_at = time.monotonic()
