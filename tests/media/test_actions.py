"""Storing media."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.media.test_files import picture
from westmarch.db.database import Database
from westmarch.media import actions, files
from westmarch.media.actions import Stored
from westmarch.media.models import Media
from westmarch.posts.resolver import SessionResolver


def store(session: Session, folder: Path, filename: str) -> Stored:
    content = picture()
    return actions.store(session, folder, content, files.examine(content, filename), filename=filename, alt="Teal")


async def test_the_same_picture_is_stored_once(db: Database, tmp_path: Path) -> None:
    first = await db.write(store, tmp_path, "a.png")
    second = await db.write(store, tmp_path, "b.png")
    assert (first.id, first.path, first.new, second.new) == (second.id, second.path, True, False)
    assert await db.read(lambda s: s.scalar(select(func.count()).select_from(Media))) == 1


async def test_a_file_that_somebody_removes_while_it_is_stored_is_there_afterwards(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = files.keep
    kept: list[Path] = []

    def removed_at_first(folder: Path, examined: files.Examined, content: bytes) -> Path:
        path = keep(folder, examined, content)
        if not kept:
            path.unlink()
        kept.append(path)
        return path

    monkeypatch.setattr(files, "keep", removed_at_first)
    await db.write(store, tmp_path, "a.png")
    assert kept[0].read_bytes() == picture()


async def test_the_renderer_is_told_size_and_description(db: Database, tmp_path: Path) -> None:
    stored = await db.write(store, tmp_path, "a.png")
    known = await db.read(lambda s: SessionResolver(s).picture(stored.path))
    assert known is not None
    assert (known.width, known.height, known.alt) == (4, 3, "Teal")
    assert await db.read(lambda s: SessionResolver(s).picture("/media/00/unknown.png")) is None
