"""Texts without a title get one of their first words."""

import pytest

from westmarch.transfer.exports import titles

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<p>One &amp; two.</p><p>Three</p>", "One & two."),
        ('<figure><img src="a.png"></figure><p> <br></p><p>Words</p>', "Words"),
        ('<img src="a.png">', "7"),
        ("", "7"),
        ("<p>" + "word " * 40, "word " * 11 + "word…"),
        ("<p>" + "字" * 99, "字" * 60 + "…"),
        ("Plain *text*\n\nand more", "Plain *text*"),
    ],
)
def test_the_first_words_are_the_title(text: str, title: str) -> None:
    assert titles.of("", text, "7") == title
    assert titles.of("Own", text, "7") == "Own"
