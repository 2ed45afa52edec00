"""Searching over all kinds: a question to the index, and the answer in JSON.

What a filter means has a field of its own in each kind that has it.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from westmarch.books import fields as book_fields
from westmarch.errors import Invalid
from westmarch.search.shapes import Find
from westmarch.textindex import analyser, operators, prose
from westmarch.textindex.analyser import query_words
from westmarch.textindex.documents import BY_RELEVANCE, Found, Sort
from westmarch.textindex.engine import Asked, Engine
from westmarch.textindex.operators import Term
from westmarch.textindex.query import (
    NOTHING,
    AllOf,
    AnyOf,
    Between,
    Filter,
    Keyword,
    Not,
    Prefix,
    Query,
    Word,
    word_or_phrase,
)

#: Where words are looked for, and what they weigh there.
WEIGHTS: Mapping[str, float] = {
    prose.TITLE: 3.0,
    prose.PEOPLE: 1.5,
    prose.BODY: 1.0,
    book_fields.TITLE: 2.0,
    book_fields.PEOPLE: 1.5,
    book_fields.TAG_WORDS: 0.8,
}
#: Words without their endings, in prose: they find more, and count less.
STEMMED: Mapping[str, float] = {prose.TITLE_STEM: 1.0, prose.BODY_STEM: 0.4}
#: What the beginning of a word weighs beside the word itself.
BEGINNING = 0.5
#: The fields of each facet and filter.
KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "kind": (prose.KIND,),
    "tag": (prose.TAG, book_fields.TAG),
    "author": (prose.AUTHOR, book_fields.WRITER),
    "language": (prose.LANGUAGE, book_fields.LANGUAGE),
    "year": (prose.YEAR_VALUE, book_fields.YEAR_VALUE),
}
YEARS = (prose.YEAR, book_fields.YEAR)
PEOPLE = (prose.PEOPLE, book_fields.PEOPLE)
NAMES = frozenset(KEYWORDS)
#: So many values of a facet are told; pages reach as far as this.
FACET_SIZE, DEEPEST = 20, 10_000
#: So many are counted of each of several fields, from which the most frequent are chosen.
COUNTED = 60

#: Values with the number of subjects that have them.
Counts = tuple[tuple[str, int], ...]

_NEWEST = Sort(prose.PUBLISHED, "desc")


async def answer(index: Engine, asked: Find, language: str) -> bytes:
    """The answer to a search, in JSON; words are stemmed as those of the language. Raises Invalid and Unavailable."""
    found = await find(index, asked, language)
    members = [b'{"results":[', b",".join(map(_shown, (hit.source for hit in found.hits)))]
    members.append(b'],"count":%d' % found.count)
    if asked.facets:
        counted = {name: facet(name, found) for name in asked.facets}
        members += [b',"facets":', json.dumps(counted, ensure_ascii=False, separators=(",", ":")).encode()]
    return b"".join((*members, b"}"))


async def find(index: Engine, asked: Find, language: str) -> Found:
    """What is found. Raises Invalid, naming the parameter, and Unavailable."""
    offset = (asked.page - 1) * asked.size
    if offset + asked.size > DEEPEST:
        raise Invalid(f"pages reach as far as result {DEEPEST}", hint="Ask for less by a filter.", place="page")
    facets = tuple((field, _counted(name)) for name in asked.facets for field in KEYWORDS[name])
    order = _NEWEST if asked.sort == "newest" else BY_RELEVANCE
    wanted = query(asked, language)
    found = await index.search(Asked(wanted, order, offset, asked.size, facets))
    return replace(found, facets=await _completed(index, wanted, asked.facets, found))


def _counted(name: str) -> int:
    return FACET_SIZE if len(KEYWORDS[name]) == 1 else COUNTED


async def _completed(index: Engine, wanted: Query, names: Sequence[str], found: Found) -> Mapping[str, Counts]:
    """The facets with those counts that a field has not told, because the value is seldom there and often elsewhere."""
    told = {field: dict(counts) for field, counts in found.facets.items()}
    full = {field for field, counts in told.items() if len(counts) == COUNTED}
    lacking: list[tuple[str, str]] = []
    for name in names:
        fields = KEYWORDS[name]
        known: Counter[str] = Counter()
        for field in fields:
            known.update(told[field])
        least = min((count for _, count in known.most_common(FACET_SIZE)), default=0)
        for field in full.intersection(fields) if len(fields) > 1 else ():
            # What is not told is no more than the least that is.
            most = min(told[field].values())
            lacking += [(field, value) for value in known if value not in told[field] and known[value] + most >= least]
    if not lacking:
        return found.facets
    questions = (index.search(Asked(AllOf((wanted, Keyword(field, value))), size=0)) for field, value in lacking)
    for (field, value), counted in zip(lacking, await asyncio.gather(*questions), strict=True):
        told[field][value] = counted.count
    return {field: tuple(counts.items()) for field, counts in told.items()}


def facet(name: str, found: Found) -> list[dict[str, object]]:
    """The values of a facet in all kinds, the most frequent first."""
    counts: Counter[str] = Counter()
    for field in KEYWORDS[name]:
        counts.update(dict(found.facets[field]))
    best = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:FACET_SIZE]
    return [{"value": int(value) if name == "year" else value, "count": count} for value, count in best]


def query(asked: Find, language: str) -> Query:
    """What a subject must be to be found."""
    parts: list[Query] = []
    if asked.q:
        parts += _question(asked, language)
    for name, wanted in (("kind", asked.kind), ("tag", asked.tag), ("language", asked.language)):
        if wanted:
            parts.append(AnyOf(tuple(_keyword(name, value) for value in wanted)))
    if asked.author:
        parts.append(Filter(AnyOf(tuple(_name(value) for value in asked.author))))
    if asked.year_from is not None or asked.year_to is not None:
        parts.append(_years(asked.year_from, asked.year_to))
    return AllOf(tuple(parts))


def _question(asked: Find, language: str) -> list[Query]:
    terms = operators.parse(asked.q, NAMES)
    texts = [term for term in terms if not (term.name or term.without or term.phrase)]
    last = texts[-1] if asked.complete and texts and texts[-1] is terms[-1] and not asked.q[-1].isspace() else None
    plain = [
        _anywhere(term.text, each, language, begins=term is last) for term in texts for each in query_words(term.text)
    ]
    parts: list[Query] = []
    others = [term for term in terms if term not in texts]
    if plain:
        parts.append(AnyOf(tuple(plain)) if asked.match == "any" else AllOf(tuple(plain)))
    elif not others:
        parts.append(NOTHING)
    for term in others:
        part = _operator(term) if term.name else _phrase(term.text)
        parts.append(Not(part) if term.without else part)
    return parts


def _anywhere(text: str, word: tuple[str, ...], language: str, *, begins: bool) -> Query:
    parts: list[Query] = [word_or_phrase(field, word, weight) for field, weight in WEIGHTS.items()]
    # A stemmer wants accents, which the words of a query have no more.
    written = text if len(query_words(text)) == 1 else "".join(word)
    for stem in analyser.stems(written, language):
        parts += [Word(field, stem, weight) for field, weight in STEMMED.items()]
    if begins and len(word) == 1:
        parts += [Prefix(field, word[0], weight * BEGINNING) for field, weight in WEIGHTS.items()]
    return AnyOf(tuple(parts))


def _phrase(text: str) -> Query:
    found = analyser.words(text)
    return AnyOf(tuple(word_or_phrase(field, found, weight) for field, weight in WEIGHTS.items())) if found else NOTHING


def _operator(term: Term) -> Query:
    """A filter that stands in `q`; one with an unfit value finds nothing."""
    if term.name == "author":
        return Filter(_name(term.text))
    if term.name == "year":
        found = operators.years(term.text)
        return NOTHING if found is None else _years(*found)
    return _keyword(term.name, term.text)


def _keyword(name: str, value: str) -> Query:
    return AnyOf(tuple(Keyword(field, value) for field in KEYWORDS[name]))


def _years(low: int | None, high: int | None) -> Query:
    return AnyOf(tuple(Between(field, low, high) for field in YEARS))


def _name(text: str) -> Query:
    found = analyser.words(text)
    return AnyOf(tuple(word_or_phrase(field, found) for field in PEOPLE)) if found else NOTHING


def _shown(source: bytes) -> bytes:
    """What is told of a hit: of a text not all of it, and of a book, whose answer is that of its own API, the kind."""
    if not source.startswith(b'{"kind"'):
        return b'{"kind":"book",' + source[1:]
    told = json.loads(source)
    told.pop("text", None)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
