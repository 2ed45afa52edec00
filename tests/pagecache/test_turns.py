"""Requests that share a check: none is answered by one that was made before it came."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import update

from tests.pagecache.cached import Cached
from tests.pagecache.test_races import rename
from westmarch.changes.models import Change
from westmarch.db.database import Database, open_database
from westmarch.pagecache.cache import HIT, UNCHECKED
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.middleware import FromCache
from westmarch.pagecache.store import Entry, Key
from westmarch.pagecache.turns import Turn


@dataclass(eq=False)
class Waiting:
    """A request that keeps what happened to it."""

    key: Key = field(default_factory=lambda: Key(b"/p1/"))
    met: Callable[[], None] = lambda: None
    happened: list[object] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self, front: FromCache, entry: Entry, status: tuple[bytes, bytes]) -> None:
        assert entry is front.cache.store.peek(self.key)
        self.met()
        self.happened.append((entry.key, status))
        self.done.set()

    def pass_on(self) -> None:
        self.happened.append("passed on")
        self.done.set()


@pytest.fixture
async def turn(cached: Cached) -> Turn:
    await cached.visit(("/p1/", "/p2/"))
    return Turn(cached.app.state.turn.front)


async def test_all_of_a_turn_are_answered_after_one_check(turn: Turn) -> None:
    asked = [Waiting() for _ in range(5)]
    assert turn.cache.check is not None
    before = turn.cache.check.asked
    for one in asked:
        turn.add(one)
    for one in asked:
        await one.done.wait()
    assert [one.happened for one in asked] == [[(Key(b"/p1/"), HIT)]] * 5
    assert turn.cache.check.asked == before + 1


async def test_a_page_that_was_changed_while_it_waited_is_passed_on(
    cached: Cached, turn: Turn, database_url: str
) -> None:
    changed, other = Waiting(), Waiting(Key(b"/p4/"))
    await cached.visit(("/p4/",))
    async with open_database(database_url) as elsewhere:
        await elsewhere.write(rename, "Changed")
        turn.add(changed)
        turn.add(other)
        await asyncio.gather(changed.done.wait(), other.done.wait())
    assert changed.happened == ["passed on"]


async def test_a_check_of_the_same_turn_that_came_before_does_not_count(
    cached: Cached, turn: Turn, db: Database
) -> None:
    """As in a loop that reads one socket, runs a task that checks, and reads another socket."""
    check, loop, late = cached.pages.check, asyncio.get_running_loop(), Waiting()
    assert check is not None
    loop.call_soon(turn.add, Waiting())
    loop.call_soon(check.at_once)
    loop.call_soon(_renamed_at_once, db)
    loop.call_soon(turn.add, late)
    await late.done.wait()
    assert late.happened == ["passed on"]


def _renamed_at_once(db: Database) -> None:
    thread = threading.Thread(target=lambda: asyncio.run(_renamed(db.url.render_as_string(hide_password=False))))
    thread.start()
    thread.join()


async def _renamed(url: str) -> None:
    async with open_database(url) as db:
        await db.write(rename, "Changed")


async def test_when_an_answer_fails_those_after_it_are_answered(turn: Turn) -> None:
    def fail() -> None:
        raise LookupError("no such page")

    failing, after = Waiting(met=fail), Waiting()
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    turn.add(failing)
    turn.add(after)
    await asyncio.gather(failing.done.wait(), after.done.wait())
    assert failing.happened == after.happened == ["passed on"]


class Elsewhere(Check):
    """A check that has to be waited for, and finds what it is told."""

    def __init__(self, state: State) -> None:
        self.found = state

    def at_once(self) -> bool:
        return False

    async def wait(self) -> State:
        await asyncio.sleep(0)
        return self.found

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("state", "happened"),
    [
        (State.CURRENT, (Key(b"/p1/"), HIT)),
        (State.AWAY, (Key(b"/p1/"), UNCHECKED)),
        (State.BUSY, "passed on"),
    ],
)
async def test_what_the_check_finds_decides(turn: Turn, state: State, happened: object) -> None:
    asked, usual = Waiting(), turn.cache.check
    turn.cache.check = Elsewhere(state)
    try:
        turn.add(asked)
        await asked.done.wait()
    finally:
        turn.cache.check = usual
    assert asked.happened == [happened]


async def test_without_a_check_all_is_passed_on(turn: Turn) -> None:
    asked, usual = Waiting(), turn.cache.check
    turn.cache.check = None
    try:
        turn.add(asked)
        await asked.done.wait()
    finally:
        turn.cache.check = usual
    assert asked.happened == ["passed on"]


async def test_a_check_that_fails_costs_nobody_an_answer(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise RuntimeError("not foreseen")

    asked, told = Waiting(), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["exception"]))
    monkeypatch.setattr(turn.cache.check, "anew", fail)
    turn.add(asked)
    await asyncio.wait_for(asked.done.wait(), 5)
    assert asked.happened == ["passed on"]
    assert [str(error) for error in told] == ["not foreseen"]


async def test_a_row_of_the_log_that_nobody_can_read_throws_everything_out(cached: Cached, db: Database) -> None:
    await cached.visit(("/p1/", "/p2/"))
    await db.write(rename, "Changed")
    await db.write(lambda session: session.execute(update(Change).values(old="{")))
    assert "Changed" in (await cached.get("/p1/")).text
    assert await cached.status("/p2/") == "westmarch; fwd=miss; stored"
