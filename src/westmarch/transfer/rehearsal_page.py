"""The report of an import as one page of HTML, which holds all that it shows: no other file, no script, no network."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO

from westmarch.transfer import rehearsal_texts
from westmarch.transfer.rehearsal import Rehearsal
from westmarch.transfer.report import FATES, end_of, rows_of

#: Kinds of warnings told, and places told of each.
_KINDS, _PLACES = 60, 12
#: Collisions, lost addresses and media told singly.
_TOLD = 500
_QUOTED = re.compile(r"'[^']*'|<[^>]*>|\"[^\"]*\"|(?<!\w)/\S*|\d+")
_MORE = re.compile(r" \(and \d+ more\)$")
_ADDRESS = "the address "


@dataclass(slots=True)
class Kind:
    """Warnings that differ in names and numbers only: how many, the first message, and the first places."""

    message: str
    many: int = 0
    places: list[tuple[str, int | None, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Survey:
    """What is gathered in one pass over the rows."""

    collisions: list[tuple[str, str]] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    answering: int = 0

    def untold(self, lost: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The lost addresses, with their files, of which no warning says who has them."""
        told = {(path, reason.removeprefix(_ADDRESS).partition(" ")[0]) for path, reason in self.collisions}
        return [(address, path) for address, path in lost if (path, address) not in told]

    def add(self, row: dict[str, Any]) -> None:
        if row["fate"] == "unchanged":
            self.answering += len(row["addresses"])
        if row["fate"] in {"conflict", "failed"}:
            self.collisions.append((_place(row["path"], row["line"]), row["reason"]))
        for warning in row["warnings"]:
            message = warning["message"]
            if message.startswith(_ADDRESS):
                self.collisions.append((row["path"], message))
                continue
            key = _QUOTED.sub("…", _MORE.sub("", message))
            if key in self.kinds or len(self.kinds) < _KINDS:
                kind = self.kinds.setdefault(key, Kind(message))
                kind.many += 1
                if len(kind.places) < _PLACES:
                    kind.places.append((row["path"], warning["line"], message))


def write(page: BinaryIO, report: BinaryIO, rehearsal: Rehearsal, *, source: str, dry_run: bool) -> None:
    """Write the page of a report (a whole JSON document) and of what the rehearsal took down.

    Rows are read as they are written, so that a large import needs no memory for them.
    """
    survey = _Survey()
    for row in rows_of(report):
        survey.add(row)
    rest = end_of(report)
    pairs = [
        {"one": one, "before": rehearsal_texts.before(one), "after": rehearsal_texts.after(one)}
        for one in rehearsal.doubtful
    ]
    found = (
        rehearsal_texts.pages()
        .get_template("rehearsal.html")
        .generate(
            source=source,
            dry_run=dry_run,
            at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            style=rehearsal_texts.style(),
            counts=rest["counts"],
            fates=FATES,
            rehearsal=rehearsal,
            addresses=survey.answering + rehearsal.answering + len(rehearsal.lost),
            text_size=size(rehearsal.text_bytes),
            picture_size=size(rehearsal.picture_bytes),
            duration=duration(rehearsal.seconds),
            collisions=survey.collisions[:_TOLD],
            more_collisions=max(0, len(survey.collisions) - _TOLD),
            kinds=sorted(survey.kinds.values(), key=lambda kind: -kind.many),
            pairs=pairs,
            lost=survey.untold(rehearsal.lost)[:_TOLD],
            tags=rest["tags"],
            missing=[one for one in rest["media"] if one["fate"] in {"missing", "failed"}][:_TOLD],
            rows=lambda fate: (row for row in rows_of(report) if row["fate"] == fate),
        )
    )
    for piece in found:
        page.write(piece.encode(errors="replace"))


def size(many: int) -> str:
    """Bytes in words: `12.3 MB`."""
    if many < 1_000:
        return f"{many} bytes"
    return f"{many / 1_000:.0f} kB" if many < 1_000_000 else f"{many / 1_000_000:.1f} MB"


def duration(seconds: float) -> str:
    """Seconds in words: `8 seconds`, `3 minutes`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} second{'s' if round(seconds) > 1 else ''}"
    return f"{round(seconds / 60)} minutes"


def _place(path: str, line: int | None) -> str:
    return f"{path}:{line}" if line else path
