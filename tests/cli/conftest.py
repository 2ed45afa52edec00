"""Running commands as a shell does, but in this process."""

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
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        printed = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else int(bool(code)), printed.out, printed.err)

    return run


@pytest.fixture
def site(westmarch: Westmarch, tmp_path: Path) -> Path:
    """A new site on SQLite."""
    folder = tmp_path / "site"
    done = westmarch("--site", folder, "init", "--title", "A site", "--timezone", "Europe/Berlin")
    assert done.status == 0, done.err
    return folder


@pytest.fixture
def site_on_each(westmarch: Westmarch, tmp_path: Path, empty_database_url: str) -> Path:
    """A new site on each engine in turn."""
    folder = tmp_path / "site"
    done = westmarch("--site", folder, "init", "--title", "A site", "--database-url", empty_database_url)
    assert done.status == 0, done.err
    return folder
