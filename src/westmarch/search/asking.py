"""What the index has for the page `/search/`: asked before the page is rendered in a snapshot of the database."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from westmarch.books import languages
from westmarch.errors import Unavailable
from westmarch.links.paths import fold, split
from westmarch.search import finding
from westmarch.search.choice import FACETS, PATH, Choice, choice
from westmarch.search.shapes import Find
from westmarch.textindex import analyser, corrections, documents, operators
from westmarch.textindex.analyser import query_words, spans
from westmarch.textindex.engine import Asked, Engine
from westmarch.textindex.query import EVERYTHING

#: Results on a page, and how many pages there are at most.
PER_PAGE = 15
MOST_PAGES = 500
#: So many words without a result are looked for under a similar spelling.
_MOST_CORRECTED = 6
_MOST_LANGUAGES = 300


@dataclass(frozen=True, slots=True)
class Hit:
    """A result: which subject it is, and the beginning of its text, if it has one; of a book its tags."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """The results of a page, how many there are in all, values with counts, and what was looked for.

    `loosely` says that nothing has all of the words, and that those are shown which have any; `corrected` is the
    question that was answered because the one that was asked has no answer.
    """

    hits: tuple[Hit, ...] = ()
    count: int = 0
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    loosely: bool = False
    corrected: str = ""


def is_at(path: str) -> bool:
    """Whether a path is that of the search or of one of its pages."""
    return fold(PATH) in (fold(prefix) for prefix, _ in split(path))


async def find(index: Engine, path: str, query: str, language: str) -> Found | None:
    """What the index has for a page of results; None where it does not answer. Words are stemmed in the language."""
    page = split(path)[-1][1].page
    asked = choice(query)
    if not asked.asked or page > MOST_PAGES:
        return Found()
    try:
        return await _found(index, asked, page, language)
    except Unavailable:
        return None


async def _found(index: Engine, asked: Choice, page: int, language: str) -> Found:
    codes = await _codes(index, asked.chosen["language"]) if "language" in asked.chosen else []
    language = asked.chosen.get("language", language)
    q, corrected, loosely = asked.q, "", False
    found = await finding.find(index, _shape(asked, q, codes, page, "all"), language)
    if not found.count and q:
        found = await finding.find(index, _shape(asked, q, codes, page, "any"), language)
        loosely = bool(found.count)
    if not found.count and (other := await _corrected(index, q)):
        found = await finding.find(index, _shape(asked, other, codes, page, "any"), language)
        q, corrected = (other, other) if found.count else (q, "")
    texts = [term.text for term in operators.parse(q, finding.NAMES) if not (term.name or term.without)]
    return Found(
        tuple(Hit(hit.id, _text(hit)) for hit in found.hits),
        found.count,
        {name: _counted(name, found) for name in FACETS} if found.count else {},
        frozenset(part for text in texts for word in query_words(text) for part in word),
        frozenset(stem for text in texts for stem in analyser.stems(text, language)),
        loosely,
        corrected,
    )


def _shape(asked: Choice, q: str, codes: list[str], page: int, match: str) -> Find:
    chosen = asked.chosen
    year = int(chosen["year"]) if "year" in chosen else None
    return Find.model_validate(
        {
            "q": q,
            "kind": [chosen["kind"]] if "kind" in chosen else [],
            "tag": [chosen["tag"]] if "tag" in chosen else [],
            "language": codes,
            "year_from": year,
            "year_to": year,
            "sort": "newest" if asked.newest else "relevance",
            "match": match,
            "size": PER_PAGE,
            "page": page,
            "facets": list(FACETS),
        }
    )


async def _codes(index: Engine, wanted: str) -> list[str]:
    """The codes under which documents have the language; what nothing has is looked for as it is."""
    fields = finding.KEYWORDS["language"]
    found = await index.search(Asked(EVERYTHING, size=0, facets=tuple((name, _MOST_LANGUAGES) for name in fields)))
    codes = {code for name in fields for code, _ in found.facets[name] if languages.primary(code) == wanted}
    return sorted(codes | {wanted})


def _counted(name: str, found: documents.Found) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for each in finding.facet(name, found):
        value = str(each["value"])
        counts[languages.primary(value) if name == "language" else value] += int(str(each["count"]))
    if name == "year":
        return sorted(counts.items(), key=lambda pair: -int(pair[0]))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _text(hit: documents.Hit) -> str:
    told = json.loads(hit.source)
    return str(told.get("text") or " · ".join(tag["title"] for tag in told["tags"]))


async def _corrected(index: Engine, q: str) -> str:
    """The question with each word that nothing has replaced by one a typo away; empty for none."""
    texts = [term.text for term in operators.parse(q, finding.NAMES) if not (term.name or term.without)]
    words = dict.fromkeys(word[0] for text in texts for word in query_words(text) if len(word) == 1)
    wanted = list(words)[:_MOST_CORRECTED]
    others = await asyncio.gather(*(corrections.corrected(index, word, finding.WEIGHTS) for word in wanted))
    found = dict(zip(wanted, others, strict=True))
    if not any(found.values()):
        return ""
    made = q
    for start, end, word in reversed(spans(q)):
        if other := found.get(word):
            made = made[:start] + other + made[end:]
    return made
