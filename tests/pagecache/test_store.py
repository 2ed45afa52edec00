"""The store is bounded, lets the least used go, and finds what a change touches."""

import random
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from westmarch.changes.queries import FORMAT, Seen
from westmarch.pagecache.dependencies import Comparison, Condition, Read, Use, whole
from westmarch.pagecache.pages import Page
from westmarch.pagecache.store import LONGEST_REMOVED, MOST_REMOVALS, ROOM, Key, Store

pytestmark = pytest.mark.unit

BY_ID = Use("post", (Condition("id", Comparison.IN),), frozenset({"title"}), 0)
OF_TAG = Use("tagging", (Condition("tag_id", Comparison.IN),), frozenset({"rank"}), 0)


def page(size: int = 1000, seed: int = 0) -> Page:
    return Page(random.Random(seed).randbytes(size), '"e"', "text/html", (), None)


def key(number: int) -> Key:
    return Key(f"/{number}/".encode())


def update(table: str, old: dict[str, Any], new: dict[str, Any], *columns: str) -> Seen:
    return Seen(1, FORMAT, table, "update", (1,), frozenset(columns), old, new)


def test_the_least_recently_used_goes_where_there_is_no_room() -> None:
    store = Store(100_000)
    for number in range(8):
        store.put(key(number), page(10_000, number), (), 0)
    store.get(key(0))
    store.put(key(9), page(10_000), (), 0)
    assert store.get(key(0)) is not None
    assert store.get(key(1)) is None
    assert store.size <= store.limit


def test_a_page_that_would_take_the_room_of_all_others_is_not_stored() -> None:
    store = Store(100_000)
    assert store.put(key(1), page(20_000), (), 0) is None
    assert (len(store), store.size) == (0, 0)


def test_a_change_throws_out_the_pages_that_read_its_row_and_no_other() -> None:
    store = Store(10_000_000)
    for number in range(20):
        store.put(key(number), page(), (Read(BY_ID, ((number, number + 1),)), Read(OF_TAG, ((number % 3,),))), 0)
    store.apply([update("post", {"id": 5}, {"id": 5}, "title")])
    assert {number for number in range(20) if store.get(key(number)) is None} == {4, 5}
    store.apply([update("post", {"id": 9}, {"id": 9}, "slug")])
    assert len(store) == 18
    store.apply([update("tagging", {"tag_id": 0}, {"tag_id": 1}, "tag_id")])
    assert all(number % 3 == 2 for number in range(20) if store.get(key(number)))


def test_a_change_that_does_not_tell_the_value_in_the_index_throws_out_all_that_may_be_meant() -> None:
    store = Store(10_000_000)
    store.put(key(1), page(), (Read(BY_ID, ((1,),)),), 0)
    store.put(key(2), page(), (Read(OF_TAG, ((1,),)),), 0)
    store.apply([update("post", {}, {}, "slug")])
    assert [entry.key for entry in store] == [key(2)]


def test_a_read_of_a_whole_table_and_one_of_too_many_rows_are_found_by_any_change() -> None:
    store = Store(10_000_000)
    store.put(key(1), page(), (whole("post"),), 0)
    store.put(key(2), page(), (Read(BY_ID, (None,)),), 0)
    store.apply([update("post", {"id": 77}, {"id": 77}, "title")])
    assert len(store) == 0


def test_a_change_that_names_no_row_throws_everything_out() -> None:
    store = Store(10_000_000)
    store.put(key(1), page(), (), 0)
    store.apply([Seen(1, FORMAT, "*", "schema", (), None, {}, {})])
    assert (len(store), store.size, store.generation) == (0, 0, 1)


def test_nothing_is_left_of_pages_that_are_gone() -> None:
    store = Store(200_000)
    for number in range(2_000):
        store.put(key(number), page(1_000, number), (Read(BY_ID, ((number,),)),), 0)
    for entry in list(store):
        store.remove(entry.key)
    assert store.size == 0
    assert not any(places for columns in store._index.values() for places in columns.values())


@pytest.mark.slow
def test_what_the_store_takes_is_about_what_it_says() -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        store = Store(50_000_000)
        for number in range(1_000):
            reads = tuple(Read(BY_ID, (tuple(range(n, n + 10)),)) for n in range(number * 60, number * 60 + 60, 10))
            store.put(key(number), page(6_000, number), (*reads, Read(OF_TAG, ((number,),))), 0)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.8 < taken / store.size < 1.1


# What is remembered of pages that went

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_the_change_that_threw_a_page_out_is_remembered() -> None:
    store = Store(10_000_000, clock=lambda: NOON)
    store.put(key(1), page(), (Read(BY_ID, ((5,),)),), 0)
    assert store.removal(key(1)) is None
    change = update("post", {"id": 5}, {"id": 5}, "title")
    store.apply([change])
    assert store.removal(key(1)) == (NOON, "", change)
    store.put(key(1), page(), (), 0)
    assert store.removal(key(1)) == (NOON, "", change), "also when the page is back"


def test_a_page_that_is_stored_anew_was_not_removed() -> None:
    store = Store(10_000_000)
    store.put(key(1), page(), (), 0)
    store.put(key(1), page(), (), 1)
    assert store.removal(key(1)) is None


def test_a_page_that_went_for_want_of_room_says_so() -> None:
    store = Store(100_000)
    for number in range(20):
        store.put(key(number), page(10_000, number), (), 0)
    removal = store.removal(key(0))
    assert removal is not None
    assert removal.why == ROOM


def test_why_everything_went_counts_for_each_page() -> None:
    store = Store(10_000_000, clock=lambda: NOON)
    store.clear("nothing was there")
    assert store.cleared is None
    store.put(key(1), page(), (whole("tag"),), 0)
    store.put(key(2), page(), (), 0)
    store.apply([update("tag", {"id": 1}, {"id": 1}, "name")])
    store.clear("somebody wanted it")
    assert store.removal(key(1)) == store.removal(key(2)) == store.cleared == (NOON, "somebody wanted it", None)


def test_removals_are_remembered_within_bounds() -> None:
    store = Store(50_000_000)
    long = Key(b"/" + b"x" * LONGEST_REMOVED)
    store.put(long, page(), (), 0)
    store.remove(long, "it is long")
    assert store.removal(long) is None
    for number in range(MOST_REMOVALS + 10):
        store.put(key(number), page(10), (), 0)
        store.remove(key(number), "it may go")
    assert store.removal(key(9)) is None
    assert store.removal(key(10)) is not None


def test_hits_are_counted_also_of_pages_that_went() -> None:
    store = Store(10_000_000)
    for number in range(3):
        entry = store.put(key(number), page(), (), 0)
        assert entry is not None
        entry.hits = 10
    store.remove(key(0), "it may go")
    assert store.hits == 30
    store.clear("all may")
    assert store.hits == 30
