"""Folders of Markdown for tests, and what an import makes of them."""

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import func, select

from westmarch.db.database import Database
from westmarch.posts.models import Post
from westmarch.transfer.importing import Wanted, import_folder
from westmarch.transfer.report import Report


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into a folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def png(width: int = 2, height: int = 1) -> bytes:
    """A picture of this size."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(content, "PNG")
    return content.getvalue()


async def bring(db: Database, folder: Path, **options: Any) -> dict[str, Any]:
    """Import a folder and return the report; media go beside the folder."""
    report = Report()
    media = options.pop("media", folder.parent / "media")
    await import_folder(db, Wanted(folder, media, **options), report)
    return document(report)


def document(report: Report) -> dict[str, Any]:
    """A report as its reader has it."""
    report.file.seek(0)
    found: dict[str, Any] = json.load(report.file)
    return found


def counted(report: dict[str, Any]) -> dict[str, int]:
    """The counts that are not 0."""
    return {fate: number for fate, number in report["counts"].items() if number}


def row(report: dict[str, Any], path: str) -> dict[str, Any]:
    """The row of one file."""
    (found,) = [one for one in report["files"] if one["path"] == path]
    assert isinstance(found, dict)
    return found


def messages(report: dict[str, Any], path: str) -> list[str]:
    """What is told of one file."""
    return [one["message"] for one in row(report, path)["warnings"]]


async def posts(db: Database) -> int:
    """How many posts and pages there are."""
    return await db.read(lambda session: session.scalar(select(func.count()).select_from(Post)) or 0)


async def post(db: Database, post_id: int) -> Any:
    """One post's row."""
    return await db.read(lambda session: session.execute(select(Post.__table__).where(Post.id == post_id)).one())
