"""What a source holds of one book before it is understood."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Record(NamedTuple):
    """One book as its source has it; `problem` says why it could not be read. Rows count from 1, as lines do."""

    row: int
    line: int | None
    fields: Mapping[str, Any]
    problem: str = ""
    remarks: tuple[str, ...] = ()


#: What is said of a text whose bytes were no UTF-8.
FOREIGN = "bytes that are no UTF-8 were read as Windows-1252"
