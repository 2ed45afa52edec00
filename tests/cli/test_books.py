"""`westmarch books load`."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Westmarch


def test_a_load_says_what_became_of_the_rows_and_writes_a_report(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    file, report = tmp_path / "books.json", tmp_path / "report.ndjson"
    file.write_text(
        '[{"book_id": 1, "title": "A &amp; B"}, {"book_id": 1, "title": "C"}, {"book_id": 2, "title": "D"}]'
    )
    rehearsed = westmarch("--site", site, "books", "load", file, "--dry-run")
    assert (rehearsed.status, rehearsed.out.splitlines()[0]) == (1, "Would be: 2 new, 1 refused.")
    done = westmarch("--site", site, "books", "load", file, "--report", report)
    assert (done.status, done.out.splitlines()) == (
        1,
        ["2 new, 1 refused.", "1 were repaired (title 1); --report FILE lists them."],
    )
    assert f"refused: {file}, row 2: The book_id 1 came in row 1 already" in done.err
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert [(row.get("row"), row.get("fate"), row.get("title")) for row in rows] == [
        (1, "new", "A & B"),
        (2, "refused", "C"),
        (None, None, None),
    ]
    assert rows[0]["repairs"] == [{"field": "title", "message": "HTML entities were read as the characters they mean"}]
    assert rows[-1]["counts"] == {"new": 2, "updated": 0, "unchanged": 0, "refused": 1, "removed": 0}
    again = westmarch("--site", site, "books", "load", file, "--json")
    assert json.loads(again.out)["counts"]["unchanged"] == 2


def test_standard_input_is_a_catalogue_too(westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(b'{"title": "A"}\n'))))
    done = westmarch("--site", site, "books", "load", "-")
    assert (done.status, done.out) == (0, "1 new.\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<html>", "is XML or HTML"),
        (b"PK\x03\x04", "is a zip archive or a spreadsheet"),
        (b"a,b\n1,2\n", "is no catalogue: it begins with 'a,b', which names no column `title`"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_catalogue_is_told_before_anything_is_done(
    westmarch: Westmarch, site: Path, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    done = westmarch("--site", site, "books", "load", file)
    assert done.status == 2
    assert f"error: {file} {reason}" in done.err


def test_a_file_that_is_not_whole_is_loaded_as_far_as_it_goes_and_replaces_nothing(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    file = tmp_path / "books.json"
    file.write_text('[{"book_id": 1, "title": "A"}, {"book_id": 2, "title": "B"}')
    done = westmarch("--site", site, "books", "load", file)
    assert (done.status, done.out) == (1, "2 new.\n")
    assert "it ends before the end of its array" in done.err
    file.write_text('[{"book_id": 3, "title": "C"}')
    for option in ((), ("--dry-run",)):
        done = westmarch("--site", site, "books", "load", file, "--replace", *option)
        assert done.status == 2
        assert "A file is not whole, so nothing was replaced" in done.err
    for content in ("[]", "book_id,title\n", '{"title": ""}\n'):
        file.write_text(content)
        done = westmarch("--site", site, "books", "load", file, "--replace")
        assert done.status == 2
        assert "The files hold no book, so nothing was replaced" in done.err
    listed = westmarch("--site", site, "books", "list").out.splitlines()
    assert [line.split()[0] for line in listed] == ["1", "2"]


def test_a_report_that_cannot_be_is_told(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    file = tmp_path / "books.json"
    file.write_text('[{"book_id": 1, "title": "A &amp; B"}]')
    over = westmarch("--site", site, "books", "load", file, "--report", file)
    assert over.status == 2
    assert "is a file to load" in over.err
    assert file.read_text().startswith("[{")
    full = westmarch("--site", site, "books", "load", file, "--report", "/dev/full")
    assert full.status == 1
    assert "error: /dev/full: No space left on device" in full.err
    assert westmarch("--site", site, "books", "load", file).out.startswith("1 unchanged.")
