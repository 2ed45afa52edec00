"""Broken input is mended at the door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.text.cleaning import clean
from westmarch.text.markdown import render

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("\ufeffa\r\nb\rc", "a\nb\nc"),
        ("a\0b", "a\ufffdb"),
        ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
        ("\ufdd0/x\ufdef\uffff", "/x"),
        ("a\x1b[0m\x07\x7f\x9c", "a[0m"),
        ("tab\tand\x0bline\x0cfeed", "tab\tandlinefeed"),
        ("\u202bمرحبا\u202c \u200d", "\u202bمرحبا\u202c \u200d"),
    ],
)
def test_what_is_broken_is_mended(broken: str, mended: str) -> None:
    assert clean(broken) == mended


@pytest.mark.slow
@given(st.text(st.characters()))
def test_a_clean_text_stays_as_it_is_and_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    cleaned.encode()


def test_line_ends_make_no_difference() -> None:
    assert render("# a\r\n\r\nb\r\n") == render("# a\n\nb\n")
