"""The first hits in an exact order, ties too.

tantivy gives hits of equal rank in the order of its segments, and cuts there. So more hits than wanted are asked for;
where the cut goes through hits of equal rank, that group alone is asked for again, in the order of the next key.
"""

from dataclasses import dataclass
from typing import Any

from tantivy import DocAddress, FieldType, Occur, Order, Schema, Searcher
from tantivy import Query as TantivyQuery

from westmarch.textindex.documents import Sort
from westmarch.textindex.embedded.fields import ID, counted
from westmarch.textindex.embedded.queries import both

#: A document's number, score and address.
Ranked = tuple[int, float, DocAddress]

#: How many hits more are asked for, until all are seen that are equal to the last one wanted. Few words make few
#: scores: of questions of one to four words nineteen in twenty are done with the first number, which costs next to
#: nothing.
_FURTHER = (100, 256, 4096, 1 << 16)
#: Digits of a score that count.
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Key:
    """A field that hits are in order of; keywords are texts."""

    field: str
    order: Order = Order.Asc
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Ranking:
    """Finds the first hits on one state of the index."""

    searcher: Searcher
    schema: Schema
    keywords: frozenset[str]

    def by_score(self, query: TantivyQuery, most: int, ties: str) -> tuple[list[Ranked], int]:
        """The first `most` hits by score, and how many match."""
        keys = _ties(ties)
        hits, count = self._best(query, most, keys)
        values = self._tie_values([address for _, address in hits], keys)
        rows = sorted((-score, value, i) for i, ((score, _), value) in enumerate(zip(hits, values, strict=True)))
        return [(int(value[-1][1]), -score, hits[i][1]) for score, value, i in rows[:most]], count

    def by_field(self, query: TantivyQuery, most: int, sort: Sort, ties: str) -> tuple[list[Ranked], int]:
        """The first `most` hits by a field, and how many match. By relevance is here: all are equal."""
        keys = _ties(ties)
        if sort.by != "relevance":
            order = Order.Asc if sort.direction == "asc" else Order.Desc
            first = Key(sort.by, order, sort.by in self.keywords)
            keys = [first, *(key for key in keys if key.field != first.field)]
        found = self.searcher.search(query, limit=most + 1, order_by_field=keys[0].field, order=keys[0].order)
        return [(n, 0.0, at) for n, at in self._cut(query, found.hits, most, keys[0], keys[1:])], counted(found)

    def _in_order(self, query: TantivyQuery, most: int, keys: list[Key]) -> list[tuple[int, DocAddress]]:
        key = keys[0]
        found = self.searcher.search(query, limit=most + 1, order_by_field=key.field, order=key.order)
        return self._cut(query, found.hits, most, key, keys[1:])

    def _cut(
        self, query: TantivyQuery, hits: list[tuple[Any, DocAddress]], most: int, key: Key, rest: list[Key]
    ) -> list[tuple[int, DocAddress]]:
        """The first of hits in order of a key, those that it leaves equal in order of the rest of the keys."""
        torn = hits[most][0] if len(hits) > most and hits[most][0] == hits[most - 1][0] else ...
        whole = hits[:most] if torn is ... else [hit for hit in hits if hit[0] != torn]
        found = self._sorted(whole, rest)
        if torn is not ... and rest:
            found += self._in_order(both(query, self._equal(key, torn)), most - len(whole), rest)
        return found

    def _sorted(self, hits: list[tuple[Any, DocAddress]], rest: list[Key]) -> list[tuple[int, DocAddress]]:
        """Hits in groups of one value each, each group in order of the rest of the keys."""
        place: dict[Any, int] = {}
        for value, _ in hits:
            place.setdefault(value, len(place))
        addresses = [address for _, address in hits]
        keys = self._tie_values(addresses, rest)
        rows = sorted(zip((place[value] for value, _ in hits), keys, range(len(hits)), strict=True))
        ids = self.searcher.fast_field_values(ID, addresses) if addresses else []
        return [(int(ids[row[2]] or 0), addresses[row[2]]) for row in rows]

    def _tie_values(self, addresses: list[DocAddress], keys: list[Key]) -> list[tuple[tuple[bool, float], ...]]:
        """What hits of equal rank are sorted by: missing values last."""
        if not addresses or not keys:
            return [() for _ in addresses]
        columns = [self.searcher.fast_field_values(key.field, addresses) for key in keys]
        return list(zip(*([(value is None, value or 0) for value in column] for column in columns), strict=True))

    def _equal(self, key: Key, value: Any) -> TantivyQuery:
        if value is None:
            exists = TantivyQuery.exists_query(key.field)
            return TantivyQuery.boolean_query([(Occur.Must, TantivyQuery.all_query()), (Occur.MustNot, exists)])
        if key.is_text:
            return TantivyQuery.term_query(self.schema, key.field, value, "basic")
        kind = FieldType.Integer if key.field == ID else FieldType.Float
        return TantivyQuery.range_query(self.schema, key.field, kind, value, value)

    def _is_in_order_of(self, ties: list[Key]) -> bool:
        """Within a segment documents are in order of their numbers, and so are hits of equal score."""
        return len(ties) == 1 and self.searcher.num_segments == 1

    def _best(self, query: TantivyQuery, most: int, ties: list[Key]) -> tuple[list[tuple[float, DocAddress]], int]:
        """The first hits by score with all, or the first, of those equal to the last one; and how many match.

        A small group of equal score is seen whole a little further down. Of a large one enough are among the matches
        that are first in order of ties. Both are tried, ever further.
        """
        for further in _FURTHER:
            found = self.searcher.search(query, limit=most + further)
            ranked, count = found.hits, counted(found)
            hits = _down_to(ranked, most)
            if len(hits) < len(ranked) or len(ranked) == count:
                return hits, count
            if self._is_in_order_of(ties) and ranked[most - 1][0] == ranked[-1][0]:
                return hits, count
            if further == _FURTHER[0]:
                continue
            score = hits[-1][0]
            above = [hit for hit in hits if hit[0] > score]
            group = [hit for hit in self._first_in_order(query, ties[0], further) if hit[0] == score]
            if len(above) + len(group) >= most:
                return above + group, count
        return _down_to(self.searcher.search(query, limit=count).hits, most), count

    def _first_in_order(self, query: TantivyQuery, key: Key, most: int) -> list[tuple[float, DocAddress]]:
        """Matches with a value up to the one that `most` of them have, with their scores; none where values lack."""
        found = self.searcher.search(query, limit=most, order_by_field=key.field, order=Order.Asc)
        last = found.hits[-1][0]
        if last is None:
            return []
        kind = FieldType.Integer if key.field == ID else FieldType.Float
        window = both(query, TantivyQuery.range_query(self.schema, key.field, kind, None, last))
        first = self.searcher.search(window, limit=most)
        hits = first.hits if counted(first) <= most else self.searcher.search(window, limit=counted(first)).hits
        return _rounded(hits)


def _ties(field: str) -> list[Key]:
    return [Key(field), Key(ID)] if field and field != ID else [Key(ID)]


def _rounded(hits: list[tuple[Any, DocAddress]]) -> list[tuple[float, DocAddress]]:
    """Scores are sums in single precision, whose last digits depend on the order of adding."""
    return [(round(score, _DIGITS), address) for score, address in hits]


def _down_to(ranked: list[tuple[Any, DocAddress]], most: int) -> list[tuple[float, DocAddress]]:
    """The first `most` hits, and those behind that are equal to the last of them."""
    hits = _rounded(ranked[:most])
    for score, address in ranked[most:]:
        if round(score, _DIGITS) < hits[-1][0]:
            break
        hits.append((hits[-1][0], address))
    return hits
