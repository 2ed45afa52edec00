"""The owner's colour as the style sheet corrects it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.web.colours import DARK, LIGHT, ON_DARK, ON_LIGHT, contrast, corrected, hexadecimal
from westmarch.web.theme import DEFAULT

pytestmark = pytest.mark.unit

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@pytest.mark.slow
@given(COLOURS)
def test_any_colour_can_be_seen_on_both_papers(colour: str) -> None:
    assert contrast(corrected(colour, *ON_LIGHT), LIGHT) >= 4.5
    assert contrast(corrected(colour, *ON_DARK), DARK) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def test_the_papers_are_those_of_the_style_sheet() -> None:
    css = (DEFAULT / "static" / "theme.css").read_text(encoding="utf-8")
    assert "--paper: light-dark(oklch(0.988 0.003 90), oklch(0.2 0.005 60));" in css
    # As Chromium shows them.
    assert (LIGHT, DARK) == ((252, 251, 249), (24, 22, 20))


@pytest.mark.parametrize(
    ("colour", "light"),
    # As Chromium computes `oklch(from COLOUR 0.46 min(c, 0.14) h)`, but for chroma that sRGB has not.
    [("#808080", "#585858"), ("#1f6f8b", "#07617d")],
)
def test_the_hue_stays(colour: str, light: str) -> None:
    assert hexadecimal(corrected(colour, *ON_LIGHT)) == light
