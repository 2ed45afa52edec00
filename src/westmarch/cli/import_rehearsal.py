"""`--report FILE.html`: the report of an import, or of its rehearsal, as a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from westmarch.transfer.importing import Wanted
    from westmarch.transfer.items import Entry
    from westmarch.transfer.preparing import Failed, Prepared
    from westmarch.transfer.reader import Reader
    from westmarch.transfer.rehearsal import Rehearsal
    from westmarch.transfer.report import FileRow, Report


class Page:
    """The file of a page, open from the beginning so that a place that cannot be written is told before the work."""

    def __init__(self, file: BinaryIO, rehearsal: "Rehearsal") -> None:
        self._file, self._rehearsal = file, rehearsal

    def take(self, reader: "Reader", entry: "Entry", prepared: "Prepared | Failed", row: "FileRow") -> None:
        """Told each file by the import."""
        self._rehearsal.take(reader, entry, prepared, row)

    def write(self, report: "Report", wanted: "Wanted") -> None:
        """Write what came to be known until now."""
        from westmarch.transfer import rehearsal_page

        source = str(wanted.folder)
        rehearsal_page.write(self._file, report.file, self._rehearsal, source=source, dry_run=wanted.dry_run)


@contextmanager
def page_of(path: Path | None) -> Iterator[Page | None]:
    """The page where the name of the report asks for one, else None. Raises Invalid where it cannot be written."""
    if path is None or path.suffix.lower() not in {".html", ".htm"}:
        yield None
        return
    from westmarch.errors import Invalid
    from westmarch.transfer.rehearsal import Rehearsal

    try:
        file = path.open("wb")
    except OSError as error:
        hint = "Name a file in a folder that is there, with --report FILE."
        raise Invalid(f"The report cannot be written to {path}: {error.strerror}.", hint=hint) from error
    with file:
        yield Page(file, Rehearsal())
