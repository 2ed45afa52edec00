"""The report of an import."""

import json
from pathlib import Path

import pytest

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
        report.media.append({"path": "x"})
        report.flush()
    found = json.loads(path.read_bytes())
    assert (len(found["files"]), found["counts"]["imported"], found["media"]) == (120, 120, [{"path": "x"}])


def test_only_some_problems_are_kept_in_memory_and_all_are_counted() -> None:
    report = Report()
    for number in range(100):
        report.add(FileRow(path=f"{number}.md", kind="post", fate="failed", reason="no"))
    assert (len(report.problems), report.summary()["failed"]) == (20, 100)
