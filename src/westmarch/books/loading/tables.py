"""Books in a table: CSV with a first row that names the columns."""

import csv
import re
from collections.abc import Iterator, Sequence

from westmarch.books.loading.records import FOREIGN, Record
from westmarch.books.loading.sources import LONGEST, Source, decoded

_DELIMITERS = ",;\t|"
# What spreadsheets are kept from taking for a number by: ="0439023483".
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


def header(head: bytes) -> tuple[str, ...]:
    """The names of the columns in the first line, empty where it is no table."""
    first = decoded(head)[0].lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    delimiter = delimiter_of(first)
    try:
        row = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(name.strip() for name in row) if len(row) > 1 else ()


def delimiter_of(first: str) -> str:
    """What separates the columns of a first line: what there is most of."""
    return max(_DELIMITERS, key=first.count)


def rows(source: Source) -> Iterator[Record]:
    """The rows below the first, by the names of the columns; empty lines are none."""
    table = _Table(source)
    try:
        names = next(table.cells, (1, [], ""))[1]
    except csv.Error:
        return
    for row, (line, cells, problem) in enumerate((one for one in table.cells if one[1] or one[2]), 1):
        yield table.record(row, line, names, cells, problem)


class _Table:
    def __init__(self, source: Source) -> None:
        first = decoded(source.head)[0].partition("\n")[0]
        self._lines = source.lines()
        self._foreign = False
        self._long: int | None = None
        self.cells = self._cells(delimiter_of(first))

    def _texts(self) -> Iterator[str]:
        for number, text, foreign in self._lines:
            self._foreign = self._foreign or foreign
            if text is None:
                self._long = number
            yield (text or "\n").replace("\x00", "")

    def _cells(self, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
        """Each row's first line, cells, and why it cannot be read."""
        reader = csv.reader(self._texts(), delimiter=delimiter)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, [], f"it is no row of a table: {error}"
                continue
            if self._long is not None:
                yield self._long, [], f"the line is longer than {LONGEST >> 20} MiB"
                self._long = None
            if any(map(str.strip, cells)):
                yield line, cells, ""

    def record(self, row: int, line: int, names: Sequence[str], cells: Sequence[str], problem: str) -> Record:
        if not problem and len(cells) > len(names):
            problem = f"it has {len(cells)} columns, and the first row {len(names)}: is a quotation mark missing?"
        if problem:
            return Record(row, line, {}, problem)
        remarks = [FOREIGN] if self._foreign else []
        self._foreign = False
        if len(cells) < len(names):
            remarks.append(f"it has {len(cells)} columns, and the first row {len(names)}")
        fields = {name.strip(): _plain(cell) for name, cell in zip(names, cells, strict=False)}
        return Record(row, line, fields, remarks=tuple(remarks))


def _plain(cell: str) -> str:
    if cell.startswith("=") and (formula := _FORMULA.fullmatch(cell.strip())):
        return formula[1]
    return cell
