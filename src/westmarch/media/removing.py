"""Taking the bytes of media off the disk, once their rows are gone."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.errors import Unavailable
from westmarch.media.models import Media


class File(NamedTuple):
    """A file whose row was removed: its id, its hash, and its public path."""

    id: int
    hash: str
    path: str


def remove_files(session: Session, folder: Path, files: Sequence[File]) -> int:
    """Remove files whose rows are gone and return their bytes; one that somebody has stored again meanwhile stays.

    In a transaction of its own after that which removed the rows: a row never stands without its file. On PostgreSQL
    nobody can add a row meanwhile, on SQLite nobody writes; whoever adds one then looks for its file again.
    Raises Unavailable where a file cannot be removed.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE media IN SHARE ROW EXCLUSIVE MODE")
    removed = 0
    for file in files:
        path = folder / file.path.removeprefix("/media/")
        if session.scalar(select(Media.id).where(Media.hash == file.hash)) is not None or not path.is_file():
            continue
        try:
            size = path.stat().st_size
            path.unlink()
        except OSError as error:
            raise Unavailable(f"{path} cannot be removed: {error.strerror}.", hint="Remove it by hand.") from error
        removed += size
    return removed
