"""The series that catalogues write behind a title: `Mort (Death, #1; Discworld, #4)`."""

import re
from dataclasses import dataclass

_BEHIND = re.compile(r"(?P<plain>.*\S)\s*\((?P<series>[^()]*(?:\([^()]*\)[^()]*)*#[^()]*)\)", re.DOTALL)
_ONE = re.compile(r"\s*(?P<title>[^#]*[^#\s,])\s*,?\s*#\s*(?P<number>\S[^#]*?)\s*", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# Longer numbers are none: this keeps the order within a float.
_LONGEST_NUMBER = 9
# What is longer than any title was written to be slow.
_LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A book's place in a series: `number` as it is written (`1-3`, `2.5`), None where it has none."""

    title: str
    number: str | None = None

    @property
    def order(self) -> float | None:
        """What the books of the series are sorted by: the first number in `number`."""
        return order(self.number)


def order(number: str | None) -> float | None:
    """The first number in what stands for a book's place, None where there is none."""
    found = _NUMBER.search(number or "")
    return float(found[0]) if found and len(found[0]) <= _LONGEST_NUMBER else None


def split(title: str) -> tuple[str, Place | None]:
    """The title without the series behind it, and the book's place there; of several series the first one.

    Only what has a `#` counts as a series: `I Am America (And So Can You!)` has none.
    """
    found = _BEHIND.fullmatch(title.rstrip()) if "#" in title and len(title) <= _LONGEST_TITLE else None
    if found is None:
        return title.strip(), None
    place = _ONE.fullmatch(found["series"].split(";")[0])
    if place is None:
        return title.strip(), None
    return found["plain"], Place(" ".join(place["title"].split()), " ".join(place["number"].split()))
