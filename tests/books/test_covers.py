"""Covers that are drawn: well-formed, stable, legible, and within their edges, whatever the title is."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.books import covers

pytestmark = pytest.mark.unit

TITLES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=300)


@pytest.mark.slow
@given(TITLES, TITLES)
def test_any_title_gives_a_well_formed_picture_without_styles(title: str, author: str) -> None:
    drawn = covers.cover(title, author)
    picture = ET.fromstring(re.sub("[\ufffe\uffff]", "", drawn))
    assert picture.get("aria-hidden") == "true"
    assert "style" not in {name for part in picture.iter() for name in part.attrib}
    assert len(drawn.encode()) < 6_000
    for words in picture.iter("text"):
        assert 0 < float(words.get("y", 0)) < covers.HEIGHT


def test_a_book_keeps_its_cover_and_others_have_others() -> None:
    assert covers.cover("Emma", "Jane Austen") == covers.cover("Emma", "Jane Austen")
    grounds = {re.findall('fill="(#......)"', covers.cover(f"Book {n}", "A"))[0] for n in range(100)}
    assert len(grounds) > 8


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_letters_can_be_read_on_their_ground() -> None:
    assert min(contrast(ground, ink) for ground, ink, _ in covers._COLOURS) >= 4.5


def test_a_short_chinese_title_stands_upright_and_a_long_one_lies() -> None:
    assert covers.cover("夢溪筆談", "沈括").count('text-anchor="middle"') == 4
    assert "middle" not in covers.cover("西游记全传校注本附人物索引", "吴承恩")


def test_an_arabic_title_begins_at_the_right_edge() -> None:
    drawn = covers.cover("ألف ليلة وليلة", "مجهول")
    assert f'x="{covers.WIDTH - 17}"' in drawn
    assert drawn.count('direction="rtl"') >= 2
    assert "rtl" not in covers.cover("1001 Nights", "Nobody")


def test_words_are_not_markup() -> None:
    assert "&lt;b&gt;" in covers.cover("<b>", "x")
