"""Queries of ours as queries of tantivy."""

import math
from collections.abc import Iterable

from tantivy import FieldType, Occur, Schema
from tantivy import Query as TantivyQuery

from westmarch.textindex import query as q
from westmarch.textindex.documents import keyword_value
from westmarch.textindex.embedded.fields import ID, POSITION_ID


def tantivy_query(query: q.Query, schema: Schema) -> TantivyQuery:
    """What matches the same documents; its score is BM25 times weight of words and phrases, and weight of prefixes."""
    match query:
        case q.Word(field, word, weight):
            return _weighed(TantivyQuery.term_query(schema, field, word), weight)
        case q.Phrase(field, words, weight):
            return _weighed(_phrase(schema, field, words), weight)
        case q.Prefix(field, start, weight):
            begins = TantivyQuery.fuzzy_term_query(schema, field, start, distance=0, prefix=True)
            return TantivyQuery.const_score_query(begins, weight)
        case q.Keyword(field, value):
            return _unranked(TantivyQuery.term_query(schema, field, keyword_value(value), "basic"))
        case q.Between(field, low, high):
            return _unranked(_between(schema, field, low, high))
        case q.AnyOf(of):
            return _any_of(of, schema)
        case q.AllOf(of):
            return _all_of(of, schema)
        case q.Not():
            return _all_of((query,), schema)
        case q.Filter(inner):
            return _unranked(tantivy_query(inner, schema))


def everything(schema: Schema) -> TantivyQuery:
    """All documents but the one that holds the position."""
    position = TantivyQuery.term_query(schema, ID, POSITION_ID)
    return _unranked(TantivyQuery.boolean_query([(Occur.Must, TantivyQuery.all_query()), (Occur.MustNot, position)]))


def both(query: TantivyQuery, unranked: TantivyQuery) -> TantivyQuery:
    """What matches both, with the score of the first."""
    return TantivyQuery.boolean_query([(Occur.Must, query), (Occur.Must, _unranked(unranked))])


def _phrase(schema: Schema, field: str, words: tuple[str, ...]) -> TantivyQuery:
    if not words:
        return TantivyQuery.empty_query()
    if len(words) == 1:
        return TantivyQuery.term_query(schema, field, words[0])
    return TantivyQuery.phrase_query(schema, field, list(words))


def _between(schema: Schema, field: str, low: float | None, high: float | None) -> TantivyQuery:
    if low is None and high is None:
        return TantivyQuery.exists_query(field)
    lower, upper = _double(low), _double(high)
    if any(bound is not None and math.isnan(bound) for bound in (lower, upper)):
        return TantivyQuery.empty_query()
    return TantivyQuery.range_query(schema, field, FieldType.Float, lower, upper)


def _double(number: float | None) -> float | None:
    try:
        return None if number is None else float(number)
    except OverflowError:
        return math.inf if number and number > 0 else -math.inf


def _any_of(of: tuple[q.Query, ...], schema: Schema) -> TantivyQuery:
    """One union of all, however deep they stand: a union in a union costs three times as much."""
    flat = list(_alternatives(of))
    if len(flat) == 1:
        return tantivy_query(flat[0], schema)
    return TantivyQuery.boolean_query([(Occur.Should, each) for each in _translated(flat, schema)])


def _alternatives(of: Iterable[q.Query]) -> Iterable[q.Query]:
    for each in of:
        if isinstance(each, q.AnyOf):
            yield from _alternatives(each.of)
        else:
            yield each


def _all_of(of: tuple[q.Query, ...], schema: Schema) -> TantivyQuery:
    wanted = [each for each in of if not isinstance(each, q.Not)]
    unwanted = [each.query for each in of if isinstance(each, q.Not)]
    if len(wanted) == 1 and not unwanted:
        return tantivy_query(wanted[0], schema)
    clauses = [(Occur.Must, each) for each in _translated(wanted, schema)] or [(Occur.Must, everything(schema))]
    return TantivyQuery.boolean_query(clauses + [(Occur.MustNot, each) for each in _translated(unwanted, schema)])


def _translated(of: Iterable[q.Query], schema: Schema) -> list[TantivyQuery]:
    return [tantivy_query(each, schema) for each in of]


def _weighed(query: TantivyQuery, weight: float) -> TantivyQuery:
    return query if weight == 1 else TantivyQuery.boost_query(query, weight)


def _unranked(query: TantivyQuery) -> TantivyQuery:
    return TantivyQuery.const_score_query(query, 0.0)
