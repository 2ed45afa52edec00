"""What is taken out of the page cache is noticed by the very driver that finds nothing in the whole one."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from tests.pagecache.cached import TABLES
from tests.pagecache.conftest import NewSite
from tests.pagecache.operations import WEIGHTS, Operation, operations
from tests.pagecache.test_stateful import fewest
from tests.pagecache.watched import stale_after
from westmarch.pagecache import reads
from westmarch.pagecache.cache import PageCache
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.dependencies import Read, Use
from westmarch.pagecache.journal import Journal
from westmarch.pagecache.postgresql_check import PostgreSQLCheck
from westmarch.pagecache.sqlite_check import SQLiteCheck

#: Writes alone, of which most go into columns that are named nowhere.
STRANGERS = {"stranger": 10, "options": 1, "retag": 2, "edit_title": 2}
#: What makes renders and writes overlap.
OVERLAPS = {"overlap": 3, "edit_title": 1, "options": 1}
#: What is recorded comes from the same statements on both engines.
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


class Without(set[Any]):
    """Reads, of which some are changed or left out when they are recorded."""

    def __init__(self, change: Callable[[Read], Read | None]) -> None:
        super().__init__()
        self._change = change

    def add(self, read: Read) -> None:
        changed = self._change(read)
        if changed is not None:
            super().add(changed)


def record(monkeypatch: pytest.MonkeyPatch, change: Callable[[Read], Read | None]) -> None:
    """Let the recorder note something else."""
    begin = reads.Recording.__init__

    def begin_without(recording: reads.Recording) -> None:
        begin(recording)
        recording.reads = Without(change)

    monkeypatch.setattr(reads.Recording, "__init__", begin_without)


@ON_SQLITE
@pytest.mark.parametrize("table", sorted(table.name for table in TABLES))
async def test_a_table_that_is_not_recorded_is_noticed(
    new_site: NewSite, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(monkeypatch, lambda read: None if read.use.table == table else read)
    assert await stale_after(new_site, operations(1, 400, STRANGERS, table))


@ON_SQLITE
@pytest.mark.parametrize(
    ("table", "column"),
    [("post", "title"), ("post", "excerpt_html"), ("tag", "description"), ("media", "alt"), ("topic", "title")],
)
async def test_a_column_that_is_not_recorded_is_noticed(
    new_site: NewSite, table: str, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(read: Read) -> Read:
        use = read.use
        if use.table != table or use.columns is None:
            return read
        return Read(Use(use.table, use.conditions, use.columns - {column}, use.by), read.values)

    record(monkeypatch, without)
    assert await stale_after(new_site, operations(1, 400, STRANGERS, table))


async def test_changes_since_the_beginning_that_are_not_minded_are_noticed(
    new_site: NewSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "touched", lambda journal, began, recorded: False)
    assert await stale_after(new_site, operations(1, 100, OVERLAPS))


async def test_a_last_check_that_is_skipped_is_noticed(new_site: NewSite, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: ContextVar[list[State] | None] = ContextVar("checks", default=None)
    rendered, state = PageCache._rendered, Check.state

    async def rendering(*arguments: Any) -> Any:
        checks.set([])
        return await rendered(*arguments)

    async def first_only(check: Check) -> State:
        done = checks.get()
        if done:
            return done[0]
        found = await state(check)
        if done is not None:
            done.append(found)
        return found

    monkeypatch.setattr(PageCache, "_rendered", rendering)
    monkeypatch.setattr(Check, "state", first_only)
    assert await stale_after(new_site, operations(1, 100, OVERLAPS))


async def test_a_trigger_that_is_dropped_is_noticed(new_site: NewSite) -> None:
    made = [Operation("untrigger", ()), *operations(1, 100, WEIGHTS)]
    assert await stale_after(new_site, made)


async def test_a_check_that_is_a_moment_old_is_noticed(new_site: NewSite, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_timer(monkeypatch)
    assert await stale_after(new_site, operations(1, 100, WEIGHTS))


def on_a_timer(monkeypatch: pytest.MonkeyPatch, seconds: float = 2.0) -> None:
    """Let a check count for a while."""
    for kind in (SQLiteCheck, PostgreSQLCheck):
        at_once, wait = kind.at_once, kind.wait
        checked: dict[int, float] = {}

        def at_once_now_and_then(check: Any, at_once: Any = at_once, checked: Any = checked) -> bool:
            if time.monotonic() - checked.get(id(check), 0.0) < seconds:
                return True
            if not at_once(check):
                return False
            checked[id(check)] = time.monotonic()
            return True

        async def wait_now_and_then(check: Any, wait: Any = wait, checked: Any = checked) -> State:
            if time.monotonic() - checked.get(id(check), 0.0) < seconds:
                return State.CURRENT
            found: State = await wait(check)
            checked[id(check)] = time.monotonic()
            return found

        monkeypatch.setattr(kind, "at_once", at_once_now_and_then)
        monkeypatch.setattr(kind, "wait", wait_now_and_then)


@pytest.mark.long_on_postgresql
async def test_operations_that_fail_are_made_few(new_site: NewSite, monkeypatch: pytest.MonkeyPatch) -> None:
    record(monkeypatch, lambda read: None if read.use.table == "tag" else read)
    made = operations(1, 6, {"clock": 1})
    describe = Operation("describe_tag", (0, 1))
    assert await fewest([*made[:3], describe, *made[3:]], new_site) == [describe]
