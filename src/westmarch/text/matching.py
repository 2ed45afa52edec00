"""What two sequences have in common, in bounded time.

`difflib` alone takes quadratic time and more where much repeats itself, as empty lines do. So what is unique on both
sides is aligned first (as in "patience diff"), and `difflib` is asked only where that is cheap.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

#: So many steps `difflib` may take in a part; where it could be more, what is unique comes first.
CHEAP = 2_000_000
#: So many in all parts.
BUDGET = 20_000_000
#: So deep parts are looked at for what is unique in them.
DEEPEST = 12


class Same(NamedTuple):
    """So many things from `first` in one sequence are those from `second` in the other."""

    first: int
    second: int
    size: int


class Differing(NamedTuple):
    """A part of one sequence that is another part in the other; one of both may be empty."""

    first: int
    first_end: int
    second: int
    second_end: int


def differing(one: Sequence[str], other: Sequence[str]) -> list[Differing]:
    """The parts that differ, in order; between them both sequences are the same."""
    found, first, second = [], 0, 0
    for same in [*sorted(_same(one, other)), Same(len(one), len(other), 0)]:
        if same.first > first or same.second > second:
            found.append(Differing(first, same.first, second, same.second))
        first, second = same.first + same.size, same.second + same.size
    return found


def _same(one: Sequence[str], other: Sequence[str]) -> Iterator[Same]:
    parts, budget = [(0, len(one), 0, len(other), 0)], BUDGET
    while parts:
        *whole, depth = parts.pop()
        ends, (low, high, below, above) = _trimmed(one, other, *whole)
        yield from ends
        if low == high or below == above:
            continue
        mine, theirs = Counter(one[low:high]), Counter(other[below:above])
        steps = sum(number * theirs[each] for each, number in mine.items()) * (high - low + above - below)
        if steps > CHEAP and depth < DEEPEST:
            unique = {each for each, number in mine.items() if number == 1 == theirs[each]}
            for first, second in _anchors(one, other, low, high, below, above, unique):
                parts.append((low, first, below, second, depth + 1))
                yield Same(first, second, 1)
                low, below = first + 1, second + 1
            if unique:
                parts.append((low, high, below, above, depth + 1))
                continue
        if 0 < steps <= min(CHEAP, budget):
            budget -= steps
            matcher = SequenceMatcher(None, one[low:high], other[below:above], autojunk=False)
            for first, second, size in matcher.get_matching_blocks():
                if size:
                    yield Same(low + first, below + second, size)


def _trimmed(
    one: Sequence[str], other: Sequence[str], low: int, high: int, below: int, above: int
) -> tuple[list[Same], tuple[int, int, int, int]]:
    """What two parts have in common at their beginnings and ends, and the bounds of what is left between."""
    size = end = 0
    most = min(high - low, above - below)
    while size < most and one[low + size] == other[below + size]:
        size += 1
    while end < most - size and one[high - 1 - end] == other[above - 1 - end]:
        end += 1
    found = (Same(low, below, size), Same(high - end, above - end, end))
    return [same for same in found if same.size], (low + size, high - end, below + size, above - end)


def _anchors(
    one: Sequence[str], other: Sequence[str], low: int, high: int, below: int, above: int, unique: set[str]
) -> list[tuple[int, int]]:
    """The places of what is unique on both sides, as many as stand in the same order on both."""
    places = {other[number]: number for number in range(below, above) if other[number] in unique}
    pairs = [(number, places[one[number]]) for number in range(low, high) if one[number] in unique]
    # The longest increasing run: each pile ends as low as it can, and each place remembers the one before it.
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before.append(ends[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(place)
            ends.append(index)
        else:
            tops[pile], ends[pile] = place, index
    found, index = [], ends[-1] if ends else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]
