"""Merging two changes of one text: nothing is lost, nothing is chosen unseen, and it ends soon."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.text.matching import differing
from westmarch.text.merging import Agreed, Clash, merge

pytestmark = pytest.mark.unit

WORDS = st.sampled_from(
    ["", "a", "b", "c", "a b", "the quick brown fox", "the slow brown fox", "語句", "é", "\u2028", " "]
)
TEXTS = st.lists(WORDS, max_size=12).map("\n".join)

BASE = "# One\n\nThe quick brown fox jumps over the lazy dog, and nobody minds.\n\nThe end."


# Laws


@given(TEXTS, TEXTS)
def test_where_they_changed_nothing_mine_is_what_comes(base: str, mine: str) -> None:
    merged = merge(base, mine, base)
    assert (merged.clean, merged.text()) == (True, mine)


@given(TEXTS, TEXTS)
def test_where_i_changed_nothing_theirs_is_what_comes(base: str, theirs: str) -> None:
    merged = merge(base, base, theirs)
    assert (merged.clean, merged.text()) == (True, theirs)


@given(TEXTS, TEXTS)
def test_where_both_changed_it_alike_that_is_what_comes(base: str, both: str) -> None:
    merged = merge(base, both, both)
    assert (merged.clean, merged.text()) == (True, both)


@given(TEXTS, TEXTS, TEXTS)
def test_whose_text_is_called_mine_decides_nothing(base: str, one: str, other: str) -> None:
    there, back = merge(base, one, other), merge(base, other, one)
    assert there.clean == back.clean
    assert there.text() == back.text(lambda clash: clash.theirs)


@given(TEXTS, TEXTS, TEXTS)
def test_the_three_texts_are_in_what_is_open(base: str, mine: str, theirs: str) -> None:
    """Each line that somebody added is in the merge, as agreed or as its side of a clash, or its words are."""
    merged = merge(base, mine, theirs)
    for text, side in ((mine, "mine"), (theirs, "theirs")):
        there = [
            line
            for piece in merged.pieces
            for line in (piece.lines if isinstance(piece, Agreed) else getattr(piece, side))
        ]
        words = " ".join(there).split()
        for hunk in differing(base.split("\n"), text.split("\n")):
            for line in text.split("\n")[hunk.second : hunk.second_end]:
                assert line in there or not set(line.split()) - set(words) - set(base.split())


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_between_what_differs_both_are_the_same(one: list[str], other: list[str]) -> None:
    made, at = [], 0
    for hunk in differing(one, other):
        made += one[at : hunk.first] + other[hunk.second : hunk.second_end]
        at = hunk.first_end
    assert made + one[at:] == other


# What people do


def test_changes_of_different_paragraphs_are_both_in() -> None:
    mine, theirs = BASE.replace("# One", "# Two"), BASE + "\n\nOr is it?"
    assert merge(BASE, mine, theirs).text() == mine + "\n\nOr is it?"


def test_changes_of_different_words_of_a_paragraph_are_both_in() -> None:
    merged = merge(BASE, BASE.replace("quick", "slow"), BASE.replace("lazy", "sleeping"))
    assert merged.clean
    assert merged.text() == BASE.replace("quick", "slow").replace("lazy", "sleeping")


def test_a_word_mended_in_the_last_paragraph_and_one_more_below_are_both_in() -> None:
    base = "The quick brown fox jumps over the dog."
    assert (
        merge(base, base + "\n\nMore.", base.replace("quick", "slow")).text()
        == base.replace("quick", "slow") + "\n\nMore."
    )


def test_characters_of_a_script_without_spaces_are_words() -> None:
    base = "我们今天去公园散步看见了很多花"
    merged = merge(base, base.replace("今天", "明天"), base.replace("花", "鸟"))
    assert merged.text() == "我们明天去公园散步看见了很多鸟"


def test_different_changes_of_the_same_word_are_a_clash() -> None:
    merged = merge(BASE, BASE.replace("quick", "slow"), BASE.replace("quick", "red"))
    [clash] = merged.clashes
    assert ("slow" in clash.mine[0], "red" in clash.theirs[0], "quick" in clash.base[0]) == (True, True, True)
    assert merged.text() == BASE.replace("quick", "slow")
    assert merged.text(lambda each: each.theirs) == BASE.replace("quick", "red")


def test_words_changed_side_by_side_are_a_clash() -> None:
    assert not merge(BASE, BASE.replace("quick", "slow"), BASE.replace("brown", "red")).clean


def test_what_one_took_away_and_the_other_changed_is_a_clash() -> None:
    without = BASE.replace("The quick brown fox jumps over the lazy dog, and nobody minds.\n\n", "")
    assert not merge(BASE, without, BASE.replace("lazy", "sleeping")).clean


def test_different_texts_at_the_same_place_are_a_clash() -> None:
    assert merge(BASE, BASE + "\nMine.", BASE + "\nTheirs.").clashes == (Clash((), ("Mine.",), ("Theirs.",)),)


def test_a_paragraph_written_anew_by_both_is_a_clash() -> None:
    base = "One two three four five six seven eight."
    assert not merge(
        base, "Un deux three quatre cinq sechs sept acht.", "One zwei drei vier funf six sieben eight!"
    ).clean


# In bounded time

BOUND = 6.0  # Seconds of processor time; it takes about one of them.


def _bounded(base: str, mine: str, theirs: str) -> None:
    began = time.process_time()
    merge(base, mine, theirs)
    assert time.process_time() - began < BOUND


def changed(random_: random.Random, text: str, unit: str, times: int) -> str:
    parts = text.split(unit)
    for _ in range(times):
        parts[random_.randrange(len(parts))] = f"changed{random_.random()}"
    return unit.join(parts)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_line_of_half_a_megabyte_is_merged_in_time(seed: int) -> None:
    random_ = random.Random(seed)
    base = " ".join(random_.choice(["and", "the", "word", f"w{number}"]) for number in range(95_000))
    assert len(base) > 400_000
    mine, theirs = changed(random_, base[: len(base) // 2], " ", 200), changed(random_, base, " ", 400)
    _bounded(base, mine + base[len(base) // 2 :], theirs)


@pytest.mark.slow
def test_two_megabytes_of_many_lines_are_merged_in_time() -> None:
    random_ = random.Random(1)
    base = "\n".join(random_.choice(["", "", f"A line with words of {number}."]) for number in range(150_000))
    _bounded(base, changed(random_, base, "\n", 300), changed(random_, base, "\n", 300))


@pytest.mark.slow
@pytest.mark.parametrize("lines", ["\n", "a\nb\n", "a\n\n"])
def test_nothing_but_the_same_lines_is_merged_in_time(lines: str) -> None:
    random_, base = random.Random(2), lines * 100_000
    _bounded(base, changed(random_, base, "\n", 300) + lines * 7, lines * 7 + changed(random_, base, "\n", 300))


@pytest.mark.slow
def test_texts_that_have_every_eighth_word_in_common_are_merged_in_time() -> None:
    texts = [" ".join(f"w{n}" if n % 8 == 0 else f"{side}{n}" for n in range(80_000)) for side in "abc"]
    _bounded(*texts)


@pytest.mark.slow
def test_words_in_another_order_are_merged_in_time() -> None:
    words = [f"w{number % 30_000}" for number in range(80_000)]
    random_ = random.Random(3)
    _bounded(" ".join(words), " ".join(random_.sample(words, len(words))), " ".join(random_.sample(words, len(words))))
