"""The drawing of views: where columns stand, and what is written below them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from westmarch.admin.chart import ABOVE, TALLEST, drawn
from westmarch.posts.readership import Day

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 23)


def days(*views: int, today: date = TODAY) -> list[Day]:
    """Days up to today with so many views."""
    return [Day(today - timedelta(days=len(views) - 1 - number), each) for number, each in enumerate(views)]


def test_a_day_is_a_column_as_tall_as_its_views() -> None:
    chart = drawn(days(0, 10, 40))
    assert [column.views for column in chart.columns] == [0, 10, 40]
    assert [column.height for column in chart.columns] == [0, TALLEST / 4, TALLEST]
    assert [column.y for column in chart.columns] == [ABOVE + TALLEST, ABOVE + TALLEST * 3 / 4, ABOVE]
    assert (chart.total, chart.most.name, chart.unit) == (50, "23 Nov 2026", "day")


def test_columns_fill_the_width_and_do_not_touch() -> None:
    columns = drawn(days(*range(30))).columns
    assert columns[0].x > 0
    assert columns[-1].x + columns[-1].width < 100
    assert all(left.x + left.width < right.x for left, right in pairwise(columns))


def test_nothing_was_read_and_still_there_is_a_ground() -> None:
    chart = drawn(days(*[0] * 30))
    assert {column.height for column in chart.columns} == {0}
    assert [line.views for line in chart.lines] == [2, 1]


@pytest.mark.parametrize(
    ("most", "top"), [(1, 2), (3, 4), (10, 10), (11, 12), (39, 40), (101, 120), (1234, 1600), (10_900, 12_000)]
)
def test_it_ends_at_a_number_that_is_easily_read(most: int, top: int) -> None:
    lines = drawn(days(most)).lines
    assert [line.views for line in lines] == [top, top // 2]
    assert lines[1].y == ABOVE + TALLEST / 2


def test_of_a_week_each_day_is_named() -> None:
    assert [mark.word for mark in drawn(days(*[1] * 7)).marks] == [
        "17 Nov", "18 Nov", "19 Nov", "20 Nov", "21 Nov", "22 Nov", "23 Nov",
    ]  # fmt: skip


def test_of_a_month_six_days_are_named_and_today_stays_within() -> None:
    marks = drawn(days(*[1] * 30)).marks
    assert [mark.word for mark in marks] == ["29 Oct", "3 Nov", "8 Nov", "13 Nov", "18 Nov", "23 Nov"]
    assert (marks[-1].x, marks[-1].anchor) == (100, "end")
    assert {mark.anchor for mark in marks[:-1]} == {"middle"}


def test_a_year_is_drawn_by_weeks_of_which_the_last_ends_today() -> None:
    chart = drawn(days(*[1] * 365))
    assert chart.unit == "week"
    assert len(chart.columns) == 53
    assert [column.views for column in chart.columns] == [1, *[7] * 52]
    assert chart.columns[-1].name == "17 Nov to 23 Nov 2026"
    assert chart.columns[0].name == "24 Nov 2025"
    assert [mark.word for mark in chart.marks] == [
        "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
    ]  # fmt: skip


def test_a_week_across_the_end_of_a_year_names_the_year_it_ends_in() -> None:
    chart = drawn(days(*[1] * 364, today=date(2026, 1, 2)))
    assert chart.columns[-1].name == "27 Dec to 2 Jan 2026"
