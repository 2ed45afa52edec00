"""The first pass of an import: all texts that there are, before any of them is brought in."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice

from westmarch.subjects.names import fold
from westmarch.transfer.items import Entry, Unread
from westmarch.transfer.reader import Reader
from westmarch.transfer.report import Fate, FileRow, Report

#: Files read at once.
_CHUNK = 100


async def first_pass(readers: Iterable[Reader], report: Report) -> list[Entry]:
    """All files that can be read, by date, so that links mostly lead to posts that are there already.

    They are read chunk by chunk in a thread, so that a signal is obeyed between two of them.
    """
    entries: list[Entry] = []
    for reader in readers:
        reading = reader.entries()
        while chunk := await asyncio.to_thread(lambda files: list(islice(files, _CHUNK)), reading):
            entries += (found for found in chunk if isinstance(found, Entry))
            for found in chunk:
                if isinstance(found, Unread):
                    report.add(_unread(found))
        if row := _configuration(reader):
            report.add(row)
    never = datetime.min.replace(tzinfo=UTC)
    # Drafts take addresses that are left over: none may be the old one of a text that readers knew.
    entries.sort(key=lambda entry: (not entry.answered, entry.date or never))
    return entries


def _configuration(reader: Reader) -> FileRow | None:
    """The row for a configuration that is not obeyed, or not in all that it says."""
    said = reader.trouble or next(iter(reader.remarks), None)
    if said is None:
        return None
    fate: Fate = "failed" if reader.trouble else "skipped"
    return FileRow(
        path="configuration", kind="settings", fate=fate, reason=said.message, line=said.line, warnings=reader.remarks
    )


def _unread(found: Unread) -> FileRow:
    kind = "page" if found.source.role == "page" else "post"
    return FileRow(path=found.source.key, kind=kind, fate=found.fate, reason=found.reason, line=found.line)


def spellings(entries: Iterable[Entry], report: Report) -> dict[str, str]:
    """One spelling for each tag: the one that most files use. Tags with several are told in the report."""
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        for tag in entry.tags:
            counts.setdefault(fold(tag), Counter())[tag] += 1
    chosen: dict[str, str] = {}
    for folded, spelt in counts.items():
        (name, _), *others = spelt.most_common()
        chosen[folded] = name
        if others:
            merged = sorted(other for other, _ in others)
            report.tags.append({"name": name, "merged": merged, "files": spelt.total()})
    return chosen
