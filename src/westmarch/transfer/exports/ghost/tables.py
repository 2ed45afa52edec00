"""The rows of the tables in an export, one in memory at a time, however large the file is.

The file is `{"db": [{"meta": …, "data": {TABLE: [ROW, …]}}]}`, or what stands in the brackets alone.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from ijson import JSONError, basic_parse

from westmarch.errors import Invalid

#: Values within a row that stand deeper than this are left out.
DEEPEST = 60
_PLACES = (("db", "[]", "data"), ("data",))
#: No place that means something to us is longer: table, its list, a row.
_LONGEST = 5
_CHUNK = 1 << 16
_RANGE = "it holds a number that is out of all range"
#: Characters held back at most.
_HOLD = 1 << 23
# Escapes of halves of characters, which no parser in C takes well, and all other escapes, so that `\\ud800` is no half.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, `number` counted from 1; the fields of tables that nobody asked for are not read."""

    table: str
    number: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Damage:
    """Where the JSON breaks off: within the row of this number or behind it, or between tables (0).

    `fields` are what could be read of the row.
    """

    table: str
    number: int
    within: bool
    reason: str
    fields: dict[str, Any]

    @property
    def place(self) -> str:
        """The row, as `posts[2]`."""
        return f"{self.table}[{self.number}]" if self.table else "the tables"

    @property
    def told(self) -> str:
        """What is told of it."""
        where = f"{'in' if self.within else 'behind'} {self.place}" if self.table else "between its tables"
        return f"the JSON breaks off {where}: {self.reason}; all that stood behind is lost"


@dataclass(slots=True)
class Mended:
    """How much in a file was no text, and was replaced by U+FFFD."""

    count: int = 0


def rows(path: Path, wanted: frozenset[str], mended: Mended | None = None) -> Iterator[Row | Damage]:
    """The rows of all tables; those of tables in `wanted` with their fields. The last may be a Damage.

    Raises Invalid where the file holds no tables, or cannot be read.
    """
    reading = _Reading(wanted)
    try:
        with path.open("rb") as file:
            yield from _read(reading, _Text(file, mended or Mended()), path)
    except OSError as error:
        raise Invalid(
            f"{path} cannot be read: {error.strerror}.", hint="Name the JSON file that Ghost made."
        ) from error


def _read(reading: "_Reading", text: "_Text", path: Path) -> Iterator[Row | Damage]:
    try:
        for event, value in basic_parse(text):
            row = reading.take(event, value)
            if row is not None:
                yield row
    except JSONError as error:
        if not reading.found:
            raise _no_export(path) from error
        yield reading.damage(_said(error))
    except (ArithmeticError, ValueError, SystemError) as error:
        # Numbers that Python makes none of. Of whole ones with too many digits the parser in C says SystemError, before
        # it gives what stands up to 64 KB ahead of them.
        if not reading.found:
            raise Invalid(f"{path.name} cannot be read: {_RANGE}.", hint="Export it again.") from error
        yield reading.damage(_RANGE)
    if not reading.found:
        raise _no_export(path)


def _no_export(path: Path) -> Invalid:
    hint = "It is made in Ghost by Settings, Import/Export (earlier: Labs), Export."
    return Invalid(f"{path.name} is no export of Ghost.", hint=hint)


def _said(error: JSONError) -> str:
    """What the parser says, without its drawing of the place: that is given by table and row."""
    said = error.args[0] if error.args else ""
    told = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    first = told.strip().partition("\n")[0].strip().rstrip(".")
    return "the file ends here" if "premature EOF" in first else first[:120] or "it is no JSON"


class _Reading:
    """Follows where in the file the parser is, and builds the rows that are wanted."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        self.found = False
        self.table, self.number = "", 0
        self._place: list[str] = []
        self._depth = 0
        self._row: _Building | None = None

    def take(self, event: str, value: Any) -> Row | None:
        """Take in what the parser met; return the row that ends with it."""
        if self._row is not None:
            if not self._row.take(event, value):
                return None
            row, self._row = Row(self.table, self.number, self._row.fields), None
            return row
        if event in {"start_map", "start_array"}:
            self._open(event)
        elif event in {"end_map", "end_array"}:
            self._close()
        elif event == "map_key" and self._depth <= _LONGEST:
            self._place[-1] = value
        return None

    def _open(self, event: str) -> None:
        at = tuple(self._place) if self._depth <= _LONGEST else ("…",)
        if event == "start_map" and len(at) > 1 and at[-1] == "[]" and at[:-2] in _PLACES:
            self.number += 1
            self._row = _Building(keep=self.table in self.wanted)
        else:
            if event == "start_map" and at in _PLACES:
                self.found = True
            elif event == "start_array" and at[:-1] in _PLACES:
                self.table, self.number = at[-1], 0
            self._depth += 1
            if self._depth <= _LONGEST:
                self._place.append("[]" if event == "start_array" else "")

    def _close(self) -> None:
        if self._depth <= _LONGEST:
            self._place.pop()
            if tuple(self._place[:-1]) in _PLACES:
                self.table, self.number = "", 0
        self._depth -= 1

    def damage(self, reason: str) -> Damage:
        """Where the file breaks off, with what could be read of the row."""
        fields = self._row.fields if self._row is not None else {}
        return Damage(self.table, self.number, self._row is not None, reason, fields)


class _Building:
    """A row on its way: what stands in it too deep, or is not wanted, is passed by."""

    def __init__(self, *, keep: bool) -> None:
        self.fields: dict[str, Any] = {}
        self._inside = 1
        self._open: list[Any] = [self.fields] if keep else []
        self._keys = [""]

    def take(self, event: str, value: Any) -> bool:
        """Take in what the parser met; whether the row ends with it."""
        kept = len(self._open) == self._inside
        if event in {"start_map", "start_array"}:
            self._inside += 1
            if kept and self._inside <= DEEPEST:
                inner: Any = {} if event == "start_map" else []
                self._put(inner)
                self._open.append(inner)
                self._keys.append("")
        elif event in {"end_map", "end_array"}:
            self._inside -= 1
            if kept:
                self._open.pop()
                self._keys.pop()
        elif kept and event == "map_key":
            self._keys[-1] = value
        elif kept:
            self._put(float(value) if isinstance(value, Decimal) else value)
        return not self._inside

    def _put(self, value: Any) -> None:
        into = self._open[-1]
        if isinstance(into, dict):
            into[self._keys[-1]] = value
        else:
            into.append(value)


class _Text:
    """The bytes of a file as the parser takes them: valid UTF-8, without halves of characters and bare controls."""

    def __init__(self, file: BinaryIO, mended: Mended) -> None:
        self._file, self._mended = file, mended
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._held = ""

    def read(self, size: int) -> bytes:
        """Some bytes more, as soon as they end where no escape can be cut in two; none at the end."""
        if size == 0:
            return b""
        while True:
            data = self._file.read(_CHUNK)
            text = self._decoder.decode(data, final=not data)
            self._mended.count += text.count("\ufffd")
            text = self._held + text
            if not data:
                self._held = ""
                return self._fit(text)
            # None of these stands in an escape, and nothing without a backslash does.
            whole = "\\" not in text[-12:] or len(text) > _HOLD
            end = len(text) if whole else max(text.rfind(","), text.rfind(" "), text.rfind(">")) + 1
            text, self._held = text[:end], text[end:]
            if text:
                return self._fit(text)

    def _fit(self, text: str) -> bytes:
        if _CONTROLS.search(text):
            text, number = _CONTROLS.subn("\ufffd", text)
            self._mended.count += number
        if _HALF.search(text):
            text = _ESCAPE.sub(self._whole, text)
        return text.encode()

    def _whole(self, escape: re.Match[str]) -> str:
        if escape[1] is None:
            return escape[0]
        self._mended.count += 1
        return "\ufffd"
