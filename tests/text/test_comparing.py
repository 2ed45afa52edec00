"""Two texts side by side."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.text.comparing import MOST_ROWS, Comparison, Line, compare

pytestmark = pytest.mark.unit


def kinds(found: Comparison) -> list[str]:
    return [row.kind for row in found.rows]


def marked(line: Line | None) -> str:
    """A line with what differs in brackets."""
    assert line is not None
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in line.pieces)


def text(line: Line) -> str:
    return "".join(piece.text for piece in line.pieces)


def test_texts_that_are_the_same_have_no_rows() -> None:
    assert compare("One.\nTwo.", "One.\nTwo.") == Comparison((), cut=False, same=True)


def test_a_changed_line_stands_beside_what_it_became_with_the_words_marked() -> None:
    (row,) = compare("The tide comes in slowly.", "The tide goes out slowly.").rows
    assert row.kind == "changed"
    assert marked(row.old) == "The tide [comes] [in] slowly."
    assert marked(row.new) == "The tide [goes] [out] slowly."


def test_a_line_that_was_put_in_stands_alone_and_the_others_stay_aligned() -> None:
    found = compare("One here.\nTwo here.", "One here.\nSomething quite different\nTwo here!")
    assert kinds(found) == ["same", "added", "changed"]
    assert [row.new and row.new.number for row in found.rows] == [1, 2, 3]
    assert [row.old and row.old.number for row in found.rows] == [1, None, 2]


def test_lines_that_have_nothing_in_common_are_not_compared_by_words() -> None:
    found = compare("Sea and sand.", "Mountains, valleys!")
    assert marked(found.rows[0].old) == "[Sea and sand.]"


def test_long_runs_that_are_the_same_are_left_out() -> None:
    lines = [f"Line {number}." for number in range(100)]
    found = compare("\n".join(lines), "\n".join([*lines[:50], "New.", *lines[50:]]))
    assert kinds(found) == ["left out", *["same"] * 3, "added", *["same"] * 3, "left out"]
    assert [row.left_out for row in found.rows if row.kind == "left out"] == [47, 47]


def test_a_single_line_is_not_left_out() -> None:
    lines = [str(number) for number in range(4)]
    assert kinds(compare("\n".join(lines), "\n".join([*lines, "x"]))) == ["same"] * 4 + ["added"]


def test_a_text_of_two_megabytes_that_is_all_new_is_cut_in_bounded_time() -> None:
    old = "\n".join(f"old {number} words of it" for number in range(100_000))
    new = "\n".join(f"new {number} words of that" for number in range(100_000))
    begun = time.process_time()
    found = compare(old, new)
    assert found.cut
    assert len(found.rows) == MOST_ROWS
    assert time.process_time() - begun < 10


def test_a_line_of_half_a_megabyte_is_cut() -> None:
    found = compare("a " * 250_000, "b " * 250_000)
    assert kinds(found) == ["changed"]
    assert "more characters" in marked(found.rows[0].old)


@given(st.lists(st.sampled_from(["", "a b", "a c", "d"])), st.lists(st.sampled_from(["", "a b", "a x", "e"])))
def test_both_texts_stand_whole_in_their_rows(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(old), "\n".join(new)
    found = compare(before, after, around=10_000)
    if not found.same:
        assert "\n".join(text(row.old) for row in found.rows if row.old) == before
        assert "\n".join(text(row.new) for row in found.rows if row.new) == after
        assert [row.old.number for row in found.rows if row.old] == list(range(1, before.count("\n") + 2))
        assert [row.new.number for row in found.rows if row.new] == list(range(1, after.count("\n") + 2))
