"""Where in a text what was looked for stands."""

import re
from collections.abc import Set as AbstractSet

from markupsafe import Markup

from westmarch.books.explanations import marked
from westmarch.textindex.analyser import stems, words
from westmarch.textindex.folding import fold

#: About so many characters are shown; of scripts without spaces, whose characters say more, half of them.
LENGTH = 240
_DENSE = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]")


def mark(text: str, wanted: AbstractSet[str], stemmed: AbstractSet[str], language: str) -> Markup:
    """The text as HTML with the words in `<mark>`, and those that have the same stem."""
    found = set(wanted)
    if stemmed:
        found |= {word for word in words(text) if not stemmed.isdisjoint(stems(word, language))}
    return Markup(marked(text, found))  # noqa: S704 - what is not a mark is escaped there


def snippet(text: str, wanted: AbstractSet[str], stemmed: AbstractSet[str], language: str) -> Markup:
    """The part of the text that has the most of the words, marked; its beginning where it has none of them."""
    length = LENGTH // 2 if _DENSE.search(text[:LENGTH]) else LENGTH
    pieces = _pieces(" ".join(text.split()), length)
    looked_for = [*wanted, *(stem for stem in stemmed if len(stem) > 2)]
    best, most = 0, 0
    for number, piece in enumerate(pieces):
        folded = fold(piece)
        there = sum(each in folded for each in looked_for)
        if there > most:
            best, most = number, there
        if most == len(looked_for):
            break
    if not pieces:
        return Markup()
    shown = ("… " if best else "") + pieces[best] + (" …" if best + 1 < len(pieces) else "")
    return mark(shown, wanted, stemmed, language)


def _pieces(text: str, length: int) -> list[str]:
    """The text in pieces of about the length, cut between words; half of each is in the next one too."""
    pieces: list[str] = []
    start = 0
    while start < len(text):
        end = start + length
        if end < len(text):
            cut = text.rfind(" ", start + length // 2, end)
            end = cut if cut > 0 else end
        pieces.append(text[start:end].strip())
        if end >= len(text):
            break
        middle = text.find(" ", start + length // 2, end)
        start = middle + 1 if middle > 0 else start + length // 2
    return pieces
