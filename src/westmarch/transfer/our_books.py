"""The catalogue of books of an exported site, into the site: what `books load` does with the same file."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from westmarch.books.entries import Outcome
from westmarch.books.loading.load import Load
from westmarch.books.loading.reading import Reading
from westmarch.books.loading.report import Report as Loaded
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.transfer import undoing_books
from westmarch.transfer.blogs import outside
from westmarch.transfer.items import FileWarning
from westmarch.transfer.out.books import NAME
from westmarch.transfer.report import FileRow, Report


async def bring(db: Database, folder: Path, report: Report, *, dry_run: bool) -> None:
    """Load the books, where the folder has any; the report has one row for all of them.

    What is made is written down with the import, so that it can be taken back.
    """

    def note(session: Session, outcomes: Sequence[Outcome]) -> None:
        if report.run is not None:
            undoing_books.note(session, report.run, outcomes)

    file = folder / NAME
    if not file.is_file() or outside(file, folder):
        return
    reading, loaded = Reading([str(file)]), Loaded()
    try:
        await Load(reading, loaded, dry_run=dry_run, made=note).run(db)
    except Invalid as error:
        report.add(FileRow(path=NAME, kind="books", fate="failed", reason=error.message))
        return
    counts = loaded.counts
    told = [f"row {given.row}: {reason}" for given, reason in loaded.problems]
    told += [remark for _, remark in reading.remarks]
    warnings = [FileWarning(None, f"{field}: {number} books were changed") for field, number in loaded.repairs.items()]
    report.add(
        FileRow(
            path=NAME,
            kind="books",
            fate="failed"
            if counts["refused"] or reading.damaged
            else "imported"
            if counts["new"]
            else "updated"
            if counts["updated"]
            else "unchanged",
            reason="; ".join(told),
            warnings=tuple(warnings),
        )
    )
