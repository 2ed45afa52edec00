"""The choice that somebody makes in the catalogue, and what the search index finds for it.

The index is asked before the page is rendered in a snapshot of the database: pages are then told the books' ids.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from westmarch.books import fields, languages, questions
from westmarch.books.shapes import DEEPEST, YEARS, Search
from westmarch.errors import Unavailable
from westmarch.links.paths import fold, split
from westmarch.textindex.documents import Sort
from westmarch.textindex.engine import Asked, Engine
from westmarch.textindex.query import AllOf, AnyOf, Between, Keyword, Query

PATH = "/books/"
#: Books on a page; pages reach as far as the index goes without a walk.
PER_PAGE = 30
MOST_PAGES = DEEPEST // PER_PAGE
#: What can be chosen, with its field of the index and how many values are offered.
FACETS: Mapping[str, tuple[str, int]] = {
    "tag": (fields.TAG, 12),
    "author": (fields.WRITER, 10),
    "language": (fields.LANGUAGE, 300),  # Codes, of which a language has several.
    "year": (fields.YEAR_VALUE, 10),
    "series": (fields.SERIES_KEY, 8),
}
#: Those of which a book has one at most: another one cannot be added.
SINGLE = frozenset({"language", "year", "series"})
#: Orders, by the names that they have in addresses and words.
SORTS: Mapping[str, Sort] = {
    "newest": Sort(fields.ADDED, "desc"),
    "title": Sort(fields.TITLE_SORT, "asc"),
    "year": Sort(fields.YEAR, "desc"),
    "oldest": Sort(fields.YEAR, "asc"),
    "rating": Sort(fields.RATING, "desc"),
    "relevance": Sort(),
}
#: So many values of one kind and so long a question are taken; what is more is left out.
_MOST_VALUES, _LONGEST = 6, 200
_LANGUAGES = 8
_BOOKS = Keyword(fields.KIND_FIELD, fields.KIND)


@dataclass(frozen=True, slots=True)
class Choice:
    """Words, values of facets and an order. Every choice has one spelling as a query of the address."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    after: str = ""

    @property
    def order(self) -> str:
        """The name of the order in which the books come."""
        return self.sort or ("relevance" if self.q else "newest")

    @property
    def narrowed(self) -> bool:
        """Whether any book is left out."""
        return bool(self.q or self.chosen)

    @property
    def query(self) -> str:
        """The choice as an address writes it, with the question mark; empty for none."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, value) for name in FACETS for value in self.chosen.get(name, ())]
        pairs += [(name, value) for name, value in (("sort", self.sort), ("after", self.after)) if value]
        return "?" + urlencode(pairs) if pairs else ""

    def with_(self, name: str, value: str) -> "Choice":
        """The choice with one value more."""
        return replace(self, chosen={**self.chosen, name: (*self.chosen.get(name, ()), value)})

    def without(self, name: str, value: str) -> "Choice":
        """The choice with one value less."""
        left = tuple(each for each in self.chosen.get(name, ()) if each != value)
        others = {key: values for key, values in self.chosen.items() if key != name}
        return replace(self, chosen={**others, name: left} if left else others)

    def sorted_by(self, sort: str) -> "Choice":
        """The choice in another order."""
        return replace(self, sort="" if sort == ("relevance" if self.q else "newest") else sort)


@dataclass(frozen=True, slots=True)
class Found:
    """What the index has for a page of a choice: the ids of its books, how many there are in all, values with counts.

    `loosely` says that no book has all words of the question, and that those are shown which have any; `away` that the
    index does not answer.
    """

    ids: tuple[int, ...]
    count: int
    facets: Mapping[str, Sequence[tuple[str, int]]]
    loosely: bool = False
    away: bool = False


_AWAY = Found((), 0, {}, away=True)


def is_at(path: str) -> bool:
    """Whether a path is that of the catalogue or of one of its pages."""
    return fold(PATH) in (fold(prefix) for prefix, _ in split(path))


def choice(query: str) -> Choice:
    """The choice that the query of an address makes; what nobody can choose is left out."""
    pairs: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, max_num_fields=200) if query.count("&") < 200 else ():
        value = " ".join(value.replace("\0", "").split())[:_LONGEST]
        if value and value not in pairs.setdefault(name, []):
            pairs[name].append(value)
    chosen = {
        name: tuple(pairs[name][: 1 if name in SINGLE else _MOST_VALUES])
        for name in FACETS
        if pairs.get(name) and (name != "year" or _is_year(pairs[name][0]))
    }
    if "language" in chosen:
        chosen["language"] = (languages.primary(chosen["language"][0]),)
    sort, q = pairs.get("sort", [""])[0], pairs.get("q", [""])[0]
    known = sort in SORTS and (q or sort != "relevance") and sort != ("relevance" if q else "newest")
    return Choice(q, chosen, sort if known else "", pairs.get("after", [""])[0])


def _is_year(text: str) -> bool:
    try:
        return abs(int(text)) <= YEARS and str(int(text)) == text
    except ValueError:
        return False


async def find(index: Engine, path: str, query: str) -> Found:
    """What the index has for a page of the catalogue."""
    page = min(split(path)[-1][1].page, MOST_PAGES)  # There is no page behind: what is found for it is not shown.
    asked = choice(query)
    try:
        codes = await _codes(index, asked.chosen["language"][0]) if "language" in asked.chosen else ()
        found = await _found(index, asked, codes, page, "all")
        if not found.count and " " in asked.q:
            found = replace(await _found(index, asked, codes, page, "any"), loosely=True)
    except Unavailable:
        return _AWAY
    return found


async def _codes(index: Engine, language: str) -> tuple[str, ...]:
    """The codes under which books have a language; what none has is looked for as it is."""
    found = await index.search(Asked(_BOOKS, size=0, facets=(FACETS["language"],)))
    codes = {code for code, _ in found.facets[fields.LANGUAGE] if languages.primary(code) == language}
    return tuple(sorted(codes | {language}))


async def _found(index: Engine, asked: Choice, codes: Sequence[str], page: int, match: Any) -> Found:
    parts: list[Query] = [_BOOKS]
    if asked.q:
        parts.append(questions.query(Search(q=asked.q, operators=True, match=match), {}))
    for name, values in asked.chosen.items():
        if name == "year":
            parts.append(Between(fields.YEAR, int(values[0]), int(values[0])))
        elif name == "language":
            parts.append(AnyOf(tuple(Keyword(fields.LANGUAGE, code) for code in codes)))
        else:
            parts += [Keyword(FACETS[name][0], value) for value in values]
    facets = tuple(FACETS.values())
    answer = await index.search(
        Asked(AllOf(tuple(parts)), SORTS[asked.order], (page - 1) * PER_PAGE, PER_PAGE, facets, ties=fields.NUMBER)
    )
    counted: dict[str, Sequence[tuple[str, int]]] = {
        name: answer.facets.get(field_, ()) for name, (field_, _) in FACETS.items()
    }
    spoken: Counter[str] = Counter()
    for code, count in counted["language"]:
        spoken[languages.primary(code)] += count
    counted["language"] = spoken.most_common(_LANGUAGES)
    return Found(tuple(hit.id for hit in answer.hits), answer.count, counted)
