"""The order of characters in lines of both directions, beside unicode-bidi, which browsers and programs use."""

import unicodedata

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from westmarch.cards import bidi

pytestmark = pytest.mark.unit

#: Letters of both directions, figures of both kinds, what goes with figures, marks, brackets and spaces.
CHARACTERS = "abאבجد12٣٤+-,.:/%$€ ()[]!&\u0301\u05b0\u064b«»"


def shown(text: str, *, rtl: bool) -> str:
    """The characters from left to right. (Shaping turns brackets that stand in a stretch that runs leftwards.)"""
    return "".join(text[place] for place in bidi.visual(bidi.levels(text, rtl=rtl)))


@given(st.text(alphabet=CHARACTERS, max_size=24), st.booleans())
def test_characters_stand_where_unicode_bidi_puts_them(text: str, rtl: bool) -> None:
    text = text.rstrip()  # Where a line ends is for who breaks it.
    assert shown(text, rtl=rtl) == get_display(text, base_dir="R" if rtl else "L")


@pytest.mark.slow
@given(st.text(max_size=40).filter(lambda text: not any(unicodedata.category(c) == "Cs" for c in text)), st.booleans())
def test_every_character_has_one_place(text: str, rtl: bool) -> None:
    levels = bidi.levels(text, rtl=rtl)
    assert sorted(bidi.visual(levels)) == list(range(len(text)))
    assert all(0 <= level <= 2 for level in levels)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("אב 12", "12 בא"),
        ("אב (ab) גד", "דג )ab( בא"),
        ("جد 12%", "%12 دج"),
        ("ab אב!", "!בא ab"),
    ],
)
def test_a_line_that_runs_leftwards(text: str, order: str) -> None:
    assert shown(text, rtl=True) == order


def test_a_line_of_one_direction_stays_as_it_is() -> None:
    assert bidi.levels("Just (words), 12 %.", rtl=False) == [0] * 19
