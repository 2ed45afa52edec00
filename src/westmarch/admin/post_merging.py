"""What somebody typed, and what somebody else saved meanwhile, made one: the whole form, field by field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

from westmarch.admin import name_lists
from westmarch.admin.post_fields import Typed
from westmarch.errors import Invalid
from westmarch.text.matching import differing
from westmarch.text.merging import Agreed, Clash, Lines, Merged, merge

_NAMES = frozenset({"tags", "authors"})
_LINES = frozenset({"title", "standfirst"})
#: What both did to the text can be put one below the other; of another field only one of both.
CHOICES = ("mine", "theirs", "both")
#: Longer texts are marked as a whole, and shown up to there.
LONGEST = 20_000
_PARTS = re.compile(r"\w+|\s+|[^\w\s]")


class Part(NamedTuple):
    """A piece of a text, and whether the other text has it not."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Open:
    """Something to choose, by the name of its field in the form: both texts in pieces, with what differs marked."""

    name: str
    label: str
    mine: Sequence[Part]
    theirs: Sequence[Part]
    of_text: bool
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The merged form with what was chosen, and all that there was to choose."""

    typed: Typed
    choices: Sequence[Open]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be chosen."""
        return all(each.chosen for each in self.choices)


def merged(
    base: Typed | None, mine: Typed, theirs: Typed, chosen: Mapping[str, str], words: Mapping[str, str]
) -> Outcome:
    """Both changes of `base` in one form. `chosen` is by the names of what was open; `words` name the fields."""
    values: dict[str, Any] = {}
    choices: list[Open] = []
    for name in (each.name for each in fields(Typed)):
        ours, others = getattr(mine, name), getattr(theirs, name)
        was = getattr(base, name) if base is not None else None
        if name == "markdown":
            values[name] = _text(merge(was or "", ours, others), chosen, choices)
            continue
        found = _value(name, was, ours, others)
        if found is None:
            choice = chosen.get(f"choice-{name}", "")
            choice = choice if choice in CHOICES[:2] else ""
            pieces = _words(_told(ours), _told(others))
            choices.append(Open(f"choice-{name}", words[name], *pieces, of_text=False, chosen=choice))
            found = others if choice == "theirs" else ours
        values[name] = found
    return Outcome(replace(mine, **values), choices)


def _told(value: str | bool) -> str:
    return value if isinstance(value, str) else ("yes" if value else "no")


def _value(name: str, was: Any, ours: Any, others: Any) -> Any:
    """The value of a field with both changes, or None where somebody has to choose."""
    if ours == others or name == "aliases":  # Old addresses are only added; a post as it is brings none into a form.
        return ours
    if was in (ours, others):
        return others if was == ours else ours
    if was is not None and name in _NAMES:
        return _names(name, was, ours, others)
    if was is not None and name in _LINES:
        one = merge(was, ours, others)
        return one.text() if one.clean else None
    return None


def _names(name: str, was: str, ours: str, others: str) -> str | None:
    """The names that both have, and those that either has added."""
    try:
        before, mine, theirs = (name_lists.read(text, name) for text in (was, ours, others))
    except Invalid:
        return None
    there = [each for each in theirs if each in mine or each not in before]
    return name_lists.written([*there, *(each for each in mine if each not in theirs and each not in before)])


def _text(found: Merged, chosen: Mapping[str, str], choices: list[Open]) -> str:
    lines: list[str] = []
    number = 0
    for piece in found.pieces:
        if isinstance(piece, Agreed):
            lines += piece.lines
            continue
        number += 1
        choice = chosen.get(f"choice-{number}", "")
        choice = choice if choice in CHOICES else ""
        pieces = _words("\n".join(piece.mine), "\n".join(piece.theirs))
        choices.append(Open(f"choice-{number}", f"Text, {number}", *pieces, of_text=True, chosen=choice))
        lines += _taken(piece, choice)
    return "\n".join(lines)


def _taken(clash: Clash, choice: str) -> Lines:
    if choice == "both":
        between = ("",) if clash.mine and clash.theirs else ()
        return clash.mine + between + clash.theirs
    return clash.theirs if choice == "theirs" else clash.mine


def _words(mine: str, theirs: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Both texts in pieces, with those marked that the other one has not."""
    if max(len(mine), len(theirs)) > LONGEST:
        return (Part(mine[:LONGEST], changed=True),), (Part(theirs[:LONGEST], changed=True),)
    one, other = _PARTS.findall(mine), _PARTS.findall(theirs)
    hunks = differing(one, other)
    ours = _marked(one, [(hunk.first, hunk.first_end) for hunk in hunks])
    return tuple(ours), tuple(_marked(other, [(hunk.second, hunk.second_end) for hunk in hunks]))


def _marked(parts: Sequence[str], spans: Sequence[tuple[int, int]]) -> Iterator[Part]:
    at = 0
    for start, end in [*spans, (len(parts), len(parts))]:
        if start > at:
            yield Part("".join(parts[at:start]), changed=False)
        if end > start:
            yield Part("".join(parts[start:end]), changed=True)
        at = end
