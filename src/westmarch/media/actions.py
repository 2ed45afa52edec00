"""Storing media."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.media import files
from westmarch.media.files import Examined
from westmarch.media.models import Media


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored file: its id, its public path, its size in pixels, and whether it was new."""

    id: int
    path: str
    width: int | None
    height: int | None
    new: bool


def store(
    session: Session, folder: Path, content: bytes, examined: Examined, *, filename: str, alt: str = ""
) -> Stored:
    """Keep a file that was examined: its bytes in `folder` first, then its row. The same content is stored once.

    Raises Unavailable where the disk is full.
    """
    files.keep(folder, examined, content)
    known = session.scalar(select(Media).where(Media.hash == examined.hash))
    if known is not None:
        return Stored(known.id, known.path, known.width, known.height, new=False)
    row = Media(
        hash=examined.hash,
        kind=examined.kind,
        mime=examined.mime,
        extension=examined.extension,
        filename=Path(filename).name,
        size=len(content),
        width=examined.width,
        height=examined.height,
        alt=alt,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    files.keep(
        folder, examined, content
    )  # Nobody saw the row until now: the file may have been removed as one of none.
    return Stored(row.id, row.path, row.width, row.height, new=True)
