"""Rows of a form: a list whose entries can be changed, moved and removed without script."""

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

#: What a button of a row does, and to which row: `up-2`.
_DOES = re.compile(r"(up|down|remove)-([0-9]{1,3})")
_OF_ROW = re.compile(r"([0-9]{1,3})(?:\.(.+))?")


def moved(rows: list[T], does: str) -> list[T]:
    """The rows after a button was pressed (`up-2`, `down-0`, `remove-1`); as they are where none was."""
    match = _DOES.fullmatch(does)
    if match is None or int(match[2]) >= len(rows):
        return rows
    number, others = int(match[2]), list(rows)
    row = others.pop(number)
    if match[1] == "up":
        others.insert(max(number - 1, 0), row)
    elif match[1] == "down":
        others.insert(number + 1, row)
    return others


def line(text: str) -> str:
    """A field as one line."""
    return " ".join(text.split("\n")).strip()


def placed(faults: Mapping[str, str], option: str, first: str) -> dict[str, str]:
    """Faults of a list of options by the ids of fields: `navigation.0.title` as `title-0`.

    What is wrong with a row as a whole stands at its field `first`, what is wrong with all of them at the option.
    """
    found: dict[str, str] = {}
    for place, words in faults.items():
        match = _OF_ROW.fullmatch(place.removeprefix(f"{option}."))
        # Of what hangs in a field (`links.0.address`) the field is named.
        name = match and f"{(match[2] or first).partition('.')[0]}-{match[1]}"
        found.setdefault(name or option, words)
    return found
