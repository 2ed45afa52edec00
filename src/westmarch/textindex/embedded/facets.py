"""Counts of documents by the values of a keyword field, exact.

tantivy counts in each segment, keeps the most frequent values there, and adds these up, so that a value that is rare in
one segment may lack its part. Here the values kept anywhere are candidates; they are counted again by name, and enough
were kept when no other value can reach the last one that is given.
"""

from typing import Any

from tantivy import Query, Searcher

_KEPT = 64
_ALL = 1 << 26

Counts = tuple[tuple[str, int], ...]


def facets(searcher: Searcher, query: Query, wanted: tuple[tuple[str, int], ...]) -> dict[str, Counts]:
    """For each field the most frequent values, in order of count, then value."""
    found: dict[str, Counts] = {name: () for name, _ in wanted}
    open_ = {name: most for name, most in wanted if most > 0}
    kept = 4 * max([_KEPT, *open_.values()])
    while open_:
        counted = _counted(searcher, query, dict.fromkeys(open_), kept)
        others = {name: part["doc_count_error_upper_bound"] for name, part in counted.items()}
        if searcher.num_segments > 1:
            again = {name: [bucket["key"] for bucket in counted[name]["buckets"]] for name in open_ if others[name]}
            counted |= _counted(searcher, query, again, kept * searcher.num_segments)
        for name, part in counted.items():
            values = sorted(((bucket["key"], bucket["doc_count"]) for bucket in part["buckets"]), key=_by_count)
            most = open_[name]
            if not others[name] or (len(values) >= most and values[most - 1][1] > others[name]):
                found[name] = tuple(values[:most])
                del open_[name]
        kept = min(kept * 16, _ALL)
    return found


def _counted(searcher: Searcher, query: Query, names: dict[str, Any], kept: int) -> dict[str, Any]:
    """Counts of each field, of the values named or of those `kept` in each segment."""
    if not names:
        return {}
    size = kept * searcher.num_segments
    parts: dict[str, Any] = {}
    for name, values in names.items():
        terms = {"field": name, "size": size, "segment_size": kept}
        parts[name] = {"terms": terms | ({"include": values} if values else {})}
    return searcher.aggregate(query, parts)


def _by_count(value: tuple[str, int]) -> tuple[int, str]:
    return -value[1], value[0]
