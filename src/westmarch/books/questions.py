"""The parameters of a search as a question to the index."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from westmarch.books import fields
from westmarch.books.isbn import compact, key
from westmarch.books.shapes import Search
from westmarch.errors import Invalid
from westmarch.textindex import analyser, operators
from westmarch.textindex.analyser import query_words
from westmarch.textindex.documents import Sort
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
    word_or_phrase,
)

#: Where words are looked for, and what they weigh there: a title says more of a book than a name that many share.
WEIGHTS: Mapping[str, float] = {fields.TITLE: 2.0, fields.PEOPLE: 1.5}
#: What the beginning of a word weighs beside the word itself.
BEGINNING = 0.5
#: Facets by their names in the API.
FACETS = {
    "tags": fields.TAG,
    "year": fields.YEAR_VALUE,
    "author": fields.WRITER,
    "language": fields.LANGUAGE,
    "series": fields.SERIES_KEY,
}
#: Orders by their names in the API.
ORDERS = {
    "relevance": Sort(),
    "title": Sort(fields.TITLE_SORT, "asc"),
    "year": Sort(fields.YEAR, "asc"),
    "rating": Sort(fields.RATING, "desc"),
    "newest": Sort(fields.ADDED, "desc"),
    "book_id": Sort(fields.NUMBER, "asc"),
}
#: Filters that may stand in `q` with `operators=1`.
NAMES = frozenset({"tag", "author", "year", "language", "series", "isbn", "title", "kind"})

#: Words of a question as the index has them: one, or a phrase of several.
Words = tuple[str, ...]


def query(asked: Search, corrections: Mapping[Words, Words]) -> Query:
    """What a book must be to be found. `corrections` take the place of words of `q`."""
    parts: list[Query] = []
    if asked.q:
        parts += _question(asked, corrections)
    if tags := [word for value in asked.tags for word in query_words(" ".join(listed(value)))]:
        parts.append(Filter(AnyOf(tuple(word_or_phrase(fields.TAG_WORDS, word) for word in dict.fromkeys(tags)))))
    elif asked.tags:
        parts.append(NOTHING)
    if asked.tag:
        parts.append(_any_value(fields.TAG, asked.tag))
    if asked.year:
        parts.append(Between(fields.YEAR, asked.year, asked.year))
    if asked.year_from is not None or asked.year_to is not None:
        parts.append(Between(fields.YEAR, asked.year_from, asked.year_to))
    if asked.author:
        parts.append(Filter(AnyOf(tuple(_name(fields.PEOPLE, name) for name in asked.author))))
    if asked.language:
        parts.append(_any_value(fields.LANGUAGE, asked.language))
    if asked.series:
        parts.append(Filter(_name(fields.SERIES, asked.series)))
    if asked.isbn:
        parts.append(_any_value(fields.ISBN, isbn(asked.isbn)))
    # Only books have these fields; operators may ask for other kinds, or say only what must not be.
    if not parts or asked.operators:
        parts.append(Keyword(fields.KIND_FIELD, fields.KIND))
    return AllOf(tuple(parts))


def sort(asked: Search) -> Sort:
    """The order that is wanted."""
    name = asked.sort or ("relevance" if asked.q else "book_id")
    order = ORDERS[name.removeprefix("-")]
    if not name.startswith("-"):
        return order
    return Sort(order.by, "asc" if order.direction == "desc" else "desc")


def words(asked: Search) -> list[Words]:
    """The words of `q` that books are looked for by, without those in filters and those that must not be."""
    return list(dict.fromkeys(word for term in _terms(asked) if _is_text(term) for word in query_words(term.text)))


def unfinished(asked: Search) -> str:
    """The last word of `q` where it may be a beginning; empty else."""
    terms = _terms(asked)
    if not asked.complete or not terms or not _is_text(terms[-1]) or asked.q[-1].isspace():
        return ""
    found = query_words(terms[-1].text)
    return found[-1][0] if found and len(found[-1]) == 1 else ""


def listed(value: str) -> list[str]:
    """The texts of a value that holds a list as JSON writes it; any other value is one text."""
    if value.startswith("["):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
        if isinstance(found, list):
            return [text for text in found if isinstance(text, str)] or [value]
    return [value]


def isbn(text: str) -> tuple[str, ...]:
    """The numbers that an ISBN may stand under; zeros at its front that it has lost stand again.

    Raises Invalid for what is none.
    """
    number = re.sub(r"[^0-9X]", "", compact(text))
    if 8 <= len(number) < 10:
        number = number.zfill(10)
    if len(number) not in (10, 13):
        raise Invalid("an ISBN of 10 or 13 digits is needed", place="isbn")
    return tuple(dict.fromkeys(filter(None, (number, key(number)))))


def _terms(asked: Search) -> list[Term]:
    return operators.parse(asked.q, NAMES) if asked.operators else [Term(asked.q)] if asked.q else []


def _is_text(term: Term) -> bool:
    return not (term.name or term.without)


def _question(asked: Search, corrections: Mapping[Words, Words]) -> Iterable[Query]:
    """What `q` asks for: any of its words, or all; and what its operators say."""
    terms = _terms(asked)
    beginning = unfinished(asked)
    found = [
        corrections.get(word, word)
        for term in terms
        if _is_text(term) and not term.phrase
        for word in query_words(term.text)
    ]
    plain = [_anywhere(word, beginning) for word in dict.fromkeys(found)]
    others = [term for term in terms if term.phrase or not _is_text(term)]
    if plain:
        yield AnyOf(tuple(plain)) if asked.match == "any" else AllOf(tuple(plain))
    elif not others:
        yield NOTHING
    for term in others:
        part = _operator(term) if term.name else _phrase(term.text)
        yield Not(part) if term.without else part


def _anywhere(word: Words, beginning: str) -> Query:
    parts: list[Query] = [word_or_phrase(field, word, weight) for field, weight in WEIGHTS.items()]
    if word == (beginning,):
        parts += [Prefix(field, beginning, weight * BEGINNING) for field, weight in WEIGHTS.items()]
    return AnyOf(tuple(parts))


def _phrase(text: str) -> Query:
    return AnyOf(tuple(_name(field, text, weight) for field, weight in WEIGHTS.items()))


def _operator(term: Term) -> Query:
    """A filter that stands in `q`; one with an unfit value finds nothing."""
    match term.name:
        case "tag":
            return _any_value(fields.TAG, [term.text])
        case "language":
            return _any_value(fields.LANGUAGE, [term.text])
        case "kind":
            return Keyword(fields.KIND_FIELD, term.text)
        case "author":
            return Filter(_name(fields.PEOPLE, term.text))
        case "series":
            return Filter(_name(fields.SERIES, term.text))
        case "title":
            return Filter(_name(fields.TITLE, term.text))
        case "year":
            found = operators.years(term.text)
            return NOTHING if found is None else Between(fields.YEAR, *found)
    try:
        return _any_value(fields.ISBN, isbn(term.text))
    except Invalid:
        return NOTHING


def _any_value(field: str, values: Sequence[str]) -> Query:
    return AnyOf(tuple(Keyword(field, value) for value in dict.fromkeys(values)))


def _name(field: str, text: str, weight: float = 1.0) -> Query:
    """A name, or a part of it in whole words that follow one another."""
    found = analyser.words(text)
    return word_or_phrase(field, found, weight) if found else NOTHING
