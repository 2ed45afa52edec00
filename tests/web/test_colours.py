"""The owner's colour as the style sheet corrects it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.web.colours import ON_DARK, ON_LIGHT, corrected, hexadecimal

pytestmark = pytest.mark.unit

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(COLOURS)
def test_any_colour_can_be_seen_on_both_papers(colour: str) -> None:
    light, dark = luminance((252, 251, 248)), luminance((24, 22, 20))
    assert (light + 0.05) / (luminance(corrected(colour, *ON_LIGHT)) + 0.05) >= 4.5
    assert (luminance(corrected(colour, *ON_DARK)) + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("colour", "light"),
    # As Chromium computes `oklch(from COLOUR 0.46 min(c, 0.14) h)`, but for chroma that sRGB has not.
    [("#808080", "#585858"), ("#1f6f8b", "#07617d")],
)
def test_the_hue_stays(colour: str, light: str) -> None:
    assert hexadecimal(corrected(colour, *ON_LIGHT)) == light
