"""Two texts side by side: their lines aligned, the words that differ marked, and long runs that are the same left out.

It takes bounded time, and gives a bounded number of rows; a page says where it stopped.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from westmarch.text.matching import Differing, differing

#: So many lines that are the same stand around what differs.
AROUND = 3
#: So many rows are given at most, and so many characters of a line.
MOST_ROWS, LONGEST_LINE = 3_000, 20_000
#: So many words are compared of one line, and of all lines together.
_WORDS, _ALL_WORDS = 5_000, 100_000
#: In parts of so many pairs of lines those are aligned that are most alike; in larger ones each with the next.
_PAIRS = 2_500
#: What share of their words two lines have in common at least that are shown as one that was changed.
_ALIKE = 0.35
_PARTS = re.compile(r"\w+|\s+|[^\w\s]")


class Piece(NamedTuple):
    """A part of a line, and whether it is one of those that differ."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one of the texts: its number, from 1, and its pieces."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side: a line on either side or on one alone, or how many lines were `left_out` there."""

    kind: Literal["same", "changed", "removed", "added", "left out"]
    old: Line | None = None
    new: Line | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of two texts. `cut` says that there are more than are shown, `same` that nothing differs."""

    rows: tuple[Row, ...]
    cut: bool
    same: bool


def compare(old: str, new: str, *, around: int = AROUND) -> Comparison:
    """Two texts side by side, each change with so many lines `around` it."""
    if old == new:
        return Comparison((), cut=False, same=True)
    ours, theirs = old.split("\n"), new.split("\n")
    rows: list[Row] = []
    for row in _rows(ours, theirs, around):
        if len(rows) == MOST_ROWS:
            return Comparison(tuple(rows), cut=True, same=False)
        rows.append(row)
    return Comparison(tuple(rows), cut=False, same=False)


def _rows(old: Sequence[str], new: Sequence[str], around: int) -> Iterator[Row]:
    first, second, budget = 0, 0, [_ALL_WORDS]
    hunks = differing(old, new)
    for number, hunk in enumerate(hunks):
        yield from _same(old, first, hunk.first, second, around if number else 0, around)
        yield from _changed(old, new, hunk, budget)
        first, second = hunk.first_end, hunk.second_end
    yield from _same(old, first, len(old), second, around, 0)


def _same(lines: Sequence[str], start: int, end: int, second: int, head: int, tail: int) -> Iterator[Row]:
    """Lines that are on both sides: so many at the head and the tail, and between them how many there are."""
    between = range(start + head, end - tail)
    shown = [*range(start, start + head), *range(end - tail, end)] if len(between) > 1 else range(start, end)
    for at in shown:
        if len(between) > 1 and at == end - tail:
            yield Row("left out", left_out=len(between))
        pieces = _cut(lines[at], marked=False)
        yield Row("same", Line(at + 1, pieces), Line(second + at - start + 1, pieces))
    if len(between) > 1 and not tail:
        yield Row("left out", left_out=len(between))


def _changed(old: Sequence[str], new: Sequence[str], hunk: Differing, budget: list[int]) -> Iterator[Row]:
    """Lines of a part that differs: those that are alike side by side, the others alone."""
    first, second = hunk.first, hunk.second
    for one, other in _pairs(old[hunk.first : hunk.first_end], new[hunk.second : hunk.second_end]):
        yield from _alone(old, new, first, hunk.first + one, second, hunk.second + other)
        first, second = hunk.first + one + 1, hunk.second + other + 1
        before, after = _marked(old[first - 1], new[second - 1], budget)
        yield Row("changed", Line(first, before), Line(second, after))
    yield from _alone(old, new, first, hunk.first_end, second, hunk.second_end)


def _alone(
    old: Sequence[str], new: Sequence[str], first: int, first_end: int, second: int, second_end: int
) -> Iterator[Row]:
    for at in range(first, first_end):
        yield Row("removed", old=Line(at + 1, _cut(old[at], marked=True)))
    for at in range(second, second_end):
        yield Row("added", new=Line(at + 1, _cut(new[at], marked=True)))


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which lines are alike, in order on both sides: the pairs that have most in common together."""
    if len(old) * len(new) > _PAIRS or len(old) == len(new) == 1:
        return [(at, at) for at in range(min(len(old), len(new)))]
    ours, theirs = [_words(line) for line in old], [_words(line) for line in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_share(one, other) for other in theirs] for one in ours]
    for one in range(len(old) - 1, -1, -1):
        for other in range(len(new) - 1, -1, -1):
            together = alike[one][other] + best[one + 1][other + 1] if alike[one][other] >= _ALIKE else 0.0
            best[one][other] = max(together, best[one + 1][other], best[one][other + 1])
    found, one, other = [], 0, 0
    while one < len(old) and other < len(new):
        if alike[one][other] >= _ALIKE and best[one][other] == alike[one][other] + best[one + 1][other + 1]:
            found.append((one, other))
            one, other = one + 1, other + 1
        elif best[one][other] == best[one + 1][other]:
            one += 1
        else:
            other += 1
    return found


def _words(line: str) -> Counter[str]:
    return Counter(part for part in _PARTS.findall(line[:LONGEST_LINE])[:_WORDS] if not part.isspace())


def _share(one: Counter[str], other: Counter[str]) -> float:
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 0.0


def _marked(old: str, new: str, budget: list[int]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two lines with the words marked that differ; both wholly where they are too long, or have little in common."""
    ours, theirs = _PARTS.findall(old[:LONGEST_LINE]), _PARTS.findall(new[:LONGEST_LINE])
    if max(len(old), len(new)) > LONGEST_LINE or max(len(ours), len(theirs)) > _WORDS:
        return _cut(old, marked=True), _cut(new, marked=True)
    budget[0] -= len(ours) + len(theirs)
    if budget[0] < 0 or _share(_words(old), _words(new)) < _ALIKE:
        return _cut(old, marked=True), _cut(new, marked=True)
    before, after, first, second = list[Piece](), list[Piece](), 0, 0
    for hunk in differing(ours, theirs):
        before += _pieces(ours, first, hunk.first, hunk.first_end)
        after += _pieces(theirs, second, hunk.second, hunk.second_end)
        first, second = hunk.first_end, hunk.second_end
    before += _pieces(ours, first, len(ours), len(ours))
    after += _pieces(theirs, second, len(theirs), len(theirs))
    return tuple(before), tuple(after)


def _pieces(parts: Sequence[str], start: int, changed: int, end: int) -> Iterator[Piece]:
    """What stays from `start`, and what differs from `changed` on."""
    if start < changed:
        yield Piece("".join(parts[start:changed]), marked=False)
    if changed < end:
        yield Piece("".join(parts[changed:end]), marked=True)


def _cut(line: str, *, marked: bool) -> tuple[Piece, ...]:
    if not line:
        return ()
    more = len(line) - LONGEST_LINE
    return (Piece(line if more <= 0 else f"{line[:LONGEST_LINE]}… ({more:,} more characters)", marked),)
