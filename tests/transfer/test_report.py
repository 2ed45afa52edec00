"""The report of an import."""

import errno
import io
import json
from pathlib import Path
from typing import Any

import pytest

from westmarch.errors import Unavailable
from westmarch.transfer.items import FileWarning
from westmarch.transfer.report import FileRow, Report

pytestmark = pytest.mark.unit


def test_the_file_is_whole_json_after_every_flush(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    with path.open("w+b") as file:
        report = Report(file)
        assert json.loads(path.read_bytes())["files"] == []
        for number in range(120):
            warning = FileWarning(number, "übel")
            report.add(FileRow(path=f"{number}.md", kind="post", fate="imported", id=number, warnings=(warning,)))
            rows = json.loads(path.read_bytes())["files"]
            assert len(rows) == len(range(number + 1)) // 50 * 50 or number < 50
        report.add_media({"path": "ü\ud800", "fate": "missing"})
        report.flush()
    found = json.loads(path.read_bytes())
    assert (len(found["files"]), found["counts"]["imported"], found["media"][0]["path"]) == (120, 120, "ü?")
    assert report.missing == 1


def test_very_many_pictures_are_not_written_anew_with_every_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("westmarch.transfer.report.time.monotonic", lambda: 100.0)
    disk = _Counting()
    report = Report(disk)
    for number in range(5_000):
        report.add(FileRow(path=f"{number}.md", kind="post", fate="imported"))
        report.add_media({"path": f"{number}.png", "fate": "imported", "address": "x" * 100})
    report.flush()
    assert len(json.loads(disk.getvalue())["media"]) == 5_000
    assert disk.written < 10 * len(disk.getvalue())


class _Counting(io.BytesIO):
    """A file that counts the bytes that are written."""

    written = 0

    def write(self, data: Any, /) -> int:
        self.written += len(data)
        return super().write(data)


class _Disk(io.BytesIO):
    """A file with room for so many bytes, which takes what fits, as an unbuffered one does."""

    room = 10_000

    def write(self, data: Any, /) -> int:
        fits = self.room - self.tell()
        if fits <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(bytes(data)[:fits])


def test_a_full_disk_leaves_whole_json_and_a_hint() -> None:
    disk = _Disk()
    report = Report(disk)

    def fill() -> None:
        for number in range(1000):
            report.add(FileRow(path=f"{number}.md", kind="post", fate="imported", reason="x" * 50))

    with pytest.raises(Unavailable, match="No space") as told:
        fill()
    assert told.value.hint
    found = json.loads(disk.getvalue())
    assert len(found["files"]) == found["counts"]["imported"] == 50


def test_a_disk_without_any_room_is_told_with_a_hint() -> None:
    disk = _Disk()
    disk.room = 0
    with pytest.raises(Unavailable, match="No space"):
        Report(disk)


def test_rows_do_not_wait_longer_than_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr("westmarch.transfer.report.time.monotonic", lambda: moment[0])
    path = tmp_path / "r.json"
    with path.open("w+b", buffering=0) as file:
        report = Report(file)
        report.add(FileRow(path="a.md", kind="post", fate="imported"))
        assert json.loads(path.read_bytes())["files"] == []
        moment[0] += 1.0
        report.add(FileRow(path="b.md", kind="post", fate="imported"))
        assert len(json.loads(path.read_bytes())["files"]) == 2


def test_only_some_problems_are_kept_in_memory_and_all_are_counted() -> None:
    report = Report()
    for number in range(100):
        report.add(FileRow(path=f"{number}.md", kind="post", fate="failed", reason="no"))
    assert (len(report.problems), report.summary()["failed"]) == (20, 100)
