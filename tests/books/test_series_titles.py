"""The series behind a title."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.books.series_titles import Place, order, split

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("title", "plain", "place"),
    [
        ("The Hunger Games (The Hunger Games, #1)", "The Hunger Games", Place("The Hunger Games", "1")),
        ("Dune (Dune Chronicles #1)", "Dune", Place("Dune Chronicles", "1")),
        ("Sabriel (Abhorsen,  #1)", "Sabriel", Place("Abhorsen", "1")),
        ("Narnia (Chronicles of Narnia, #1-7)", "Narnia", Place("Chronicles of Narnia", "1-7")),
        ("Mort (Death, #1; Discworld, #4)", "Mort", Place("Death", "1")),
        ("A Dance (Song of Ice and Fire #5, Part 1 of 2)", "A Dance", Place("Song of Ice and Fire", "5, Part 1 of 2")),
        ("三体 (地球往事, #1)", "三体", Place("地球往事", "1")),
        ("A (B (deluxe), #2)", "A", Place("B (deluxe)", "2")),
        ("I Am America (And So Can You!)", "I Am America (And So Can You!)", None),
        ("#GIRLBOSS", "#GIRLBOSS", None),
        ("Saga #1", "Saga #1", None),
        ("(Series, #1)", "(Series, #1)", None),
        ("Night Play (Dark-Hunter #5, Were-Hunter #1)", "Night Play (Dark-Hunter #5, Were-Hunter #1)", None),
    ],
)
def test_a_series_is_what_stands_in_brackets_with_a_number(title: str, plain: str, place: Place | None) -> None:
    assert split(title) == (plain, place)


@pytest.mark.parametrize(
    ("number", "first"), [("1", 1.0), ("2.5", 2.5), ("1-3", 1.0), ("3: Part 2", 3.0), ("I", None), ("9" * 400, None)]
)
def test_books_are_in_order_of_the_first_number(number: str, first: float | None) -> None:
    assert order(number) == first


@given(st.text("ab ()#,;1", max_size=60))
def test_any_title_is_split_without_loss(title: str) -> None:
    plain, place = split(title)
    assert plain in title
    assert place is None or (place.title and place.number)


@pytest.mark.parametrize("title", ["(" * 100_000 + "#", "a (" + "()" * 50_000 + "#1", "a (#" + " " * 50_000 + "x"])
def test_hostile_titles_are_quick(title: str) -> None:
    began = time.process_time()
    split(title)
    assert time.process_time() - began < 1
