"""The bytes of a catalogue: a file or standard input, unpacked, as UTF-8, bounded line by line."""

import codecs
import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from westmarch.errors import Invalid

#: What stands for standard input.
STANDARD_INPUT = "-"
#: The longest line, and the longest book in JSON, in bytes.
LONGEST = 16 * 1024 * 1024
#: So much of a file is looked at to recognise it, in bytes.
HEAD = 64 * 1024

_CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b"
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or a spreadsheet: unpack it, or save the table as CSV",
    b"%PDF": "a PDF",
    b"SQLite format 3\x00": "a database of SQLite",
    b"\x28\xb5\x2f\xfd": "packed by zstd: unpack it first",
    b"\xfd7zXZ": "packed by xz: unpack it first",
    b"BZh": "packed by bzip2: unpack it first",
}
#: Encodings by their byte order marks; that of UTF-8 is taken away by itself.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# So few bytes that are no UTF-8 say nothing of the encoding.
_FEW = 8
_RUNS = re.compile(rb"[\x80-\xff]+")
_KANA = re.compile("[\u3040-\u30ff]")
# Bytes that are no UTF-8, as the handler `surrogateescape` marks them.
_ESCAPED = re.compile("[\udc80-\udcff]+")
# Behind a line end of old Macintoshes, which no other one follows.
_BEHIND_RETURN = re.compile(r"(?<=\r)(?!\n)")


class Line(NamedTuple):
    """A line with its number from 1. `foreign`: it was no UTF-8. `text` is None for one that is too long."""

    number: int
    text: str | None
    foreign: bool


@dataclass(slots=True)
class Source:
    """A catalogue that is being read. `damage` says why it ended early, where it did; `head` is its beginning."""

    name: str
    path: Path | None
    stream: "io.BufferedReader[Any]"
    size: int
    _raw: "_Counted"
    _unpacked: "_Counted"
    damage: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def position(self) -> int:
        """How many bytes of `size` were read."""
        return self._raw.count

    @property
    def fault(self) -> str:
        """Why no more can be read of the file, where it is damaged."""
        return self._unpacked.damage or self._raw.damage

    @property
    def head(self) -> bytes:
        """The beginning, which is not taken away by looking."""
        return self.stream.peek(HEAD)

    def lines(self) -> Iterator[Line]:
        """The lines, each with its end."""
        number = 0
        while piece := self.stream.readline(LONGEST):
            number += 1
            if len(piece) == LONGEST and not piece.endswith(b"\n"):
                while (rest := self.stream.readline(LONGEST)) and not rest.endswith(b"\n"):
                    pass
                yield Line(number, None, foreign=False)
            else:
                text, foreign = decoded(piece)
                many = "\r" in text and text.count("\r") > text.endswith("\r\n")
                pieces = [one for one in _BEHIND_RETURN.split(text) if one] if many else [text]
                for at, one in enumerate(pieces):
                    yield Line(number + at, one, foreign)
                number += len(pieces) - 1


class _Counted(io.RawIOBase):
    """A raw stream that counts what is read, and ends where what is packed in it is damaged."""

    def __init__(self, stream: "io.BufferedReader[Any] | gzip.GzipFile") -> None:
        self._stream = stream
        self.count = 0
        self.damage = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # typeshed: Buffer
        filled = 0
        # A pipe gives a few bytes at a time, and a file is recognised by its beginning.
        while filled < len(buffer) and (piece := self._read(len(buffer) - filled)):
            buffer[filled : filled + len(piece)] = piece
            filled += len(piece)
        self.count += filled
        return filled

    def _read(self, most: int) -> bytes:
        if self.damage:
            return b""
        try:
            return self._stream.read1(most)
        except EOFError:
            self.damage = "the packed file ends in the middle"
        except (zlib.error, gzip.BadGzipFile) as error:
            self.damage = f"the packed file is damaged: {error}"
        except OSError as error:
            self.damage = f"it cannot be read to its end: {error.strerror}"
        return b""


class _Recoded(io.RawIOBase):
    """A text in another encoding, as UTF-8. `lost` counts what is none in that encoding."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._left = b""
        self.lost = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # typeshed: Buffer
        while not self._left:
            piece = self._stream.read(_CHUNK)
            text = self._decoder.decode(piece, final=not piece)
            self.lost += text.count("\ufffd")
            self._left = text.encode(errors="replace")
            if not piece:
                break
        taken = self._left[: len(buffer)]
        self._left = self._left[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _Returns(io.RawIOBase):
    """A text whose lines end as on old Macintoshes, with the line ends of all others."""

    def __init__(self, stream: "io.BufferedReader[Any]") -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # typeshed: Buffer
        piece = self._stream.read1(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(piece)] = piece
        return len(piece)


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """The catalogue in a file, or on standard input for `-`. Raises Invalid where it cannot be read."""
    with ExitStack() as stack:
        path = None if name == STANDARD_INPUT else Path(name)
        try:
            file: io.BufferedReader[Any] = (
                cast("Any", sys.stdin.buffer) if path is None else stack.enter_context(path.open("rb"))
            )
            size = os.fstat(file.fileno()).st_size if path else 0
        except OSError as error:
            raise Invalid(f"{name} cannot be read: {error.strerror}.", place=name) from error
        raw = _Counted(file)
        stream: io.BufferedReader[Any] = io.BufferedReader(raw, HEAD)
        guarded = raw
        if stream.peek(2).startswith(_GZIP):
            guarded = _Counted(gzip.GzipFile(fileobj=stream))
            stream = io.BufferedReader(guarded, HEAD)
        head = stream.peek(HEAD)
        for magic, what in _FOREIGN.items():
            if head.startswith(magic):
                raise Invalid(f"{name} is {what}.", hint="Give JSON, NDJSON or CSV, packed by gzip or not.", place=name)
        source = Source(name, path, stream, size, raw, guarded)
        recoded = None
        if encoding := _encoding(head):
            source.remarks.append(f"it was read as {encoding}")
            recoded = _Recoded(cast("BinaryIO", stream), encoding)
            source.stream = io.BufferedReader(recoded, HEAD)
            head = source.stream.peek(HEAD)
        if head.startswith(codecs.BOM_UTF8):
            source.stream.read(len(codecs.BOM_UTF8))
        if b"\r" in head and b"\n" not in head:
            source.stream = io.BufferedReader(_Returns(source.stream), HEAD)
        yield source
        source.damage = source.fault or source.damage
        if recoded is not None and recoded.lost:
            source.remarks.append(f"{recoded.lost:,} characters that are none in {encoding} were replaced by \ufffd")


def _encoding(head: bytes) -> str:
    """The name of the encoding that the head is written in, empty for UTF-8 and for what is like it."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    sample = head[:1024]
    if len(sample) >= 8 and sample.count(0) > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    return _east_asian(head)


def _east_asian(head: bytes) -> str:
    """An encoding in which two bytes are a character, if the head is one: most bytes beyond ASCII stand in runs then.

    Western texts have few of them, each beside plain letters.
    """
    odd = sum(map(len, _ESCAPED.findall(head.decode("utf-8", "surrogateescape"))))
    runs = list(map(len, _RUNS.findall(head)))
    if odd < _FEW or odd * 2 <= sum(runs) or sum(run for run in runs if run > 1) * 2 < sum(runs):
        return ""
    for encoding in ("shift_jis", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
            # Chinese read as Japanese has no kana, and all Japanese is Chinese of some kind.
            if encoding != "shift_jis" or len(_KANA.findall(text)) * 10 > sum(not letter.isascii() for letter in text):
                return encoding
    return ""


def decoded(piece: bytes) -> tuple[str, bool]:
    """The bytes as text, and whether they were no UTF-8: then the odd ones are read as Windows-1252."""
    try:
        return piece.decode(), False
    except UnicodeDecodeError:
        return western(piece.decode("utf-8", "surrogateescape"))


def western(text: str) -> tuple[str, bool]:
    """The text with bytes that `surrogateescape` marked as the characters of Windows-1252; whether there were any."""
    found, number = _ESCAPED.subn(_of_windows, text)
    return found, number > 0


def _of_windows(match: re.Match[str]) -> str:
    piece = match[0].encode("utf-8", "surrogateescape")
    try:
        return piece.decode("cp1252")
    except UnicodeDecodeError:
        return piece.decode("latin-1")
