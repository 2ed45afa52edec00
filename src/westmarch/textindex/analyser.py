"""Words of texts and of queries, made before any engine sees them, so that engines cannot differ in what matches.

A text is folded (`folding`) and cut at Unicode's word boundaries (UAX 29, by ICU); what holds a letter or a digit is a
word: `J.K.` is `j.k`, `don't` one word, `Harry-Potter` two. Thai, Lao, Khmer and Burmese are cut by ICU's dictionary.

*Chinese, Japanese, Korean.* A run of such characters gives its pairs, one after the other, so that the phrase of its
pairs is the run itself; its single characters stand in a second value of the field, where no phrase reaches them. A
query is cut into words by dictionary, and each is the phrase of its pairs: it is found wherever it is written, however
the dictionary would have cut the text around it.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby, pairwise
from unicodedata import unidata_version

import icu4py
from icu4py.breakers import CharacterBreaker, WordBreaker

from westmarch.textindex.folding import encodable, fold, fold_case, unmarked

#: What makes the words: an index whose words another version made is made anew.
VERSION = f"1, ICU {icu4py.icu_version}, Unicode {unidata_version}"
#: Words are cut to so many code points: engines drop or split long terms, each beyond a limit of its own.
LONGEST = 100

_LETTER = re.compile(r"[^\W_]")
# UAX 29 for ASCII: letters, digits and `_` hang together, `.`, `'` and `:` hang between letters, `.`, `'`, `,` and `;`
# between digits. Five times as fast as ICU.
_ASCII_WORD = re.compile(r"(?:\w+|(?<=[a-z])[.':](?=[a-z])|(?<=[0-9])[.',;](?=[0-9]))+", re.ASCII)
_RUN = re.compile(
    "[\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa"
    "\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]+"
)
_HIRAGANA = "".join(map(chr, range(0x3041, 0x30A0)))
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|all|dall|un|quest)'(?=\w)")
_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_ELIDING = {"fr", "it"}


def words(text: str) -> tuple[str, ...]:
    """The words of a text in their order, runs of Chinese, Japanese and Korean as pairs of characters."""
    return values(text)[0]


def values(text: str) -> tuple[tuple[str, ...], ...]:
    """What a document has of one value of a text: its words, and apart from them the single characters of runs."""
    if text.isascii():
        found = _ASCII_WORD.findall(text.lower())
        if "_" in text or len(text) > LONGEST:
            found = [word[:LONGEST] for word in found if _LETTER.search(word)]
        return (tuple(found),)
    in_order: list[str] = []
    singles: dict[str, None] = {}
    for _, piece, is_run in _pieces(fold(text)):
        if not is_run:
            in_order.extend(word for _, word in _cut(piece))
            continue
        in_order.extend(_paired(piece))
        if len(piece) > 1:
            singles.update(dict.fromkeys(piece))
    return (tuple(in_order), tuple(singles)) if singles else (tuple(in_order),)


def query_words(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a query, each as what a document has for it: one word, or several as a phrase."""
    found: list[tuple[str, ...]] = []
    for _, piece, is_run in _pieces(fold(text)):
        if is_run:
            found.extend(_paired(word) for word in _dictionary_words(piece))
        else:
            found.extend((word,) for _, word in _cut(piece))
    return tuple(found)


def stems(text: str, language: str) -> tuple[str, ...]:
    """The words of prose without their endings (Snowball's), for a second, weaker field; none for other languages."""
    language = language.partition("-")[0].lower()
    if language not in _STEMMERS:
        return ()
    folded = fold_case(text)
    if language in _ELIDING:
        folded = _ELIDED.sub("", folded)
    kept = " ".join(word for _, piece, is_run in _pieces(folded) if not is_run for _, word in _cut(piece))
    return tuple(unmarked(stem) for stem in _stemmer(_STEMMERS[language])(kept))


def spans(text: str) -> list[tuple[int, int, str]]:
    """Where the words of `values` stand in the text as it is written: from, to, word. Those of a run overlap."""
    folded, places = _folded_with_places(text)
    found: list[tuple[int, int, str]] = []
    for start, piece, is_run in _pieces(folded):
        if is_run:
            found.extend((start + i, start + i + 1, piece[i]) for i in range(len(piece)))
            found.extend((start + i, start + i + 2, piece[i : i + 2]) for i in range(len(piece) - 1))
        else:
            found.extend((start + at, start + at + len(word), word) for at, word in _cut(piece))
    return sorted((places[start][0], places[end - 1][1], word) for start, end, word in found)


def _pieces(folded: str) -> Iterator[tuple[int, str, bool]]:
    """Runs of Chinese, Japanese and Korean (True), and what is between them, each with its place."""
    at = 0
    if not folded.isascii():
        for run in _RUN.finditer(folded):
            if run.start() > at:
                yield at, folded[at : run.start()], False
            yield run.start(), run[0], True
            at = run.end()
    if at < len(folded):
        yield at, folded[at:], False


def _cut(folded: str) -> Iterator[tuple[int, str]]:
    if folded.isascii():
        yield from _cut_ascii(folded)
        return
    at = 0
    for segment in WordBreaker(folded, "root"):
        if _LETTER.search(segment):
            yield at, segment[:LONGEST]
        at += len(segment)


def _cut_ascii(folded: str) -> Iterator[tuple[int, str]]:
    for match in _ASCII_WORD.finditer(folded):
        if _LETTER.search(match[0]):
            yield match.start(), match[0][:LONGEST]


def _paired(run: str) -> tuple[str, ...]:
    return tuple(first + second for first, second in pairwise(run)) if len(run) > 1 else (run,)


def _dictionary_words(run: str) -> list[str]:
    """The words of a run. Single characters in a row are one: names that the dictionary does not know.

    Hiragana around others in such a row is grammar, as is a single one; it is left out.
    """
    found: list[str] = []
    for single, segments in groupby(WordBreaker(run, "root"), lambda segment: len(segment) == 1):
        if single:
            row = "".join(segments)
            found.append(row.strip(_HIRAGANA) or (row if len(row) > 1 else ""))
        else:
            found.extend(segments)
    return [word for word in found if word] or [run]


def _folded_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded text, and where in the text each of its characters comes from. Clusters of characters fold alone."""
    if text.isascii():
        return text.lower(), [(i, i + 1) for i in range(len(text))]
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for cluster in CharacterBreaker(encodable(text), "root"):
        folded = fold(cluster)
        parts.append(folded)
        places.extend([(at, at + len(cluster))] * len(folded))
        at += len(cluster)
    return "".join(parts), places


@lru_cache
def _stemmer(name: str) -> Callable[[str], list[str]]:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(name)).build().analyze
