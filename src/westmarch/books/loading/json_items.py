"""Books in JSON: an array of objects, or an object a line. One that is broken does not keep the others out."""

import codecs
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from westmarch.books.loading.records import FOREIGN, Record
from westmarch.books.loading.sources import LONGEST, Source, western

#: So deep may an object nest: who reads it after us has no more room than we.
DEEPEST = 200

_CHUNK = 256 * 1024
_BETWEEN = re.compile(r"[\s,]*")
_ESCAPES = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|\x00")
_BAD = re.compile("[\x00\ud800-\udfff]")
# An error so near to the end of what was read may be for want of the rest.
_MARGIN = 64
# Texts and brackets; a quotation mark alone begins a text that does not end.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|["\[\]{}]', re.DOTALL)
_CLOSING = {"[": "]", "{": "}"}
# So far is looked for the end of a broken object by its brackets, in characters.
_SCANNED = 64 * 1024
# How an object begins: with the name of its first member.
_FIRST = re.compile(r'\{\s*("(?:[^"\\]|\\.){1,200}+")', re.DOTALL)


def array(source: Source) -> Iterator[Record]:
    """The objects of an array, or of a file in which they stand one after another over several lines."""
    return _Array(source).records()


def lines(source: Source) -> Iterator[Record]:
    """An object a line."""
    row = 0
    for number, text, foreign in source.lines():
        if text is None:
            row += 1
            yield Record(row, number, {}, f"the line is longer than {LONGEST >> 20} MiB")
        elif text.strip():
            row += 1
            yield _one(row, number, text, foreign=foreign)


def _one(row: int, line: int | None, text: str, *, foreign: bool) -> Record:
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return Record(row, line, {}, _told(error))
    return _record(row, line, value, text, foreign=foreign)


def _record(row: int, line: int | None, value: Any, text: str, *, foreign: bool) -> Record:
    if not isinstance(value, dict):
        return Record(row, line, {}, "it is no object")
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        return Record(row, line, {}, f"it nests more than {DEEPEST} deep")
    remarks = [FOREIGN] if foreign else []
    if ("\\u" in text or "\x00" in text) and _ESCAPES.search(text):
        scrubbed = _scrubbed(value)
        if scrubbed != value:
            remarks.append("zero bytes and halves of characters were replaced by \ufffd")
        value = scrubbed
    return Record(row, line, value, remarks=tuple(remarks))


def _told(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg} (line {error.lineno}, column {error.colno} of it)"
    return "it is no JSON that can be read: it nests too deeply, or holds a number without end"


def _no_constant(_name: str) -> None:
    """NaN and Infinity, which JSON has not, say nothing."""


def _finite(written: str) -> float | None:
    """A number; one beyond all that a computer counts to (1e999) says nothing, as no database keeps it."""
    number = float(written)
    return number if math.isfinite(number) else None


# Not strict: tabs and line ends stand in the texts of many catalogues.
_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, strict=False)


def _scrubbed(value: Any) -> Any:
    """Texts without NUL and halves of characters, which no database keeps."""
    if isinstance(value, str):
        return _BAD.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_scrubbed(name): _scrubbed(one) for name, one in value.items()}
    return [_scrubbed(one) for one in value] if isinstance(value, list) else value


def _depth(text: str) -> int:
    """How deep the brackets of a text of JSON nest."""
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _end(text: str, at: int) -> int | None:
    """Where the broken object that begins at `at` ends by its brackets; None where they do not tell."""
    awaited: list[str] = []
    for token in _TOKEN.finditer(text, at, at + _SCANNED):
        found = token[0]
        if closing := _CLOSING.get(found):
            awaited.append(closing)
        elif found == '"':
            return None
        elif found in "]}":
            if awaited.pop() != found:
                return None
            if not awaited:
                return token.end()
    return None


class _Array:
    """A window over the text, of one chunk or one object, whichever is more."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape").decode
        self._text, self._at, self._ended = "", 0, False
        self._row = 0
        # The newest object, or its beginning: the next one begins as it does.
        self._last = ""

    def records(self) -> Iterator[Record]:
        self._more()
        while self._begin():
            inside = self._text[self._at] == "["
            self._at += inside
            while self._begin() and self._text[self._at] != "]":
                self._row += 1
                yield self._next()
            if self._at < len(self._text):
                self._at += 1
            elif inside and not self._source.damage:
                self._source.damage = "it ends before the end of its array"

    def _begin(self) -> bool:
        """Go to what stands next; whether there is anything."""
        while True:
            self._at = _BETWEEN.match(self._text, self._at).end()  # type: ignore[union-attr]  # It matches nothing too.
            if self._at < len(self._text):
                return True
            if self._ended:
                return False
            self._more()

    def _next(self) -> Record:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if self._wants(error) and len(self._text) - self._at <= LONGEST:
                    self._more()
                    continue
                return self._skip(error)
            # A number may go on in the next chunk; an object ends with its bracket.
            text = self._text[self._at : end]
            self._at = end
            if value and isinstance(value, dict):
                self._last = text
            plain, foreign = (text, False) if text.isascii() else western(text)
            if foreign:
                return _one(self._row, None, plain, foreign=True)
            return _record(self._row, None, value, text, foreign=False)

    def _wants(self, error: Exception) -> bool:
        """Whether an error may be for want of the rest of the object."""
        if self._ended or not isinstance(error, json.JSONDecodeError):
            return False
        return error.pos >= len(self._text) - _MARGIN or error.msg.startswith(("Unterminated", "Invalid \\u"))

    def _skip(self, error: Exception) -> Record:
        """Go to behind a broken object: to where its brackets end, else to the next that begins as the others do."""
        reason = _told(error)
        if len(self._text) - self._at > LONGEST:
            reason = f"it is longer than {LONGEST >> 20} MiB"
        near = isinstance(error, json.JSONDecodeError) and (
            error.pos >= len(self._text) - _MARGIN or error.msg.startswith("Unterminated")
        )
        while len(self._text) - self._at < _SCANNED and not self._ended:
            self._more()
        if first := _FIRST.match(self._text, self._at):
            self._last = first[0]
        else:
            first = _FIRST.match(self._last)
        if self._text[self._at] in "[{" and (end := _end(self._text, self._at)) is not None:
            self._at = end
        elif not self._resume(first[1] if first else "") and near:
            reason = self._source.damage = "the file ends in the middle of it"
        return Record(self._row, None, {}, reason)

    def _resume(self, first: str) -> bool:
        """Go to the next object, wherever in the rest of the file it is; whether there is one.

        `first` is the name of the first member of the objects, as it is written; empty where it is not known.
        """
        begins = re.compile(r"\{\s*" + re.escape(first) + r"\s*:" if first else r"\{")
        self._at += 1
        while (found := begins.search(self._text, self._at)) is None:
            if self._ended:
                last = self._text.rfind("]", self._at)
                self._at = len(self._text) if self._text[last + 1 :].strip() or last < 0 else last
                return False
            self._at = max(self._at, len(self._text) - _MARGIN - len(first))
            self._more()
        self._at = found.start()
        return True

    def _more(self) -> None:
        """Read on: as much again as is not yet understood."""
        size = max(_CHUNK, len(self._text) - self._at)
        piece = self._source.stream.read(size)
        self._ended = len(piece) < size
        self._text, self._at = self._text[self._at :] + self._decode(piece, final=self._ended), 0
