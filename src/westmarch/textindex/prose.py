"""What is written on a site as documents of the search index, with the fields that all kinds of it share."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from westmarch.textindex.analyser import stems, values
from westmarch.textindex.documents import Document, Number, Schema

TITLE, BODY, TITLE_STEM, BODY_STEM, PEOPLE = "title", "body", "title_stem", "body_stem", "people"
KIND, TAG, AUTHOR, LANGUAGE, YEAR_VALUE = "kind", "tag", "author", "language", "year_value"
YEAR, PUBLISHED = "year", "published"

SCHEMA = Schema(
    texts=(TITLE, BODY, TITLE_STEM, BODY_STEM, PEOPLE),
    keywords=(KIND, TAG, AUTHOR, LANGUAGE, YEAR_VALUE),
    numbers=(YEAR, PUBLISHED),
)
#: So many code points of a text can be found: some thirty thousand words, more than any post that is read as one.
LONGEST_BODY = 200_000
#: So many are kept beside a hit, to show where in the text it is.
LONGEST_SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class Prose:
    """Something written. `tags` are names with slugs, `published` is in the zone of the site."""

    id: int
    kind: str
    title: str
    text: str
    path: str
    language: str = ""
    summary: str = ""
    people: Sequence[str] = ()
    tags: Sequence[tuple[str, str]] = ()
    published: datetime | None = None


def document(of: Prose) -> Document:
    """The document. Of a text that is longer than `LONGEST_BODY` the beginning is found alone."""
    body = of.text[:LONGEST_BODY]
    keywords = {KIND: (of.kind,), TAG: tuple(dict.fromkeys(slug for _, slug in of.tags)), AUTHOR: tuple(of.people)}
    numbers: dict[str, Number] = {}
    if of.language:
        keywords[LANGUAGE] = (of.language,)
    if of.published is not None:
        keywords[YEAR_VALUE] = (str(of.published.year),)
        numbers = {YEAR: of.published.year, PUBLISHED: int(of.published.timestamp())}
    return Document(
        of.id,
        texts={
            TITLE: values(of.title),
            BODY: values(body),
            TITLE_STEM: _stems(of.title, of.language),
            BODY_STEM: _stems(body, of.language),
            PEOPLE: _values(of.people),
        },
        keywords={name: found for name, found in keywords.items() if found},
        numbers=numbers,
        source=source(of),
    )


def source(of: Prose) -> bytes:
    """What the API answers with, in JSON, in the shape that books have; `text` is the beginning of the text."""
    told = {
        "kind": of.kind,
        "title": of.title,
        "path": of.path,
        "language_code": of.language or None,
        "authors": [{"name": name} for name in of.people],
        "tags": [{"title": title, "slug": slug} for title, slug in of.tags],
        "published": None if of.published is None else of.published.isoformat(timespec="seconds"),
        "summary": of.summary or None,
        "text": of.text[:LONGEST_SHOWN],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _stems(text: str, language: str) -> tuple[tuple[str, ...], ...]:
    found = stems(text, language)
    return (found,) if found else ()


def _values(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(value for text in texts for value in values(text))
