"""Searching for books: a question to the index, and the answer in JSON.

Each book's JSON was made when it was written to the index, so that an answer is put together from bytes.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace

from westmarch.books import fields, questions, walks
from westmarch.books.explanations import explanation, highlight
from westmarch.books.questions import FACETS, WEIGHTS, Words
from westmarch.books.shapes import DEEPEST, Search, Suggest
from westmarch.errors import Invalid, NotFound
from westmarch.textindex.analyser import query_words
from westmarch.textindex.corrections import corrected
from westmarch.textindex.documents import Found, Hit, Sort
from westmarch.textindex.engine import Asked, Engine
from westmarch.textindex.query import AllOf, AnyOf, Between, Keyword, Prefix, Query, word_or_phrase

#: So many values of a facet are counted.
FACET_SIZE = 20
#: So many words without a book are looked for under a similar spelling.
MOST_CORRECTED = 8

_BOOKS = Keyword(fields.KIND_FIELD, fields.KIND)
_NUMBER = Sort(fields.NUMBER, "asc")


async def answer(index: Engine, asked: Search) -> bytes:
    """The answer to a search, in JSON. Raises Invalid, naming the parameter, and Unavailable."""
    found, corrections = await _found(index, asked)
    members = [b'{"results":[', b",".join(_results(asked, found, corrections)), b'],"count":%d' % found.count]
    if asked.facets:
        members += [b',"facets":', _json({name: _counted(name, found) for name in asked.facets})]
    if asked.cursor:
        members += [b',"cursor":', _json(walks.following(found, asked.size, walks.order(asked)))]
    if corrections:
        members += [b',"corrected":', _json(" ".join(_corrected(asked, corrections)))]
    return b"".join((*members, b"}"))


async def book(index: Engine, number: int) -> bytes:
    """A book of the catalogue, in JSON. Raises NotFound."""
    found = await index.search(Asked(AllOf((_BOOKS, Between(fields.NUMBER, number, number))), _NUMBER, size=1))
    if not found.hits:
        raise NotFound(f"There is no book with the number {number}.")
    return found.hits[0].source


async def suggestions(index: Engine, asked: Suggest) -> bytes:
    """Authors and titles that what was typed may become, in JSON."""
    typed = query_words(asked.q)
    if not typed or not asked.size:
        return b'{"suggestions":[]}'
    titles, people = await asyncio.gather(
        index.search(Asked(_typed(fields.TITLE, fields.PEOPLE, typed), size=asked.size, ties=fields.NUMBER)),
        index.search(Asked(_typed(fields.PEOPLE, "", typed), size=0, facets=((fields.WRITER, asked.size * 4),))),
    )
    begun = {word for each in typed for word in each}
    names = [
        name
        for name, _ in people.facets[fields.WRITER]
        if all(any(part.startswith(word) for each in query_words(name) for part in each) for word in begun)
    ][: -(-asked.size // 3)]
    told: list[dict[str, object]] = [{"kind": "author", "text": name} for name in names]
    for hit in titles.hits[: asked.size - len(told)]:
        source = json.loads(hit.source)
        told.append({"kind": "book", "text": source["title"], "book_id": source["book_id"]})
    return _json({"suggestions": told})


async def _found(index: Engine, asked: Search) -> tuple[Found, Mapping[Words, Words]]:
    """What was found, and what took the place of words that no book has.

    The misspelt word is most often the one that matters: what the others find, any book with `the`, is no answer.
    """
    corrections = await _corrections(index, asked) if asked.fuzzy else {}
    if corrections and (found := await _searched(index, asked, corrections)).count:
        return found, corrections
    return await _searched(index, asked, {}), {}


async def _searched(index: Engine, asked: Search, corrections: Mapping[Words, Words]) -> Found:
    query = questions.query(asked, corrections)
    facets = tuple((FACETS[name], FACET_SIZE) for name in asked.facets)
    if asked.cursor:
        return await _walked(index, asked, query, facets)
    offset = (asked.page - 1) * asked.size
    if offset + asked.size > DEEPEST:
        raise Invalid(
            f"pages reach as far as result {DEEPEST}",
            hint="Walk through all results with cursor=* and the cursor of each answer, by book_id, year or rating.",
            place="page",
        )
    return await index.search(Asked(query, questions.sort(asked), offset, asked.size, facets, ties=fields.NUMBER))


async def _walked(index: Engine, asked: Search, query: Query, facets: tuple[tuple[str, int], ...]) -> Found:
    """The next results of a walk; the count is that of all, wherever the walk is."""
    order = walks.order(asked)
    rest = walks.rest(asked.cursor, order)
    if rest is None:
        return await index.search(Asked(query, order, 0, asked.size, facets, ties=fields.NUMBER))
    page, everything = await asyncio.gather(
        index.search(Asked(AllOf((query, rest)), order, 0, asked.size, ties=fields.NUMBER)),
        index.search(Asked(query, order, 0, 0, facets)),
    )
    return replace(everything, hits=page.hits)


async def _corrections(index: Engine, asked: Search) -> Mapping[Words, Words]:
    """For words that no book has, the most frequent ones that are a typo away."""
    wanted = [word for word in questions.words(asked) if len(word) == 1][:MOST_CORRECTED]
    found = await asyncio.gather(*(corrected(index, word[0], WEIGHTS) for word in wanted))
    return {word: (other,) for word, other in zip(wanted, found, strict=True) if other}


def _corrected(asked: Search, corrections: Mapping[Words, Words]) -> list[str]:
    return [part for word in questions.words(asked) for part in corrections.get(word, word)]


def _results(asked: Search, found: Found, corrections: Mapping[Words, Words]) -> list[bytes]:
    if not (asked.highlight or asked.explain or asked.fields):
        return [hit.source for hit in found.hits]
    words = [corrections.get(word, word) for word in questions.words(asked)]
    beginning = questions.unfinished(asked)
    return [_json(_result(asked, hit, words, beginning)) for hit in found.hits]


def _result(asked: Search, hit: Hit, words: list[Words], beginning: str) -> Mapping[str, object]:
    source = json.loads(hit.source)
    told = {name: source[name] for name in asked.fields if name in source} if asked.fields else source
    if asked.highlight:
        told["highlight"] = highlight(source, words, beginning)
    if asked.explain:
        told["explanation"] = explanation(source, asked, words, beginning, hit.score)
    return told


def _counted(name: str, found: Found) -> list[Mapping[str, object]]:
    of_year = name == "year"
    return [{"value": int(value) if of_year else value, "count": count} for value, count in found.facets[FACETS[name]]]


def _typed(field: str, other: str, typed: tuple[Words, ...]) -> Query:
    """All that was typed is in the field, or in the other one; the last word may be a beginning."""
    among = [name for name in (field, other) if name]
    *whole, last = typed
    parts: list[Query] = [AnyOf(tuple(word_or_phrase(name, each, WEIGHTS[name]) for name in among)) for each in whole]
    ends: list[Query] = [word_or_phrase(name, last, WEIGHTS[name]) for name in among]
    if len(last) == 1:
        ends += [Prefix(name, last[0], WEIGHTS[name] * questions.BEGINNING) for name in among]
    return AllOf((_BOOKS, *parts, AnyOf(tuple(ends))))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
