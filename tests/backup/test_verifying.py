"""A verification says whether a backup gives the site back."""

import tempfile
from pathlib import Path

import pytest

from tests import factories
from westmarch.backup.making import make
from westmarch.backup.verifying import verify
from westmarch.db.database import open_database
from westmarch.errors import Unavailable
from westmarch.settings import Settings


async def test_a_backup_of_a_site_gives_all_pages_back_byte_by_byte(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    found = await verify(made.file, full)
    assert found.sound
    assert found.compared
    assert (found.differing, found.failed, found.changed) == (0, [], [])
    assert found.tables == made.tables
    assert found.files == 1
    assert found.pages > made.tables["post"]


async def test_a_site_that_changed_since_differs_and_the_backup_is_sound(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    async with open_database(full.database_url) as db:
        await db.write(factories.post, "Written later", "Words.\n", published_at=factories.day(99))
    found = await verify(made.file, full)
    assert found.sound
    assert "/" in found.different
    assert "post" in found.changed


async def test_pages_that_differ_though_no_row_does_are_a_fault(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    (full.theme_folder / "posts" / "detail.html").write_text("All posts are the same.")
    found = await verify(made.file, full)
    assert not found.sound
    assert found.changed == []
    assert found.differing >= made.tables["post"] - 1


async def test_without_the_site_all_pages_are_rendered(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    found = await verify(made.file, None)
    assert found.sound
    assert not found.compared
    assert found.pages > made.tables["post"]


async def test_a_place_without_space_for_the_temporary_site_is_told_with_the_way_out(
    full: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    (tmp_path / "taken").write_text("no folder")

    class Full(tempfile.TemporaryDirectory[str]):
        def __enter__(self) -> str:
            return str(tmp_path / "taken")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", Full)
    with pytest.raises(Unavailable) as refused:
        await verify(made.file, None)
    assert "TMPDIR" in refused.value.hint
