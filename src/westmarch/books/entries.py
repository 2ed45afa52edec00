"""A book as a source gives it, cleaned: what is stored, whether one book is written or a catalogue is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from westmarch.books.series_titles import Place

#: What became of an entry.
Fate = Literal["new", "updated", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class GivenReading:
    """That the owner reads the book, has read it or wants to, as a source says it; see `models.Reading`."""

    status: str
    started_on: date | None = None
    finished_on: date | None = None
    rating: float | None = None
    review_markdown: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """What a catalogue of ours says besides: a new book has these addresses, and was added then, where that is free.

    `path` is the page's, `old` are those that lead there, percent-encoded; `cover` is the hash of a file of media.
    `writers` and `series` are the paths of their pages, if they are new too.
    """

    path: str | None
    added: datetime
    old: tuple[str, ...] = ()
    cover: str | None = None
    writers: Mapping[str, str] = field(default_factory=dict)
    series: str | None = None


@dataclass(slots=True)
class Entry:
    """One book. What a source does not say stays as it is in the catalogue.

    `row` counts the books of the source from 1. `values` are the columns of `book` that it says. `writers` are names
    with roles, `tags` slugs with titles, both in order; None: not said. `series` is said where `says_series`.
    `repairs` are what was made of the source's values, by field.
    """

    row: int
    values: dict[str, Any]
    writers: tuple[tuple[str, str], ...] | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    says_series: bool = False
    series: Place | None = None
    readings: tuple[GivenReading, ...] = ()
    own: Own | None = None
    repairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def book_id(self) -> int | None:
        """The catalogue's number that the source gives."""
        number: int | None = self.values.get("book_id")
        return number

    def tell(self, field: str) -> Callable[[str], None]:
        """What takes down, once, what was done to a field."""

        def tell(message: str) -> None:
            if (field, message) not in self.repairs:
                self.repairs.append((field, message))

        return tell


class Outcome(NamedTuple):
    """What became of an entry: its fate, the subject's id where there is one, and why it was refused.

    `readings` are the ids of those that were made for it.
    """

    fate: Fate
    id: int | None = None
    reason: str = ""
    readings: tuple[int, ...] = ()
