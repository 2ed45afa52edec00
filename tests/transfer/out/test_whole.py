"""What is written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from westmarch.errors import Invalid, Unavailable
from westmarch.transfer.out.whole import whole_file, whole_folder

pytestmark = pytest.mark.unit


def test_a_folder_is_there_once_all_is_written(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "a" / "out") as place:
        (place / "x").write_text("x")
        assert not (tmp_path / "a" / "out").exists()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]
    assert (tmp_path / "a" / "out" / "x").read_text() == "x"


def test_an_empty_folder_is_taken_and_one_that_holds_something_is_not(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as place:
        (place / "x").write_text("x")
    with pytest.raises(Invalid, match="is there already"), whole_folder(tmp_path / "out"):
        raise AssertionError("nothing may be written")
    assert (tmp_path / "out" / "x").read_text() == "x"


def write_half(folder: Path) -> None:
    """Write into a folder until the disk is full."""
    with whole_folder(folder) as place:
        (place / "x").write_text("x")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_nothing_stays_of_a_folder_that_failed(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No space left"):
        write_half(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_nothing_stays_of_a_file_that_failed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "out"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(Invalid, match="is there already"), whole_file(tmp_path / "out"):
        raise AssertionError("nothing may be written")
    assert (tmp_path / "out").read_text() == "mine"


def test_what_a_killed_export_left_is_named(tmp_path: Path) -> None:
    (tmp_path / ".out.partial").mkdir()
    with pytest.raises(Invalid, match=r"\.out\.partial is there already"), whole_folder(tmp_path / "out"):
        raise AssertionError("nothing may be written")
    assert (tmp_path / ".out.partial").is_dir()
