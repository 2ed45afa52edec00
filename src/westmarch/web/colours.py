"""The owner's colour, corrected as the style sheet corrects it: the hue is theirs, the lightness is the theme's.

The formulas are those of Oklab (Björn Ottosson, 2020) and of CSS Color 4.
"""

import math
from functools import lru_cache

RGB = tuple[int, int, int]
#: Lightness and most chroma of `--accent` on the light and on the dark paper.
ON_LIGHT, ON_DARK = (0.46, 0.14), (0.79, 0.085)
#: The light and the dark paper, `--paper`.
LIGHT, DARK = (252, 251, 249), (24, 22, 20)


@lru_cache(maxsize=64)
def corrected(colour: str, lightness: float, most_chroma: float) -> RGB:
    """The colour (`#1f6f8b`) at another lightness, with less chroma where sRGB has no such colour."""
    chroma, hue = _chroma_and_hue(tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5)))
    chroma = min(chroma, most_chroma)
    made = _srgb(lightness, chroma, hue)
    while max(made) > 1 or min(made) < 0:
        chroma *= 0.97
        made = _srgb(lightness, chroma, hue)
    red, green, blue = (round(255 * value) for value in made)
    return red, green, blue


def hexadecimal(colour: RGB) -> str:
    """A colour as `#1f6f8b`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: RGB, other: RGB) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG 2.2 has it."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: RGB) -> float:
    red, green, blue = (_linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _chroma_and_hue(colour: tuple[int, ...]) -> tuple[float, float]:
    red, green, blue = (_linear(value / 255) for value in colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return math.hypot(a, b), math.atan2(b, a)


def _srgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
