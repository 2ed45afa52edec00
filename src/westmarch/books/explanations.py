"""Why a book was found, in words, and where in its title and its authors' names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import escape

from westmarch.books import fields
from westmarch.books.questions import BEGINNING, WEIGHTS, Words
from westmarch.books.shapes import Search
from westmarch.textindex.analyser import query_words, spans


def highlight(source: Mapping[str, Any], words: Sequence[Words], beginning: str) -> Mapping[str, object]:
    """Title and authors' names as HTML, with what was looked for in `<mark>`."""
    wanted = {part for word in words for part in word}
    return {
        "title": marked(source["title"], wanted, beginning),
        "authors": [marked(author["name"], wanted, beginning) for author in source["authors"]],
    }


def marked(text: str, words: Iterable[str], beginning: str = "") -> str:
    """A text as HTML with these words in `<mark>`, and those that begin so."""
    wanted = frozenset(words)
    parts, end = [], 0
    for start, until in _joined(text, wanted, beginning):
        parts += [escape(text[end:start]), "<mark>", escape(text[start:until]), "</mark>"]
        end = until
    return "".join((*parts, escape(text[end:])))


def _joined(text: str, wanted: frozenset[str], beginning: str) -> list[tuple[int, int]]:
    """Where marks go; pairs of characters that overlap are one."""
    found: list[tuple[int, int]] = []
    for start, until, word in sorted(spans(text)):
        if word in wanted or (beginning and word.startswith(beginning)):
            if found and start <= found[-1][1]:
                found[-1] = found[-1][0], max(until, found[-1][1])
            else:
                found.append((start, until))
    return found


def explanation(
    source: Mapping[str, Any], asked: Search, words: Sequence[Words], beginning: str, score: float
) -> Mapping[str, object]:
    """Which words stand where, with what weight, and the score that BM25 made of it; the same as a sentence."""
    places = [("title", WEIGHTS[fields.TITLE], source["title"])]
    places += [("author", WEIGHTS[fields.PEOPLE], author["name"]) for author in source["authors"]]
    terms = [
        {"term": term, "field": field, "in": text, "weight": weight}
        for field, full, text in places
        for term, weight in _terms(text, full, words, beginning)
    ]
    wanted = {part for value in asked.tags for word in query_words(value) for part in word}
    terms += [
        {"term": part, "field": "tag", "in": tag["slug"], "weight": 0}
        for tag in source["tags"]
        for word in query_words(tag["slug"])
        for part in word
        if part in wanted
    ]
    told = [f"“{term['term']}” is in its {term['field']} “{term['in']}” (weight {term['weight']:g})" for term in terms]
    reason = "; ".join(told) if told else "it passes all filters"
    return {"score": round(score, 4), "terms": terms, "text": f"Found because {reason}."}


def _terms(text: str, weight: float, words: Sequence[Words], beginning: str) -> Iterable[tuple[str, float]]:
    there = [word for _, _, word in sorted(spans(text))]
    for word in words:
        if all(part in there for part in word):
            yield "".join(word) if len(word) == 1 else " ".join(word), weight
    if beginning and any(word != beginning and word.startswith(beginning) for word in there):
        yield f"{beginning}…", weight * BEGINNING
