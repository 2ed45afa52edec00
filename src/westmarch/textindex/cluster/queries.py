"""Queries of ours as the query language of OpenSearch and Elasticsearch."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from westmarch.textindex import query as q
from westmarch.textindex.documents import keyword_value

#: The clusters take 1,024 clauses. Words beyond so many match and are not ranked: many words are one clause then.
_RANKED = 600

#: Lucene's BM25 leaves out the factor k1 + 1, which the formula has and the engine in the process counts.
_BM25 = 2.2

Body = dict[str, Any]

NOTHING: Body = {"match_none": {}}
#: All documents but the one that holds the position.
EVERYTHING: Body = {"exists": {"field": "id"}}


def translated(query: q.Query) -> Body:
    """What matches the same documents. Raises nothing: too many clauses are the cluster's to refuse."""
    return _Translation().of(query, ranked=True)


class _Translation:
    def __init__(self) -> None:
        self._left = _RANKED

    def of(self, query: q.Query, *, ranked: bool) -> Body:
        match query:
            case q.AnyOf(of):
                return self._any_of(of, ranked=ranked)
            case q.AllOf(of):
                return self._all_of(of, ranked=ranked)
            case q.Not():
                return self._all_of((query,), ranked=ranked)
            case q.Filter(inner):
                return _unranked(self.of(inner, ranked=False))
            case q.Keyword(field, value):
                return _unranked({"term": {field: keyword_value(value)}})
            case q.Between(field, low, high):
                return _unranked(_between(field, low, high))
            case q.Word() | q.Prefix() | q.Phrase():
                self._left -= 1
                return _leaf(query)

    def _any_of(self, of: Sequence[q.Query], *, ranked: bool) -> Body:
        clauses: list[Body] = []
        many: dict[str, list[str]] = {}
        for each in dict.fromkeys(of) if not ranked else of:
            match each:
                case q.Keyword(field, value):
                    many.setdefault(field, []).append(keyword_value(value))
                case q.Word(field, word) if not ranked or self._left <= 0:
                    many.setdefault(field, []).append(word)
                case _:
                    clauses.append(self.of(each, ranked=ranked))
        clauses += [_unranked({"terms": {field: list(dict.fromkeys(values))}}) for field, values in many.items()]
        return {"bool": {"should": clauses, "minimum_should_match": 1}} if clauses else NOTHING

    def _all_of(self, of: Iterable[q.Query], *, ranked: bool) -> Body:
        of = tuple(of)
        wanted = [self.of(each, ranked=ranked) for each in of if not isinstance(each, q.Not)]
        unwanted = [self.of(each.query, ranked=False) for each in of if isinstance(each, q.Not)]
        return {"bool": {"must": wanted or [_unranked(EVERYTHING)], "must_not": unwanted}}


def _leaf(query: q.Word | q.Prefix | q.Phrase) -> Body:
    match query:
        case q.Word(field, word, weight):
            return {"term": {field: {"value": word, "boost": weight * _BM25}}}
        case q.Prefix(field, start, weight):
            return {"constant_score": {"filter": {"prefix": {field: {"value": start}}}, "boost": weight}}
        case q.Phrase(field, (word,), weight):
            return {"term": {field: {"value": word, "boost": weight * _BM25}}}
        case q.Phrase(field, words, weight):
            phrase = {"query": " ".join(words), "analyzer": "whitespace", "boost": weight * _BM25}
            return {"match_phrase": {field: phrase}} if words else NOTHING


def _between(field: str, low: float | None, high: float | None) -> Body:
    bounds = {"gte": _double(low), "lte": _double(high)}
    if any(isinstance(bound, float) and math.isnan(bound) for bound in bounds.values()):
        return NOTHING
    if bounds["gte"] == math.inf or bounds["lte"] == -math.inf:
        return NOTHING
    finite = {name: bound for name, bound in bounds.items() if bound is not None and math.isfinite(bound)}
    return {"range": {field: finite}} if finite else {"exists": {"field": field}}


def _double(number: float | None) -> float | None:
    try:
        return None if number is None else float(number)
    except OverflowError:
        return math.inf if number and number > 0 else -math.inf


def _unranked(body: Body) -> Body:
    return {"bool": {"filter": [body]}}
