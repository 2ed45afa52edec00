"""What somebody meant who has misspelt a word."""

import asyncio
from collections.abc import Collection
from itertools import groupby

from westmarch.textindex.engine import Asked, Engine
from westmarch.textindex.query import AnyOf, Word

#: So many similar spellings of a word are compared in each field.
_SIMILAR = 8


async def corrected(index: Engine, word: str, fields: Collection[str]) -> str:
    """The word of these text fields that is a typo away from one that none of them has; empty for none.

    Letters are most often doubled wrongly: `hobit` is a hobbit, though there are more habits. Of other words the most
    frequent one is meant.
    """
    there = await index.search(Asked(AnyOf(tuple(Word(field, word) for field in fields)), size=0))
    if there.count:
        return ""
    similar = await asyncio.gather(*(index.similar(field, word, _SIMILAR) for field in fields))
    found = [(_undoubled(other) == _undoubled(word), count, other) for each in similar for other, count in each]
    return max(found, default=(False, 0, ""))[2]


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))
