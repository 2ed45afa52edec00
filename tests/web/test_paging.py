"""Numbers of pages."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.web.paging import Paging, pages

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("items", "count"), [(0, 1), (1, 1), (12, 1), (13, 2), (24, 2)])
def test_an_empty_list_has_one_page(items: int, count: int) -> None:
    assert pages(items, 12) == count


def test_the_first_page_is_the_list_itself() -> None:
    paging = Paging("/tags/x/", 2, 3)
    assert (paging.newer, paging.current, paging.older) == ("/tags/x/", "/tags/x/page/2/", "/tags/x/page/3/")


@given(st.integers(1, 10_000), st.data())
def test_the_offered_numbers_rise_and_hold_the_ends_and_this_one(count: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, count))
    shown = Paging("/", number, count).shown
    numbers = [page for page in shown if page]
    assert numbers == sorted(set(numbers))
    assert {1, number, count} <= set(numbers)
    assert len(shown) <= 7
    assert all(after - before == 1 for before, after in pairwise(shown) if before and after)
