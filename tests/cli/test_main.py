"""The command line as a whole: quick help, told errors, kept statuses, civil ends."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.cli.conftest import Westmarch
from westmarch import __version__
from westmarch.cli.main import app

HEAVY = "sqlalchemy alembic fastapi starlette uvicorn pydantic pydantic_settings jinja2 PIL asyncpg markdown_it rich"


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    code = f"import sys, westmarch.cli.main; print(*sorted(set('{HEAVY} asyncio'.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_what_a_server_seldom_needs_is_not_in_its_memory() -> None:
    seldom = "alembic PIL markdown_it pygments math_core nh3 asyncpg rich"
    code = f"import sys, westmarch.cli.main, westmarch.app; print(*sorted(set('{seldom}'.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("module", ["typer", "westmarch.cli.settings", "westmarch.configuration"])
def test_ctrl_c_while_the_program_starts_ends_it_quietly(tmp_path: Path, module: str) -> None:
    """The signal comes while a module is looked for that is imported before, or as the first thing of, a command."""
    code = f"""
import os, signal, sys

class Pressing:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressing())
from westmarch.__main__ import main
sys.argv[1:] = ["--site", {str(tmp_path)!r}, "settings"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_the_version_is_told(westmarch: Westmarch) -> None:
    assert westmarch("version").out.startswith(f"Westmarch {__version__}, Python 3.")
    assert westmarch("--version").out == westmarch("version").out
    assert westmarch("--version").status == 0
    assert json.loads(westmarch("version", "--json").out)["westmarch"] == __version__


def test_a_folder_that_is_no_site_is_told_with_what_to_do(westmarch: Westmarch, tmp_path: Path) -> None:
    for command in (["serve"], ["settings"], ["db", "status"], ["site", "show"], ["doctor"], ["render"], ["logging"]):
        done = westmarch("--site", tmp_path, *command)
        assert done.status == 1, command
        assert done.err == (
            f"error: {tmp_path} is not a site: it has no westmarch.toml.\n"
            f"  Make one with `westmarch --site {tmp_path} init`, or name the folder of a site with --site.\n"
        )
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["init"], ["serve"], ["import", "markdown"], ["site", "set"], ["db", "upgrade"]])
def test_help_is_whole_in_eighty_columns(
    westmarch: Westmarch, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = westmarch(*words, "--help").out.splitlines()
    command: Any = get_command(app)
    for word in words:
        command = command.commands[word]
    for option in (name for parameter in command.params for name in parameter.opts if name.startswith("--")):
        assert any(option in line.split() for line in lines), option
    examples = [line.strip() for line in command.help.splitlines() if line.strip().startswith("Example")]
    assert examples
    assert [line.strip() for line in lines if line.strip().startswith("Example")] == examples
    assert max(map(len, lines)) <= 80


def test_misuse_has_the_status_two(westmarch: Westmarch) -> None:
    assert westmarch("serve", "--no-such-option").status == 2
    assert westmarch("no-such-command").status == 2
    assert westmarch("serve", "--port", "many").status == 2


def test_the_site_is_chosen_by_flag_variable_or_current_folder(
    westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WESTMARCH_SITE", str(site))
    assert westmarch("site", "show", "title").out == "title = A site\n"
    monkeypatch.delenv("WESTMARCH_SITE")
    monkeypatch.chdir(site)
    assert westmarch("site", "show", "title").out == "title = A site\n"


def test_a_missing_driver_is_told(westmarch: Westmarch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    done = westmarch("--site", tmp_path, "init", "--database-url", "postgresql://x@127.0.0.1/y")
    assert done.status == 1
    assert "pip install 'westmarch[postgresql]'" in done.err


def test_a_reader_that_goes_away_is_no_error(site: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "westmarch", "--site", str(site), "settings"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.stderr == ""


def test_a_fault_of_the_program_is_one_line_and_the_traceback_is_for_the_log(
    westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_session: object) -> None:
        raise LookupError("no such\nthing")

    monkeypatch.setattr("westmarch.site.queries.current", fails)
    done = westmarch("--site", site, "site", "show")
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "error: LookupError: no such (this is a fault of the program)\n"
        "  Run it again with WESTMARCH_LOG_LEVEL=debug, which shows where, and report what it says.\n"
    )
    assert "Traceback" not in caplog.text
    monkeypatch.setenv("WESTMARCH_LOG_LEVEL", "debug")
    assert westmarch("--site", site, "site", "show").status == 1
    assert "in fails" in caplog.text
