"""A preview is what a post becomes, whatever was previewed before."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from westmarch.text.composing import UNITS, Composed, compose
from westmarch.text.cost import MeteredInline
from westmarch.text.languages import language as known_language
from westmarch.text.parser import parser
from westmarch.text.remembered import Piece, Remembered

pytestmark = pytest.mark.unit

#: Pieces that others around them change, and pieces that nothing changes.
PIECES = (
    "The tide comes in *slowly*, and goes [out again](/two/).",
    "See [the sea] and [shore][the sea].",
    "[the sea]: /sea/",
    "[the sea]: /ocean/ 'Another'",
    "A note[^1], another[^2], and one ^[in place].",
    "[^1]: What it says.",
    "[^2]: With *more*.",
    "The HTML of it, and \\$x^2$ or $x^2$.",
    "*[HTML]: Hypertext Markup Language",
    "![A boat](/boat.jpg){.wide} and {.wrong}",
    "A [span]{.small-caps}, a <b>bold</b>, a <script>bad</script>.",
    '“Quotes” and "quotes" -- and :smile: www.example.org',
    "# A heading *here* {#here}",
    "- [ ] to do\n- [x] done",
    "[a link](javascript:alert(1))",
    "| a | b |\n|---|---|\n| *c* | `d` |",
)
LINE = re.compile(r' data-line="\d+"')


def without_lines(made: Composed) -> Composed:
    """What was composed for a preview, as it is composed for a post."""
    return Composed(LINE.sub("", made.html), made.excerpt_html, made.toc, made.warnings, made.plain)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8), min_size=1, max_size=4), st.sampled_from(("en", "de")))
def test_what_was_previewed_before_changes_no_preview(texts: list[list[str]], language: str) -> None:
    for pieces in texts:
        text = "\n\n".join(pieces)
        assert without_lines(compose(text, language, UNITS, lines=True)) == compose(text, language, UNITS)


@pytest.mark.parametrize("text", ["\n\n".join(PIECES), "A *long* [line](/x/) `of` it.\n\n" * 20])
def test_a_preview_costs_what_a_post_does_however_often_it_is_made(text: str) -> None:
    enough, short = UNITS, 0
    while enough - short > 1:
        middle = (enough + short) // 2
        enough, short = (enough, middle) if compose(text, "en", middle).plain else (middle, short)
    for _ in range(3):
        assert not compose(text, "en", enough, lines=True).plain
        assert compose(text, "en", short, lines=True).plain


def remembered(language: str) -> Remembered:
    """What the previews of a language remember."""
    inline = parser(known_language(language)).inline
    assert isinstance(inline, MeteredInline)
    return inline.remembered


def test_pieces_of_previews_are_remembered_and_those_of_posts_are_not() -> None:
    compose("A post that nobody has *previewed*.\n\nIts end.", "en", UNITS)
    assert remembered("en").find("A post that nobody has *previewed*.") is None
    compose("A preview of *this*.\n\nIts end.", "en", UNITS, lines=True)
    found = remembered("en").find("A preview of *this*.")
    assert found is not None
    assert [token.type for token in found.tokens] == ["text", "em_open", "text", "em_close", "text"]


def test_who_changes_the_tokens_of_a_piece_changes_nothing_that_is_remembered() -> None:
    kept, tokens = Remembered(), [Token("link_open", "a", 1, attrs={"href": "/sea/"}, meta={"own": True})]
    kept.keep("x", Piece(tokens, 7))
    tokens[0].attrs["href"] = "/elsewhere/"
    first = kept.find("x")
    assert first is not None
    first.tokens[0].meta.clear()
    again = kept.find("x")
    assert again is not None
    assert (again.tokens[0].attrs, again.tokens[0].meta, again.cost) == ({"href": "/sea/"}, {"own": True}, 7)


def test_what_nobody_asked_for_longest_is_forgotten_first() -> None:
    kept = Remembered()
    for number in range(1_000):
        kept.keep(f"{number}", Piece([], number))
    assert kept.find("0")
    kept.keep("one more", Piece([], 0))
    assert kept.find("0")
    assert kept.find("1") is None
