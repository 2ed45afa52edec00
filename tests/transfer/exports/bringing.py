"""Exports for tests, and what an import makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.transfer.folders import document
from westmarch.db.database import Database
from westmarch.transfer.exports.records import Export, Record
from westmarch.transfer.importing import Wanted, import_export
from westmarch.transfer.items import FileWarning, Metadata, Unread
from westmarch.transfer.report import Report

FILE = Path("export.xml")


@dataclass
class Given:
    """An export of these records, whose pictures lie in a folder as their addresses say."""

    found: list[Record | Unread]
    folder: Path = Path()
    remarks: tuple[FileWarning, ...] = ()
    program: str = field(default="given", init=False)
    name: str = field(default="https://old.example", init=False)
    url: str | None = field(default="https://old.example", init=False)
    base: str = field(default="", init=False)

    def records(self) -> Iterator[Record | Unread]:
        yield from self.found

    def places(self, address: str, _record: Record) -> Iterator[Path]:
        yield self.folder / address.lstrip("/")


def record(key: str, content: str, *addresses: str, line: int | None = None, **about: Any) -> Record:
    """A published post of 1 January 2020."""
    said: dict[str, Any] = {
        "kind": "post",
        "status": "published",
        "title": key,
        "slug": key,
        "addresses": addresses or (f"/{key}/",),
        "date": datetime(2020, 1, 1, tzinfo=UTC),
        "extra": {},
    }
    return Record(key=key, path=FILE, line=line, about=Metadata(**(said | about)), content=content)


async def bring(db: Database, export: Export, folder: Path, **options: Any) -> dict[str, Any]:
    """Import an export and return the report; pictures lie in the folder, media go beside it."""
    report = Report()
    await import_export(db, Wanted(folder, folder.parent / "media", **options), lambda _: export, report)
    return document(report)
