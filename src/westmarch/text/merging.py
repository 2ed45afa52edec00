"""Two changes of one text made one: a three-way merge by lines, and by words where both changed the same lines.

After Khanna, Kunal and Pierce, "A Formal Investigation of Diff3" (2007). What both changed in different ways, and what
touches that, is a clash: it holds all three texts, and somebody has to choose.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from westmarch.text.matching import Differing, differing

#: Words, runs of white space, and single signs. Scripts without spaces have a word in each character.
_PARTS = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]|\w+|\s+|[^\w\s]")

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """Lines that nobody changed, that one of both changed, or both in the same way."""

    lines: Lines


@dataclass(frozen=True, slots=True)
class Clash:
    """Lines that both changed in different ways: as they were, and as each side has them now."""

    base: Lines
    mine: Lines
    theirs: Lines


@dataclass(frozen=True, slots=True)
class Merged:
    """A text of which some pieces may be open."""

    pieces: tuple[Agreed | Clash, ...]

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """The pieces in which somebody has to choose."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Clash))

    @property
    def clean(self) -> bool:
        """Whether nobody has to choose."""
        return not self.clashes

    def text(self, choose: Callable[[Clash], Lines] = lambda clash: clash.mine) -> str:
        """The text, with what is chosen of each clash."""
        chosen = (piece.lines if isinstance(piece, Agreed) else choose(piece) for piece in self.pieces)
        return "\n".join(line for lines in chosen for line in lines)


def merge(base: str, mine: str, theirs: str) -> Merged:
    """What becomes of `base` when both changes are made."""
    if mine == theirs or base == theirs:
        return Merged((Agreed(tuple(mine.split("\n"))),))
    if base == mine:
        return Merged((Agreed(tuple(theirs.split("\n"))),))
    pieces: list[Agreed | Clash] = []
    for part in _merged(base.split("\n"), mine.split("\n"), theirs.split("\n"), bool):
        piece = part if isinstance(part, Agreed) else _by_words(part)
        if isinstance(piece, Agreed) and pieces and isinstance(last := pieces[-1], Agreed):
            pieces[-1] = Agreed(last.lines + piece.lines)
        else:
            pieces.append(piece)
    return Merged(tuple(pieces))


@dataclass(slots=True)
class _Group:
    """Changes of both sides that touch each other, from `start` to `end` of what was there."""

    start: int
    end: int
    sides: tuple[list[Differing], list[Differing]]


def _merged(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], apart: Callable[[Sequence[str]], bool]
) -> Iterator[Agreed | Clash]:
    """Pieces in order. Changes of both sides are one clash unless what lies between them holds them `apart`."""
    changes = (differing(base, mine), differing(base, theirs))
    at, shift = 0, [0, 0]
    for group in _groups(base, changes, apart):
        if group.start > at:
            yield Agreed(tuple(base[at : group.start]))
        regions = []
        for side, (text, hunks) in enumerate(zip((mine, theirs), group.sides, strict=True)):
            start = group.start + shift[side]
            shift[side] += sum((hunk.second_end - hunk.second) - (hunk.first_end - hunk.first) for hunk in hunks)
            regions.append(tuple(text[start : group.end + shift[side]]))
        ours, others = regions
        if not group.sides[0] or ours == others:
            yield Agreed(others)
        elif not group.sides[1]:
            yield Agreed(ours)
        else:
            yield Clash(tuple(base[group.start : group.end]), ours, others)
        at = group.end
    if at < len(base):
        yield Agreed(tuple(base[at:]))


def _groups(
    base: Sequence[str], changes: tuple[list[Differing], list[Differing]], apart: Callable[[Sequence[str]], bool]
) -> Iterator[_Group]:
    group: _Group | None = None
    ordered = sorted(((hunk, side) for side in (0, 1) for hunk in changes[side]), key=lambda each: each[0][:2])
    for hunk, side in ordered:
        if group is not None:
            alone = not group.sides[1 - side]
            between = base[group.end : hunk.first]
            if hunk.first >= group.end and (bool(between) if alone else apart(between)):
                yield group
                group = None
        if group is None:
            group = _Group(hunk.first, hunk.first_end, ([], []))
        group.sides[side].append(hunk)
        group.end = max(group.end, hunk.first_end)
    if group is not None:
        yield group


def _by_words(clash: Clash) -> Agreed | Clash:
    """Both changes of the same lines, if unchanged words lie between them and most words are still there."""
    if not (clash.base and clash.mine and clash.theirs):
        return clash
    base, mine, theirs = (_PARTS.findall("\n".join(lines)) for lines in (clash.base, clash.mine, clash.theirs))
    if not (_kept(base, mine) and _kept(base, theirs)):
        return clash
    parts = list(_merged(base, mine, theirs, _has_a_word))
    if any(isinstance(part, Clash) for part in parts):
        return clash
    text = "".join(word for part in parts if isinstance(part, Agreed) for word in part.lines)
    return Agreed(tuple(text.split("\n")))


def _has_a_word(parts: Sequence[str]) -> bool:
    return any(part.isalnum() for part in parts)


def _kept(base: Sequence[str], now: Sequence[str]) -> bool:
    """Whether at least half of the words are still there: else it is another text, and no change of this one."""
    words = [part.isalnum() for part in base]
    gone = sum(sum(words[hunk.first : hunk.first_end]) for hunk in differing(base, now))
    return 2 * gone <= sum(words)
