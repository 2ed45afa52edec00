"""Rows of a form."""

import pytest

from westmarch.admin.rows import moved, placed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("does", "after"),
    [
        ("", "abc"),
        ("up-1", "bac"),
        ("up-0", "abc"),
        ("down-2", "abc"),
        ("down-0", "bac"),
        ("remove-1", "ac"),
        ("up-3", "abc"),
    ],
)
def test_a_row_is_moved_or_removed(does: str, after: str) -> None:
    assert "".join(moved(list("abc"), does)) == after


def test_faults_stand_at_the_fields_of_their_rows() -> None:
    faults = {"sides.0.count": "a", "sides.1": "b", "sides.2.links.4.address": "c", "sides": "d"}
    assert placed(faults, "sides", "title") == {"count-0": "a", "title-1": "b", "links-2": "c", "sides": "d"}
