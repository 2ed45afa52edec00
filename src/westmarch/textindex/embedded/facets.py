"""Counts of documents by the values of a keyword field, exact.

tantivy counts in each segment, keeps the most frequent values there, adds these up, and says by how much a value may
have been counted too low. So values that may be among the first are counted again one by one; where that would be many,
or one that was not kept could be among them, more are kept. The most common of these cases is that values stand in one
document each: of those the first in their own order are wanted.

It gives at most 65,000 values in all. Where more have the same count, those shown may be others of that count than the
first ones; their counts are exact nevertheless.

What it costs, measured among 200,000 books: 13 ns for each value of each match, and 18 microseconds for each value that
is given back, to look it up in a dictionary. Not faster: numbers in the place of texts (12 ns), only the most frequent
values of the whole index let in by `include` (slower where few match), queries without scores, fewer values at first
(more of them are asked for again).
"""

from itertools import islice

from tantivy import Query, Schema, Searcher

from westmarch.textindex.embedded.fields import counted
from westmarch.textindex.embedded.queries import both

Counts = tuple[tuple[str, int], ...]

_KEPT, _ALL = 32, 60_000
_COUNTED_AGAIN = 50


def facets(searcher: Searcher, schema: Schema, query: Query, wanted: tuple[tuple[str, int], ...]) -> dict[str, Counts]:
    """For each field the most frequent values, in order of count, then value."""
    found: dict[str, Counts] = {name: () for name, _ in wanted}
    left = {name: most for name, most in wanted if most > 0}
    kept = max([_KEPT, *(2 * most for most in left.values())])
    while left:
        kept = min(kept, _ALL // len(left))
        terms = {name: {"terms": {"field": name, "size": kept, "segment_size": kept}} for name in left}
        for name, part in searcher.aggregate(query, terms).items():
            values = {bucket["key"]: bucket["doc_count"] for bucket in part["buckets"]}
            cut = min(values.values()) if len(values) == kept else 0
            short = part["doc_count_error_upper_bound"] if searcher.num_segments > 1 else 0
            candidates = _candidates(values, left[name], cut, short)
            if candidates is None and cut == 1 and not short:
                single = _first(searcher, query, name, kept)
                candidates = {value: count for value, count in values.items() if count > 1} | single
            if candidates is None and kept * len(left) > _ALL - len(left):
                candidates = dict(islice(values.items(), left[name]))
            if candidates is None:
                continue
            if short:
                candidates = {value: _count(searcher, schema, query, name, value) for value in candidates}
            found[name] = tuple(sorted(candidates.items(), key=lambda value: (-value[1], value[0]))[: left[name]])
            del left[name]
        kept *= 4
    return found


def _first(searcher: Searcher, query: Query, name: str, most: int) -> dict[str, int]:
    """The first values in their own order, with their counts."""
    terms = {"field": name, "size": most, "segment_size": most, "order": {"_key": "asc"}}
    buckets = searcher.aggregate(query, {name: {"terms": terms}})[name]["buckets"]
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets}


def _candidates(values: dict[str, int], most: int, cut: int, short: int) -> dict[str, int] | None:
    """Values that may be among the first `most`; None where there are too many, or others may be.

    Each may have been counted too low by `short`; what is not there was counted `cut` times at most.
    """
    if len(values) < most:
        return None if cut or short else values
    certain = sorted(values.values(), reverse=True)[most - 1]
    if (cut or short) and cut + short >= certain:
        return None
    found = {value: count for value, count in values.items() if count + short >= certain}
    return None if short and len(found) > _COUNTED_AGAIN + most else found


def _count(searcher: Searcher, schema: Schema, query: Query, name: str, value: str) -> int:
    return counted(searcher.search(both(query, Query.term_query(schema, name, value, "basic")), limit=1))
