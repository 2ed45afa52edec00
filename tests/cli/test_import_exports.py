"""`westmarch import` of exports, as a person types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.transfer.exports.blogger.writing import Text, classic
from westmarch.cli.main import app

pytestmark = pytest.mark.unit


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    assert CliRunner().invoke(app, ["--site", str(folder), "init"]).exit_code == 0
    return folder


def run(site: Path, *arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--site", str(site), "import", *map(str, arguments)])
    return result.exit_code, result.output


def test_blogger(site: Path, tmp_path: Path) -> None:
    path = classic(tmp_path / "blog.xml", Text(1), Text(2))
    assert run(site, "blogger", path, "--dry-run") == (0, "Would be: 2 imported.\n")
    status, output = run(site, "blogger", path)
    assert status == 0
    assert output.startswith("2 imported.\n")
    assert run(site, "blogger", path) == (0, "2 unchanged.\n")


def test_what_is_none_is_refused_with_a_sentence(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("nothing")
    status, output = run(site, "blogger", path)
    assert status == 2
    assert "x.xml is no export of Blogger" in output
    status, output = run(site, "blogger", tmp_path / "away.xml")
    assert status == 2
    assert "away.xml cannot be read: No such file" in output
