"""Running commands as a shell does, but in this process."""

import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from westmarch.cli.main import main


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command printed and with which status it ended."""

    status: int
    out: str
    err: str


Westmarch = Callable[..., Outcome]


@pytest.fixture
def westmarch(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Westmarch:
    """`westmarch("--site", folder, "init")` runs the command line, without a terminal."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["westmarch", *map(str, arguments)])
        asked_to_stop = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            signal.signal(signal.SIGTERM, asked_to_stop)  # `serve` sets it for its process, which ends with it.
        code = ended.value.code
        printed = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else int(bool(code)), printed.out, printed.err)

    return run


@pytest.fixture
def site(westmarch: Westmarch, tmp_path: Path, sqlite_template: Path) -> Path:
    """A new site on SQLite. Its tables are there before `init`, which finds nothing left to migrate."""
    folder = tmp_path / "site"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / "westmarch.db")
    done = westmarch("--site", folder, "init", "--title", "A site", "--timezone", "Europe/Berlin")
    assert done.status == 0, done.err
    return folder


@pytest.fixture
def site_on_each(westmarch: Westmarch, tmp_path: Path, database_url: str) -> Path:
    """A new site on each engine in turn, whose tables were there before `init` too."""
    folder = tmp_path / "site"
    done = westmarch("--site", folder, "init", "--title", "A site", "--database-url", database_url)
    assert done.status == 0, done.err
    return folder
