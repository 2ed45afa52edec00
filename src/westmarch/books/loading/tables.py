"""Books in a table: CSV with a first row that names the columns."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence

from westmarch.books.loading.records import FOREIGN, Record
from westmarch.books.loading.sources import LONGEST, Line, Source, decoded

_DELIMITERS = ",;\t|"
# What spreadsheets are kept from taking for a number by: ="0439023483"; and what is left of it at times: ="0439023483
_FORMULA = re.compile(r'="(.*)"|="?([0-9][0-9Xx-]*)"?', re.DOTALL)


def header(head: bytes) -> tuple[str, ...]:
    """The names of the columns in the first line, empty where it is no table."""
    first = decoded(head)[0].lstrip("\ufeff").lstrip().partition("\n")[0].rstrip("\r")
    delimiter = delimiter_of(first)
    try:
        row = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(name.strip() for name in row)


def delimiter_of(first: str) -> str:
    """What separates the columns of a first line: what there is most of."""
    return max(_DELIMITERS, key=first.count)


def rows(source: Source) -> Iterator[Record]:
    """The rows below the first, by the names of the columns; empty lines are none."""
    csv.field_size_limit(LONGEST)
    return _Table(source).records()


class _Lines:
    """The lines of a table, for the reader of CSV; those of the row that it reads are kept, and can be put back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._ahead: deque[Line] = deque()
        self.taken: list[Line] = []
        self._size = 0
        #: The row is longer than any: the reader was told that the table ends here.
        self.cut = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._size > LONGEST:
            self.cut = True
            raise StopIteration
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self.taken.append(line)
        text = _text(line)
        self._size += len(text)
        return text

    def begin(self) -> None:
        """A new row begins."""
        self.taken, self._size, self.cut = [], 0, False

    def put_back(self, at: int) -> None:
        """Let the lines that were taken be read again, but for the first `at`."""
        self._ahead.extendleft(reversed(self.taken[at:]))
        del self.taken[at:]


class _Table:
    def __init__(self, source: Source) -> None:
        self._delimiter = delimiter_of(decoded(source.head)[0].lstrip().partition("\n")[0])
        self._lines = _Lines(source.lines())
        # Strict, so that a quotation mark that is not closed, or closed too early, does not swallow rows unseen.
        self._reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        self._names: list[str] = []

    def records(self) -> Iterator[Record]:
        """All rows below the first, in order."""
        row = 0
        for cells, problem, remarks in self._rows():
            taken = self._lines.taken
            if problem:
                row += 1
                yield Record(row, taken[0].number, {}, problem)
            elif not any(map(str.strip, cells)):
                continue
            elif not self._names:
                self._names = _distinct(cells)
            else:
                row += 1
                yield self._record(row, taken, cells, remarks)

    def _rows(self) -> Iterator[tuple[list[str], str, list[str]]]:
        """The cells of each row, why it cannot be read, and what is to be said of it."""
        while True:
            self._lines.begin()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._mended(error)
                continue
            taken = self._lines.taken
            if len(taken) > 1 and self._names and len(cells) > len(self._names) and self._resume():
                yield [], self._too_many(len(cells)), []
            elif any(line.text is None for line in taken):
                yield [], f"the line is longer than {LONGEST >> 20} MiB", []
            else:
                yield cells, "", []

    def _mended(self, error: csv.Error) -> tuple[list[str], str, list[str]]:
        """A row with a quotation mark where none may be: one line as well as it can be read, else its first line."""
        taken = self._lines.taken
        if len(taken) > 1:
            reason = f"longer than {LONGEST >> 20} MiB" if self._lines.cut else str(error)
            lines = "" if self._resume() else f", to line {taken[-1].number}"
            return [], f"a quotation mark is not closed, or closed too early: {reason}{lines}", []
        if taken[0].text is None:
            return [], f"the line is longer than {LONGEST >> 20} MiB", []
        try:
            cells = next(csv.reader([_text(taken[0])], delimiter=self._delimiter))
        except csv.Error:
            return [], f"it is no row of a table: {error}", []
        return cells, "", ["a quotation mark stands where none may, or is not closed"]

    def _resume(self) -> bool:
        """Put back the lines from the first, behind the row's own, that is a row by itself; whether there is one."""
        for at, line in enumerate(self._lines.taken[1:], 1):
            try:
                cells = next(csv.reader([_text(line)], delimiter=self._delimiter, strict=True), [])
            except csv.Error:
                continue
            if len(cells) == len(self._names) > 1:
                self._lines.put_back(at)
                return True
        return False

    def _too_many(self, number: int) -> str:
        return f"it has {number} columns, and the first row {len(self._names)}: is a quotation mark missing?"

    def _record(self, row: int, taken: Sequence[Line], cells: Sequence[str], remarks: list[str]) -> Record:
        line, names = taken[0].number, self._names
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            return Record(row, line, {}, self._too_many(len(cells)))
        if any(one.foreign for one in taken):
            remarks.append(FOREIGN)
        if any("\x00" in (one.text or "") for one in taken):
            remarks.append("zero bytes were taken out")
        if len(cells) < len(names):
            remarks.append(f"it has {len(cells)} columns, and the first row {len(names)}")
        fields = {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}
        return Record(row, line, fields, remarks=tuple(remarks))


def _text(line: Line) -> str:
    return (line.text or "\n").replace("\x00", "")


def _distinct(names: Sequence[str]) -> list[str]:
    """The names of the columns; the second of one name is called `name (2)`, so that nothing is lost."""
    found: Counter[str] = Counter()
    distinct = []
    for name in map(str.strip, names):
        found[name] += 1
        distinct.append(f"{name} ({found[name]})" if found[name] > 1 and name else name)
    return distinct


def _plain(cell: str) -> str:
    if cell.startswith("=") and (formula := _FORMULA.fullmatch(cell.strip())):
        return formula[1] or formula[2] or ""
    return cell
