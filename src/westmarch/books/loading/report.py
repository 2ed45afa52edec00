"""The report of a load: a line of JSON for each row that was repaired, changed or refused, and one with the counts."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TextIO

from westmarch.books.entries import Outcome
from westmarch.books.loading.reading import Given

#: Fates in the order in which they are told.
FATES = ("new", "updated", "unchanged", "refused", "removed")
#: Refused rows kept in memory to be told at the end.
_TOLD = 20


@dataclass(slots=True)
class Report:
    """Counts what became of all rows, and writes those that somebody may want to look at.

    A row is `{"file", "row", "line", "fate", "book_id", "title", "reason", "repairs": [{"field", "message"}]}`. A new
    or unchanged book that was taken as it was has none.
    """

    file: TextIO | None = None
    counts: Counter[str] = field(default_factory=Counter)
    repaired: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[Given, str]] = field(default_factory=list)

    def add(self, given: Given, outcome: Outcome) -> None:
        """Take in what became of a row."""
        self.counts[outcome.fate] += 1
        entry = given.entry
        repairs = entry.repairs if entry is not None else []
        if repairs:
            self.repaired += 1
            self.repairs.update({name for name, _ in repairs})
        if outcome.fate == "refused" and len(self.problems) < _TOLD:
            self.problems.append((given, outcome.reason))
        if self.file is not None and (repairs or outcome.fate in {"updated", "refused"}):
            self._write(
                {
                    "file": given.file,
                    "row": given.row,
                    "line": given.line,
                    "fate": outcome.fate,
                    "book_id": entry.book_id if entry else None,
                    "title": entry.values["title"] if entry else None,
                    "reason": outcome.reason,
                    "repairs": [{"field": name, "message": message} for name, message in repairs],
                }
            )

    def end(self, remarks: list[tuple[str, str]]) -> None:
        """Write what is to be said of whole files, and the counts."""
        if self.file is not None:
            for name, remark in remarks:
                self._write({"file": name, "remark": remark})
            self._write(self.summary())
            self.file.flush()

    def summary(self) -> dict[str, Any]:
        """The last line: how many rows had which fate, and how many were repaired, in all and by field."""
        counts = {fate: self.counts[fate] for fate in FATES}
        return {"counts": counts, "repaired": self.repaired, "repairs": dict(sorted(self.repairs.items()))}

    def _write(self, line: dict[str, Any]) -> None:
        assert self.file is not None
        self.file.write(json.dumps(line, ensure_ascii=False).encode(errors="replace").decode() + "\n")
