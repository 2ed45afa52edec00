"""How far a command is."""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.books.catalogue import add
from tests.cli.conftest import Westmarch
from tests.cli.test_doctor import write
from tests.transfer.folders import write as write_files
from westmarch.cli import progress


def test_where_there_is_no_terminal_a_line_tells_now_and_then(
    westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(site, lambda session: add(session, {"title": "Emma"}))
    quick = westmarch("--site", site, "search", "rebuild")
    assert (quick.status, quick.err) == (0, "")
    monkeypatch.setattr(progress, "TOLD", 0.0)
    slow = westmarch("--site", site, "search", "rebuild")
    assert slow.err.splitlines()[-1] == "Search index: 1 of 1"
    assert slow.out == "The search index has 1 documents.\n"


def test_on_a_terminal_a_bar_counts_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with monkeypatch.context() as patch, os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        patch.setattr(sys, "stderr", terminal)
        with progress.counted("Search index", 5) as added:
            added(3)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as read, contextlib.suppress(OSError):  # So ends a terminal that is closed.
        while piece := read.read(65_536):
            shown += piece
    assert b"Search index" in shown
    assert b"3/5" in shown


def told(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found


def test_a_command_tells_in_a_file_how_far_it_is_and_how_it_ended(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    write_files(tmp_path / "blog", {f"{number}.md": f"# Post {number}\n\nText.\n" for number in range(3)})
    file = tmp_path / "progress.json"
    done = westmarch("--progress", file, "--site", site, "import", "markdown", tmp_path / "blog")
    assert done.status == 0
    assert told(file) == {"pid": os.getpid(), "what": "Importing", "done": 3, "total": 3, "status": 0}
    assert not list(tmp_path.glob(".*")), "the file is put in its place whole"


@pytest.mark.parametrize(("words", "status"), [(("import", "markdown", "/none"), 2), (("backup", "/none/a.zst"), 1)])
def test_a_command_that_fails_tells_its_status(
    westmarch: Westmarch, site: Path, tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    file = tmp_path / "progress.json"
    assert westmarch("--progress", file, "--site", site, *words).status == status
    assert told(file)["status"] == status


def test_a_file_that_cannot_be_written_keeps_no_command_from_its_work(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    assert westmarch("--progress", "/none/progress.json", "--site", site, "backup", folder).status == 0
    assert len(list(folder.iterdir())) == 1
