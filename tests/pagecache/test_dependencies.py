"""Whether a change of a row touches what was read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.changes.queries import FORMAT, Seen
from westmarch.pagecache.dependencies import Comparison, Condition, Read, Use, whole

pytestmark = pytest.mark.unit


def change(operation: str, old: dict[str, Any], new: dict[str, Any], *columns: str) -> Seen:
    named = frozenset(columns) if operation == "update" else None
    return Seen(1, FORMAT, "post", operation, ((new or old).get("id"),), named, old, new)


LISTED = Read(
    Use("post", (Condition("kind", Comparison.IN), Condition("visible", Comparison.IN)), frozenset({"title"}), 0),
    (("post",), (2,)),
)
POST = {"id": 1, "kind": "post", "visible": 2}
HIDDEN = POST | {"visible": 0}


@pytest.mark.parametrize(
    ("seen", "touched"),
    [
        (change("insert", {}, POST), True),
        (change("insert", {}, HIDDEN), False),
        (change("delete", POST, {}), True),
        (change("delete", HIDDEN, {}), False),
        (change("update", POST, POST, "title"), True),
        (change("update", POST, POST, "slug"), False),
        (change("update", HIDDEN, HIDDEN, "title"), False),
        (change("update", HIDDEN, POST, "visible"), True),
        (change("update", POST, HIDDEN, "visible"), True),
        (change("update", HIDDEN, POST | {"visible": 1}, "visible"), False),
    ],
)
def test_a_change_touches_what_it_alters_on_rows_that_meet_the_conditions(seen: Seen, touched: bool) -> None:
    assert LISTED.touched(seen) is touched


def test_a_change_that_does_not_tell_a_value_touches_whatever_depends_on_it() -> None:
    assert LISTED.touched(change("update", {"id": 1}, {"id": 1}, "slug"))
    assert LISTED.touched(change("insert", {}, {"id": 1, "kind": "post"}))
    assert LISTED.touched(Seen(1, FORMAT, "post", "update", (1,), None, POST, POST))


def test_booleans_are_what_sqlite_and_postgresql_write() -> None:
    read = Read(Use("link", (Condition("current", Comparison.IN),), frozenset(), 0), ((True,),))
    for yes, no in ((1, 0), (True, False)):
        assert read.touched(change("insert", {}, {"current": yes}))
        assert not read.touched(change("insert", {}, {"current": no}))


@pytest.mark.parametrize(
    ("comparison", "met", "unmet"),
    [
        (Comparison.AT_LEAST, [1, 2], [0, None]),
        (Comparison.AT_MOST, [1, 0], [2, None]),
        (Comparison.ABOVE, [2], [1, 0, None]),
        (Comparison.BELOW, [0], [1, 2, None]),
        (Comparison.NULL, [None], [1]),
        (Comparison.NOT_NULL, [1], [None]),
    ],
)
def test_each_comparison_is_that_of_sql(comparison: Comparison, met: list[Any], unmet: list[Any]) -> None:
    values = ((1,) if comparison.takes_values else (),)
    read = Read(Use("post", (Condition("n", comparison),), frozenset(), None), values)
    assert all(read.touched(change("insert", {}, {"n": value})) for value in met)
    assert not any(read.touched(change("insert", {}, {"n": value})) for value in unmet)


def reads_until(bound: Any) -> Read:
    """The read of posts before a moment, or with a lower number."""
    return Read(Use("post", (Condition("at", Comparison.BELOW),), frozenset(), None), ((bound,),))


def test_moments_of_sqlite_are_compared_as_the_texts_that_they_are() -> None:
    read = reads_until("2024-05-01 12:00:00.000000")
    assert read.touched(change("insert", {}, {"at": "2024-05-01 11:59:59.999999"}))
    assert not read.touched(change("insert", {}, {"at": "2024-05-01 12:00:00.000000"}))
    assert not read.touched(change("insert", {}, {"at": "2024-05-01T00:00:00"}))


def test_moments_of_postgresql_are_compared_as_moments() -> None:
    read = reads_until(datetime(2024, 5, 1, 12, tzinfo=UTC))
    assert read.touched(change("insert", {}, {"at": "2024-05-01T11:59:59.9"}))
    assert not read.touched(change("insert", {}, {"at": "2024-05-01T12:00:00"}))


@pytest.mark.parametrize(
    ("bound", "value"),
    [
        (5, "five"),
        ("2024-05-01 12:00:00.000000", 7),
        (datetime(2024, 5, 1, tzinfo=UTC), "infinity"),
        (datetime(2024, 5, 1, tzinfo=UTC), "0044-03-15T00:00:00 BC"),
        (datetime(2024, 5, 1, tzinfo=UTC), 7),
    ],
)
def test_a_value_that_is_none_of_its_column_touches_whatever_is_compared_with_it(bound: Any, value: Any) -> None:
    assert reads_until(bound).touched(change("insert", {}, {"at": value}))


def test_what_one_condition_rules_out_is_not_touched_whatever_the_others_cannot_tell() -> None:
    conditions = (Condition("later", Comparison.IN), Condition("kind", Comparison.IN))
    read = Read(Use("post", conditions, frozenset(), 1), ((1,), ("post",)))
    assert not read.touched(change("insert", {}, {"kind": "page"}))
    assert read.touched(change("insert", {}, {"kind": "post"}))


def test_the_read_of_a_whole_table_is_touched_by_whatever_changes() -> None:
    for seen in (change("insert", {}, POST), change("delete", POST, {}), change("update", POST, POST, "slug")):
        assert whole("post").touched(seen)


ROWS = st.fixed_dictionaries({"kind": st.sampled_from(["post", "page"]), "visible": st.integers(0, 2)})


@given(before=ROWS, after=ROWS, title=st.booleans())
def test_an_update_is_a_delete_and_an_insert_unless_it_changes_nothing_that_matters(
    before: dict[str, Any], after: dict[str, Any], title: bool
) -> None:
    columns = [name for name in before if before[name] != after[name]] + ["title"] * title
    deleted, inserted = LISTED.touched(change("delete", before, {})), LISTED.touched(change("insert", {}, after))
    expected = deleted != inserted or (deleted and title)
    assert LISTED.touched(change("update", before, after, *columns)) is expected
