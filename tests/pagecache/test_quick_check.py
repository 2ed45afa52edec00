"""The exact check on PostgreSQL asks in bytes of its own, and by the driver whenever the answer is another one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.conftest import PostgreSQL
from tests.pagecache.cached import fill
from tests.pagecache.relay import Relay, relaying
from tests.pagecache.test_races import rename
from westmarch.changes.triggers import CHANNEL
from westmarch.db.database import Database, open_database
from westmarch.pagecache import postgresql_check
from westmarch.pagecache.check import State
from westmarch.pagecache.journal import Journal
from westmarch.pagecache.quick_check import QuickCheck
from westmarch.pagecache.store import Store

pytestmark = pytest.mark.postgresql


@dataclass
class Asking:
    """A check that reaches the database by a relay, how often it asked by the driver, and another way there."""

    check: QuickCheck
    journal: Journal
    relay: Relay
    elsewhere: Database
    by_driver: int = 0


@pytest.fixture
async def asking(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asking]:
    """A check that has asked once."""
    monkeypatch.setattr(postgresql_check, "PATIENCE", 120.0)  # No machine is so slow that it is taken for a hang.
    async with (
        relaying(postgresql_url) as relay,
        open_database(postgresql_url) as elsewhere,
        open_database(relay.url) as db,
    ):
        await elsewhere.write(fill)
        journal = Journal(Store(1_000_000))
        check = QuickCheck(db.url, journal)
        assert await check.wait() is State.CURRENT
        made, catch_up = Asking(check, journal, relay, elsewhere), check._catch_up

        async def counted() -> None:
            made.by_driver += 1
            await catch_up()

        monkeypatch.setattr(check, "_catch_up", counted)
        yield made
        await check.close()


async def test_the_driver_is_not_asked_while_nothing_changes(asking: Asking) -> None:
    before = asking.check.asked
    for _ in range(20):
        assert await asking.check.wait() is State.CURRENT
    assert (asking.by_driver, asking.check.asked - before) == (0, 20)


async def test_a_change_is_found_by_the_next_question_and_then_known(asking: Asking) -> None:
    for number in range(1, 6):
        before = asking.journal.position
        await asking.elsewhere.write(rename, f"Title {number}")
        assert await asking.check.wait() is State.CURRENT
        assert asking.journal.position > before
        assert await asking.check.wait() is State.CURRENT
        assert asking.by_driver == number


async def test_an_answer_in_pieces_is_the_same_answer(asking: Asking) -> None:
    asking.relay.piece = 3
    for _ in range(5):
        assert await asking.check.wait() is State.CURRENT
    assert asking.by_driver == 0
    await asking.elsewhere.write(rename, "Renamed")
    before = asking.journal.position
    assert await asking.check.wait() is State.CURRENT
    assert asking.journal.position > before


async def test_what_the_server_says_unasked_between_two_questions_goes_to_the_driver(asking: Asking) -> None:
    heard = asyncio.Event()
    await asking.check._driver.add_listener(CHANNEL, lambda *_: heard.set())
    await asking.elsewhere.write(rename, "Renamed")
    await asyncio.wait_for(heard.wait(), 60)
    assert await asking.check.wait() is State.CURRENT
    assert asking.by_driver == 1


async def test_what_the_server_says_beside_its_answer_makes_it_another_answer(asking: Asking) -> None:
    await asking.check._driver.execute(f"LISTEN {CHANNEL}")
    for number in range(20):
        writing = asyncio.create_task(asking.elsewhere.write(rename, f"Title {number}"))
        while not writing.done():
            assert await asking.check.wait() is State.CURRENT
        await writing
        before = asking.journal.position
        assert await asking.check.wait() is State.CURRENT
        assert asking.journal.position >= before
    assert asking.by_driver >= 20


async def test_a_refusal_of_the_server_is_met_with_a_new_connection(asking: Asking) -> None:
    await asking.check._driver.execute("DEALLOCATE ALL")
    await asking.elsewhere.write(rename, "Renamed")
    before = asking.journal.position
    assert await asking.check.wait() is State.CURRENT
    assert asking.journal.position > before


@pytest.mark.parametrize("while_asking", [False, True], ids=["between questions", "during one"])
async def test_a_connection_that_is_cut_is_made_again(
    asking: Asking, postgresql: PostgreSQL, while_asking: bool
) -> None:
    cut = f"SELECT pg_terminate_backend({asking.check._driver.get_server_pid()})"
    if while_asking:
        asking.relay.speaking.clear()
        waiting = asyncio.create_task(asking.check.wait())
        await asyncio.sleep(0.05)
        await asyncio.to_thread(postgresql.execute, cut)
        asking.relay.speaking.set()
        assert await waiting is State.CURRENT
    else:
        await asyncio.to_thread(postgresql.execute, cut)
        await asyncio.sleep(0.05)
    before = asking.journal.position
    await asking.elsewhere.write(rename, "Renamed")
    assert await asking.check.wait() is State.CURRENT
    assert asking.journal.position > before


async def test_nothing_is_asked_any_more_when_the_check_has_ended(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_check, "PATIENCE", 0.5)
    monkeypatch.setattr(postgresql_check, "BRIEFLY", 0.1)
    asking.relay.speaking.clear()
    assert await asking.check.wait() is State.AWAY
    monkeypatch.setattr(postgresql_check, "PATIENCE", 120.0)
    for _ in range(10):  # The last of them are told that the database is away while they are still waiting.
        assert await asking.check.wait() is State.AWAY
    asking.relay.speaking.set()
    before = asyncio.all_tasks()
    await asking.check.close()
    await asyncio.sleep(0.1)
    assert asyncio.all_tasks() <= before, "a new connection"
    assert await asking.check.wait() is State.AWAY


async def test_who_waits_when_the_check_ends_is_told(asking: Asking) -> None:
    asking.relay.speaking.clear()
    waiting = asyncio.create_task(asking.check.wait())
    await asyncio.sleep(0.05)
    await asking.check.close()
    assert await asyncio.wait_for(waiting, 60) is State.AWAY
    asking.relay.speaking.set()
