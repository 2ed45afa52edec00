"""What every engine of an index can do."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from westmarch.textindex.documents import BY_RELEVANCE, Document, Found, Hit, Sort
from westmarch.textindex.query import Query


@dataclass(frozen=True, slots=True)
class Position:
    """How far an index has come: the epoch and position of the change log, and the analyser that made its words.

    It is stored in the index by the same commit as what was read until there.
    """

    epoch: str
    position: int
    analyser: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: what matches, in which order, how much of it, and what is counted.

    `facets` names keyword fields, each with the most values wanted. `ties` is a number field by which hits of equal
    rank are in order, from the smallest; without it, and where it is equal, they are in order of their numbers.
    """

    query: Query
    sort: Sort = BY_RELEVANCE
    offset: int = 0
    size: int = 20
    facets: tuple[tuple[str, int], ...] = ()
    ties: str = ""


class Building(Protocol):
    """A new index beside the one in use. It takes its place when the block ends well; else nothing is left of it.

    `position` is how far it has come then.
    """

    position: Position

    async def add(self, documents: Iterable[Document]) -> None:
        """Add documents that are not in it."""
        ...

    async def replace(self, put: Sequence[Document], removed: Collection[int]) -> None:
        """Replace documents that may be in it, or remove them."""
        ...


class Engine(Protocol):
    """An index on an engine. All raise Unavailable where the engine does not answer."""

    async def search(self, asked: Asked) -> Found:
        """Hits, their exact count, and facets; ties of a rank in order of the documents' numbers."""
        ...

    async def get(self, ids: Collection[int]) -> dict[int, Hit]:
        """The documents of these numbers that there are."""
        ...

    async def similar(self, field: str, word: str, most: int) -> list[tuple[str, int]]:
        """Words of a text field that are one typo away (Damerau-Levenshtein 1), the most frequent first."""
        ...

    async def apply(self, put: Sequence[Document], removed: Collection[int], position: Position) -> None:
        """Replace or remove documents, and note the position, all in one commit. Findable when it returns."""
        ...

    async def position(self) -> Position | None:
        """How far the index has come; None where there is none, or half of one."""
        ...

    async def count(self) -> int:
        """The number of documents."""
        ...

    def building(self, position: Position) -> AbstractAsyncContextManager[Building]:
        """A new index, as of the position, that replaces the one in use when the block ends."""
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...
