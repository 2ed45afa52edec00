"""What a question may hold beside words: `"phrases"`, `-not`, and filters such as `tag:film` or `year:2008..2012`."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_TERM = re.compile(r'(?P<without>-)?(?:(?P<name>\w+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a question: `text` as words, as a phrase, or as the value of the filter `name`; or what must not be."""

    text: str
    name: str = ""
    phrase: bool = False
    without: bool = False


def parse(text: str, names: Collection[str]) -> list[Term]:
    """The parts of a question in their order. A name that is none of `names` is text, as is a minus within a word."""
    terms = []
    end = 0
    for found in _TERM.finditer(text):
        begins = found.start() == 0 or text[found.start() - 1].isspace() or found.start() > end
        end = found.end()
        name = (found["name"] or "").lower()
        value = found["plain"] if found["quoted"] is None else found["quoted"]
        without = bool(found["without"]) and begins
        if name not in names:
            if name and found["quoted"] is None:
                value = f"{found['name']}:{value}"
            elif name:  # A word, and a phrase that touches it.
                terms.append(Term(f"{found['name']}:", without=without))
                without = False
            name = ""
        terms.append(Term(value, name, found["quoted"] is not None, without))
    return terms


def years(text: str) -> tuple[int | None, int | None] | None:
    """A range of years: `2008`, `2008..2012`, `2008..`, `..2012`; None for what is none."""
    found = re.fullmatch(r"(-?[0-9]{1,5})?(\.\.)?(-?[0-9]{1,5})?", text)
    if found is None or not (found[1] or found[3]) or (found[1] and found[3] and not found[2]):
        return None
    low, high = (int(part) if part else None for part in (found[1], found[3]))
    return (low, high) if found[2] else (low, low)
