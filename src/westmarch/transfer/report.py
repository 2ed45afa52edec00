"""The report of an import: written as it goes, so that it is whole JSON whenever the import ends."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO, Literal

from westmarch.errors import Unavailable
from westmarch.transfer.items import FileWarning

Fate = Literal["imported", "updated", "unchanged", "skipped", "conflict", "failed"]
FATES: tuple[Fate, ...] = ("imported", "updated", "unchanged", "skipped", "conflict", "failed")

#: How many rows, and seconds, go by before the file is made whole on the disk.
_ROWS = 50
_SECONDS = 1.0
#: How many times the bytes of the rows since the last time may be written anew behind them.
_REWRITTEN = 8
#: Problems kept in memory to be told at the end; the report has all of them.
_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """What became of one file. `addresses` are all its old addresses, `id` that of its post, where there is one."""

    path: str
    kind: str
    fate: Fate
    addresses: tuple[str, ...] = ()
    id: int | None = None
    reason: str = ""
    line: int | None = None
    warnings: tuple[FileWarning, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The row as the report has it."""
        return {
            "path": self.path,
            "kind": self.kind,
            "fate": self.fate,
            "addresses": list(self.addresses),
            "id": self.id,
            "reason": self.reason,
            "line": self.line,
            "warnings": [{"line": one.line, "message": one.message} for one in self.warnings],
        }


@dataclass(slots=True)
class Report:
    """`{"files": […], "counts": {…}, "tags": […], "media": […], "run": 1}`, streamed into a file that can be sought in.

    Every few rows the end is written behind them and the place remembered, so that a process that dies leaves a report
    of all until then. Where the disk is full the rows that did not fit are dropped and the end is still written.
    """

    file: BinaryIO = field(default_factory=BytesIO)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[FileRow] = field(default_factory=list)
    warnings: int = 0
    tags: list[dict[str, Any]] = field(default_factory=list)
    missing: int = 0
    run: int | None = None
    full: bool = False
    _rows: list[bytes] = field(default_factory=list)
    _pending: int = 0
    _media: bytearray = field(default_factory=bytearray)
    _written: int = 0
    _any: bool = False
    _kept: bytes = b""
    _flushed: float = 0.0

    def __post_init__(self) -> None:
        self._append(b'{\n"files": [')
        self.flush()

    def add(self, row: FileRow) -> None:
        """Take in what became of a file."""
        self.counts[row.fate] += 1
        self.warnings += len(row.warnings)
        if row.fate in {"failed", "conflict"} and len(self.problems) < _TOLD:
            self.problems.append(row)
        text = json.dumps(row.as_json(), ensure_ascii=False)
        self._append(((",\n" if self._any else "\n") + text).encode(errors="replace"))
        self._any = True
        # The media stand behind the rows and are written anew each time: all in all only so many times their size.
        enough = len(self._rows) >= _ROWS and self._pending * _REWRITTEN >= len(self._media)
        if enough or time.monotonic() - self._flushed >= _SECONDS:
            self.flush()

    def add_media(self, row: dict[str, Any]) -> None:
        """Take in what became of a picture or another file of a text; it is in the file from the next flush on."""
        self.missing += row["fate"] == "missing"
        self._media += (",\n  " if self._media else "\n  ").encode()
        self._media += json.dumps(row, ensure_ascii=False).encode(errors="replace")

    def _append(self, piece: bytes) -> None:
        self._rows.append(piece)
        self._pending += len(piece)

    def summary(self) -> dict[str, int]:
        """How many files had which fate."""
        return {fate: self.counts[fate] for fate in FATES}

    def flush(self) -> None:
        """Make the file whole: the rows so far, and the end of the document."""
        if self.full:
            return
        self._flushed = time.monotonic()
        try:
            self._write(b"".join(self._rows))
            self._rows.clear()
            self._pending = 0
        except OSError as error:
            # The rows do not fit; what was there before does.
            self.full = True
            with suppress(OSError):
                self._put(self._kept)
            raise Unavailable(
                f"The report cannot be written: {error.strerror}.",
                hint="What it holds so far is kept; free some space.",
            ) from error

    def _write(self, rows: bytes) -> None:
        end = self._end()
        self._put(rows + end)
        self._written += len(rows)
        self._kept = end

    def _put(self, piece: bytes) -> None:
        """Write behind the rows. Cut after that: what is written over has its place on the disk already."""
        self.file.seek(self._written)
        rest = memoryview(piece)
        while rest:
            rest = rest[self.file.write(rest) :]
        self.file.truncate()
        self.file.flush()

    def _end(self) -> bytes:
        said = json.dumps({"counts": self.summary(), "tags": self.tags}, ensure_ascii=False, indent=1)
        rest = said.removeprefix("{\n").removesuffix("\n}").encode(errors="replace")
        return b'\n],\n%b,\n "media": [%b\n ],\n "run": %b\n}\n' % (
            rest,
            bytes(self._media),
            json.dumps(self.run).encode(),
        )


def rows_of(report: BinaryIO) -> Iterator[dict[str, Any]]:
    """The rows of a whole report, each of which is a line of its own. Reads on where others read between."""
    at = 0
    while True:
        report.seek(at)
        line = report.readline()
        at = report.tell()
        if not line or line == b"],\n":
            return
        if line.startswith(b'{"'):
            found: dict[str, Any] = json.loads(line.rstrip().rstrip(b","))
            yield found


def end_of(report: BinaryIO) -> dict[str, Any]:
    """What comes behind the rows of a whole report."""
    report.seek(0)
    for line in report:
        if line == b"],\n":
            found: dict[str, Any] = json.loads(b"{" + report.read())
            return found
    return {}
