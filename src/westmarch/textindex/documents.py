"""What goes into an index and what comes out: documents, their schema, hits. The same for every engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from westmarch.textindex.folding import encodable

Number = int | float

#: Values of keywords are cut to so many code points: clusters refuse those of 32 KB, tantivy drops those of 64.
LONGEST_KEYWORD = 1000


def keyword_value(value: str) -> str:
    """The value as engines keep and look for it."""
    return value[:LONGEST_KEYWORD] if value.isascii() else encodable(value[:LONGEST_KEYWORD])


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of an index. A field's name is its own in the whole index, whatever kinds of documents have it.

    `texts` are searched by words, `keywords` by their exact value (and counted as facets), `numbers` by range, and both
    of the latter sorted by. All may be missing in a document; `texts` and `keywords` may hold several values.
    """

    texts: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its number, the texts in words already (`analyser.words`), and what is given back with a hit.

    `id` is the subject's. Words of one value of a text follow one another; between two values is a gap, so that no
    phrase reaches from one into the next. `source` is JSON.
    """

    id: int
    texts: Mapping[str, tuple[tuple[str, ...], ...]]
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, Number] = field(default_factory=dict)
    source: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: by relevance, by a number or keyword, or by the document's number. Missing values come last."""

    by: str = "relevance"
    direction: Literal["asc", "desc"] = "desc"


BY_RELEVANCE = Sort()


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that matches. `score` is 0 where nothing was ranked."""

    id: int
    score: float
    source: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: hits in order, the exact count of all that match, and counts by value of each facet.

    Values of a facet come by count, then by value.
    """

    hits: tuple[Hit, ...]
    count: int
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
