"""The wheel holds all that the program needs: installed into an empty environment, it makes a site and serves it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.conftest import PostgreSQL, missing
from tests.serving import serving

ROOT = Path(__file__).resolve().parent.parent
#: The budget for what the core takes on the disk without bytecode, in bytes.
INSTALLED = 200_000_000


def run(*command: object) -> str:
    """Run a command outside of the checkout; its output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, env=environment, cwd="/"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    try:
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    except AssertionError as error:
        if "No matching distribution" in str(error) or "Could not find a version" in str(error):
            missing("PyPI", "what builds the wheel cannot be downloaded")
        raise
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel and what its ranges bring from PyPI, without bytecode."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python"]
    run(*pip, "install", "--quiet", "--no-compile", wheel)
    return folder


def test_the_wheel_holds_templates_static_files_migrations_and_the_demonstration(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    wanted = {
        str(path.relative_to(source))
        for path in (source / "westmarch").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= inside, wanted - inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert not [name for name in inside if name.startswith(("tests/", "docs/", "benchmarks/"))]


def test_the_core_is_small(environment: Path) -> None:
    packages = next(environment.glob("lib/python*/site-packages"))
    size = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert size <= INSTALLED, f"{size / 1e6:.0f} MB"


def test_the_wheel_makes_and_serves_the_demonstration(environment: Path, tmp_path: Path) -> None:
    westmarch = environment / "bin" / "westmarch"
    run(westmarch, "--site", tmp_path, "init", "--demo")
    with serving(tmp_path, command=[str(westmarch)]) as running:
        shows_the_demonstration(running.url)
    run(westmarch, "--site", tmp_path, "doctor")


@pytest.mark.postgresql
def test_the_wheel_serves_from_a_postgresql_server(
    environment: Path, wheel: Path, tmp_path: Path, postgresql: PostgreSQL
) -> None:
    pip = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python"]
    run(*pip, "install", "--quiet", "--no-compile", f"{wheel}[postgresql]")
    westmarch = environment / "bin" / "westmarch"
    run(westmarch, "--site", tmp_path, "init", "--demo", "--database-url", postgresql.url(postgresql.create()))
    with serving(tmp_path, command=[str(westmarch)]) as running:
        shows_the_demonstration(running.url)
    run(westmarch, "--site", tmp_path, "doctor")


def shows_the_demonstration(url: str) -> None:
    """The front page, a style sheet that it names, and a feed are there."""
    with httpx2.Client(base_url=url, trust_env=False, timeout=20) as client:
        front = client.get("/")
        assert front.status_code == 200
        assert "Slack Water" in front.text
        style = front.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert client.get(style).headers["content-type"].startswith("text/css")
        assert client.get("/feed.xml").status_code == 200
        assert client.get("/no-such-page/").status_code == 404
