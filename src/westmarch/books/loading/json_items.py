"""Books in JSON: an array of objects, or an object a line. One that is broken does not keep the others out."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from westmarch.books.loading.records import FOREIGN, Record
from westmarch.books.loading.sources import LONGEST, Source, western

_CHUNK = 256 * 1024
_BETWEEN = re.compile(r"[\s,]*")
# Where the next object of an array may begin behind a broken one.
_NEXT = re.compile(r"\}\s*,\s*(?=\{)|\]\s*$")
_ESCAPES = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_BAD = re.compile("[\x00\ud800-\udfff]")
# An error so near to the end of what was read may be for want of the rest.
_MARGIN = 64


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
    if _ESCAPES.search(text):
        value = _scrubbed(value)
    return Record(row, line, value, remarks=(FOREIGN,) if foreign else ())


def _told(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg} (line {error.lineno}, column {error.colno} of it)"
    return "it is no JSON that can be read: it nests too deeply, or holds a number without end"


def _no_constant(_name: str) -> None:
    """NaN and Infinity, which JSON has not, say nothing."""


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _scrubbed(value: Any) -> Any:
    """Texts without NUL and halves of characters, which no database keeps."""
    if isinstance(value, str):
        return _BAD.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_scrubbed(name): _scrubbed(one) for name, one in value.items()}
    return [_scrubbed(one) for one in value] if isinstance(value, list) else value


class _Array:
    """A window over the text, of one chunk or one object, whichever is more."""

    def __init__(self, source: Source) -> None:
        self._stream = source.stream
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape").decode
        self._text, self._at, self._ended = "", 0, False
        self._foreign = False
        self._row = 0

    def records(self) -> Iterator[Record]:
        self._more()
        self._at = _BETWEEN.match(self._text).end()  # type: ignore[union-attr]  # It matches nothing at all too.
        if self._text.startswith("[", self._at):
            self._at += 1
        while self._begin():
            self._row += 1
            yield self._next()

    def _begin(self) -> bool:
        """Go to where the next object begins; whether there is one."""
        while True:
            self._at = _BETWEEN.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at] != "]"
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
            foreign, self._foreign = self._foreign, False
            return _record(self._row, None, value, text, foreign=foreign)

    def _wants(self, error: Exception) -> bool:
        """Whether an error may be for want of the rest of the object."""
        if self._ended or not isinstance(error, json.JSONDecodeError):
            return False
        return error.pos >= len(self._text) - _MARGIN or error.msg.startswith(("Unterminated", "Invalid \\u"))

    def _skip(self, error: Exception) -> Record:
        """Go to behind a broken object."""
        reason = _told(error)
        if len(self._text) - self._at > LONGEST:
            reason = f"it is longer than {LONGEST >> 20} MiB"
        near = isinstance(error, json.JSONDecodeError) and (
            error.pos >= len(self._text) - _MARGIN or error.msg.startswith("Unterminated")
        )
        while True:
            if found := _NEXT.search(self._text, self._at):
                self._at = found.end()
                break
            self._at = max(self._at, len(self._text) - _MARGIN)
            if self._ended:
                self._at = len(self._text)
                reason = "the file ends in the middle of it" if near else reason
                break
            self._more()
        return Record(self._row, None, {}, reason)

    def _more(self) -> None:
        """Read on: as much again as is not yet understood."""
        size = max(_CHUNK, len(self._text) - self._at)
        piece = self._stream.read(size)
        self._ended = len(piece) < size
        text, foreign = western(self._decode(piece, final=self._ended))
        self._foreign = self._foreign or foreign
        self._text, self._at = self._text[self._at :] + text, 0
