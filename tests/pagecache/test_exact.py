"""What the cache holds is what would be rendered now, whatever was done to the database, and by whom."""

import contextlib
from collections.abc import Collection
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from tests.factories import day
from tests.pagecache.cached import PATHS, TABLES, Cached, act, writable, write
from westmarch.changes.queries import Seen
from westmarch.errors import WestmarchError
from westmarch.pagecache.dependencies import Read

FIELDS = st.fixed_dictionaries(
    {
        "published_at": st.integers(0, 400).map(day),
        "status": st.sampled_from(["published", "published", "draft", "scheduled"]),
        "unlisted": st.sampled_from([False, False, True]),
        "pinned": st.booleans(),
        "kind": st.sampled_from(["post", "post", "post", "page"]),
        "tags": st.lists(st.sampled_from(["Sea", "Wind", "Sand"]), max_size=3, unique=True).map(tuple),
        "authors": st.lists(st.sampled_from(["Nell", "Bo"]), max_size=2, unique=True).map(tuple),
        "topic": st.sampled_from([None, "Tides", "Dunes"]),
        "translation_group": st.sampled_from([None, "g"]),
        "language": st.sampled_from(["en", "de"]),
    }
)
VERBS = st.sampled_from(
    ["create", "revise", "revise", "publish", "withdraw", "trash", "restore", "purge", "move", "due", "options"]
)
ACTIONS = st.tuples(st.just(act), VERBS, st.integers(0, 9), FIELDS)
WRITES = st.tuples(st.just(write), st.integers(0, 13), st.integers(0, 9), st.integers(0, 30), st.integers(0, 12))
STEPS = st.lists(st.one_of(ACTIONS, WRITES, WRITES), min_size=1, max_size=8)


async def test_all_public_pages_can_be_stored(cached: Cached) -> None:
    await cached.visit()
    missing = [path for path in PATHS if cached.stored(path) is None]
    assert missing == ["/post-7/"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink)
)
@given(steps=STEPS)
async def test_no_change_leaves_a_page_that_shows_something_else(cached: Cached, steps: list[Any]) -> None:
    await cached.visit()
    for do, *arguments in steps:
        try:
            await cached.db.write(do, *arguments)
        except (WestmarchError, IntegrityError) as error:
            note(f"{do.__name__} {arguments} was refused: {error}")
            continue
        assert await cached.stale() == [], (do.__name__, arguments)
        await cached.visit()


# What the test above must find


async def first_stale(cached: Cached, table: str, columns: Collection[str], rows: int) -> tuple[str, list[str]] | None:
    """Write into columns of the first rows of a table until pages are stale: the column, and those pages."""
    number = next(number for number, each in enumerate(TABLES) if each.name == table)
    places = {name: place for place, name in enumerate(writable(TABLES[number]))}
    for row, name, value in product(range(rows), columns or places, (3, 6)):
        await cached.visit()
        with contextlib.suppress(WestmarchError, IntegrityError):
            await cached.db.write(write, number, row, places[name], value)
        if stale := await cached.stale():
            return name, stale
    return None


READ = sorted(table.name for table in TABLES)


@pytest.mark.parametrize("table", READ)
async def test_no_write_into_any_column_leaves_a_stale_page(cached: Cached, table: str) -> None:
    assert await first_stale(cached, table, (), 2) is None


@pytest.mark.parametrize("table", READ)
async def test_a_table_that_is_not_watched_is_noticed(
    cached: Cached, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Read.touched
    monkeypatch.setattr(Read, "touched", lambda read, change: read.use.table != table and kept(read, change))
    assert await first_stale(cached, table, (), 9) is not None


@pytest.mark.parametrize(
    ("table", "column"),
    [("post", "title"), ("post", "excerpt_html"), ("post", "published_at"), ("tag", "description"), ("media", "alt")],
)
async def test_a_column_that_is_not_watched_is_noticed(
    cached: Cached, table: str, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Read.touched

    def without(read: Read, change: Seen) -> bool:
        return kept(read, replace(change, columns=(change.columns or frozenset()) - {column}))

    monkeypatch.setattr(Read, "touched", without)
    assert await first_stale(cached, table, (column,), 9) is not None
