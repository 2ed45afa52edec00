"""When the last backup was made."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from westmarch.ops import backed_up
from westmarch.ops.backed_up import Backup

pytestmark = pytest.mark.unit

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_what_was_noted_is_the_last_one(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert backed_up.last(run) is None
    backed_up.note(run, Backup(AT, "/backups/a", 1))
    backed_up.note(run, made := Backup(AT, "/backups/b", 2))
    assert backed_up.last(run) == made
    assert [path.name for path in run.iterdir()] == ["backed-up.json"]


def test_a_site_without_backup_and_one_whose_backup_is_old_are_warned(tmp_path: Path) -> None:
    assert backed_up.warning(tmp_path, AT) == "No backup of this site is known."
    backed_up.note(tmp_path, Backup(AT, "a", 1))
    assert backed_up.warning(tmp_path, AT + timedelta(days=30)) == ""
    assert backed_up.warning(tmp_path, AT + timedelta(days=31)) == "The last backup was made 31 days ago."


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"at": "x", "file": "", "size": 1}', '{"at": "2026-01-01", "file": 1}']
)
def test_a_damaged_note_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "backed-up.json").write_text(text)
    assert backed_up.last(tmp_path) is None


def test_what_cannot_be_noted_keeps_no_backup_from_being_made(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    backed_up.note(tmp_path / "run", Backup(AT, "a", 1))
    assert backed_up.last(tmp_path / "run") is None
