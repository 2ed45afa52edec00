"""What somebody who is typing may be looking for: titles of all kinds."""

import json

from westmarch.books import fields as book_fields
from westmarch.books.shapes import Suggest
from westmarch.search import finding
from westmarch.textindex import prose
from westmarch.textindex.analyser import query_words
from westmarch.textindex.engine import Asked, Engine
from westmarch.textindex.query import AllOf, AnyOf, Prefix, Query, word_or_phrase

#: Where what was typed is looked for: in titles and names, and in the names of a book's authors.
FIELDS = (prose.TITLE, book_fields.TITLE, book_fields.PEOPLE)
#: More words than these say no more of what is meant.
_MOST_WORDS = 8


async def suggestions(index: Engine, asked: Suggest) -> bytes:
    """What has all that was typed in its title, in JSON; the last word may be a beginning. Raises Unavailable."""
    typed = query_words(asked.q)[:_MOST_WORDS]
    told = []
    if typed and asked.size:
        *whole, last = typed
        begins = len(last) == 1 and not asked.q[-1].isspace()
        parts = (*(_word(word, begins=False) for word in whole), _word(last, begins=begins))
        for hit in (await index.search(Asked(AllOf(parts), size=asked.size))).hits:
            source = json.loads(hit.source)
            told.append({"kind": source.get("kind", "book"), "text": source["title"], "path": source["path"]})
    return json.dumps({"suggestions": told}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _word(word: tuple[str, ...], *, begins: bool) -> Query:
    parts: list[Query] = []
    for name in FIELDS:
        weight = finding.WEIGHTS[name]
        parts.append(word_or_phrase(name, word, weight))
        if begins:
            parts.append(Prefix(name, word[0], weight * finding.BEGINNING))
    return AnyOf(tuple(parts))
