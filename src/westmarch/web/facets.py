"""What a list can be narrowed down by, as links that lead to each choice."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """A value that can be chosen, or has been: the query of the address that it leads to, and its number of results.

    `key` tells it from the others of its facet, whatever readers see.
    """

    key: str
    label: str
    query: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """What can be chosen of one kind: its name in addresses and the one that readers see."""

    name: str
    label: str
    values: Sequence[Value]
