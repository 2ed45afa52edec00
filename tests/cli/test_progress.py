"""How far a command is."""

import contextlib
import os
import sys
from pathlib import Path

import pytest

from tests.books.catalogue import add
from tests.cli.conftest import Westmarch
from tests.cli.test_doctor import write
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
