"""Reading an export without a database, and bringing one in."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.transfer.folders import document
from westmarch.db.database import Database
from westmarch.subjects.models import Revision
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports.records import Export, Record
from westmarch.transfer.importing import Wanted, import_export
from westmarch.transfer.items import Unread
from westmarch.transfer.report import Report

OPTIONS = Options(Path(), UTC, datetime(2026, 1, 1, tzinfo=UTC), "/:year/:month/:title/")

Open = Callable[[Options], Export]


def read(opened: Open) -> tuple[dict[str, Record], list[Unread]]:
    """The records of an export by their keys, and what it does not bring."""
    found = list(opened(OPTIONS).records())
    records = [one for one in found if isinstance(one, Record)]
    assert len({one.key for one in records}) == len(records)
    return {one.key: one for one in records}, [one for one in found if isinstance(one, Unread)]


def told(record: Record) -> list[str]:
    """What is told of a record."""
    return [one.message for one in record.warnings]


async def bring(db: Database, opened: Open, folder: Path, *, pictures: bool = False) -> dict[str, Any]:
    """Import an export and return the report; media go beside the folder."""
    report = Report()
    await import_export(db, Wanted(folder, folder.parent / "media"), opened, report, pictures=pictures)
    return document(report)


async def markdown(db: Database, post_id: int) -> str:
    """The text of a post."""
    asked = select(Revision.markdown).where(Revision.subject_id == post_id).order_by(Revision.id.desc())
    return await db.read(lambda session: session.scalars(asked).first() or "")
