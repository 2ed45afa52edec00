"""What operators in a question mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.textindex.operators import Term, parse, years

pytestmark = pytest.mark.unit

NAMES = {"tag", "year"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a b", [Term("a"), Term("b")]),
        ('"a b" c', [Term("a b", phrase=True), Term("c")]),
        ('-a -"b c"', [Term("a", without=True), Term("b c", phrase=True, without=True)]),
        ("tag:sea -tag:land", [Term("sea", "tag"), Term("land", "tag", without=True)]),
        ('TAG:"deep sea"', [Term("deep sea", "tag", phrase=True)]),
        ("title:x", [Term("title:x")]),
        ("well-known", [Term("well-known")]),
        ('"open', [Term("open", phrase=True)]),
        ("-", [Term("-")]),
        ("", []),
    ],
)
def test_parts_are_told_apart(text: str, terms: list[Term]) -> None:
    assert parse(text, NAMES) == terms


@pytest.mark.slow
@given(st.text(st.sampled_from('ab-:" tagyer.\t字'), max_size=40))
def test_nothing_but_signs_is_lost(text: str) -> None:
    kept = "".join(f"{term.name}{term.text}" for term in parse(text, NAMES))
    letters = [character for character in text if character.isalnum()]
    assert [character for character in kept if character.isalnum()] == letters


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2008", (2008, 2008)), ("2008..2012", (2008, 2012)), ("2008..", (2008, None)), ("..-700", (None, -700)),
        ("-750..-700", (-750, -700)), ("", None), ("..", None), ("soon", None), ("123456", None), ("2008-2012", None),
    ],
)  # fmt: skip
def test_a_range_of_years_may_be_open(text: str, found: tuple[int | None, int | None] | None) -> None:
    assert years(text) == found
