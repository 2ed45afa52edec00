"""`westmarch import ghost`, as a person types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.transfer.exports.ghost.writing import post, write
from tests.transfer.folders import write as write_files
from westmarch.cli.main import app

pytestmark = pytest.mark.unit


def run(site: Path, *arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--site", str(site), *map(str, arguments)])
    return result.exit_code, result.output


@pytest.mark.slow
def test_ghost(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert run(site, "init")[0] == 0
    path = write(tmp_path / "blog.json", [post(1, "a"), post(2, "b")])
    content = write_files(
        tmp_path / "content", {"data/redirects.yaml": "301:\n  /old: /post-1/\n  /x: https://x.example/\n"}
    )
    asked = ("import", "ghost", path, "--content", content)
    assert run(site, *asked, "--dry-run") == (0, "Would be: 3 imported.\n")
    status, output = run(site, *asked)
    assert status == 0
    assert output.startswith("3 imported.\n")
    assert run(site, *asked) == (0, "3 unchanged.\n")
    status, output = run(site, "import", "ghost", tmp_path / "away.json")
    assert status == 2
    assert "away.json cannot be read: No such file" in output
    status, output = run(site, "import", "ghost", path, "--content", tmp_path / "away")
    assert status == 2
    assert "There is no folder" in output
