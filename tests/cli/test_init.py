"""`westmarch init`: a folder becomes a site, or stays as it was."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Westmarch
from westmarch.configuration import load
from westmarch.ops import schema


def options(westmarch: Westmarch, site: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(westmarch("--site", site, "site", "show", "--json").out)
    return found


def test_init_makes_settings_secret_folders_and_a_database(
    westmarch: Westmarch, tmp_path: Path, empty_database_url: str
) -> None:
    site = tmp_path / "site"
    assert westmarch("--site", site, "init", "--title", "A site", "--database-url", empty_database_url).status == 0
    assert {path.name for path in site.iterdir()} >= {"westmarch.toml", "secret.key", "media", "run", "theme"}
    url = load(site).settings.database_url
    assert asyncio.run(schema.status(url)).problem is None
    assert options(westmarch, site)["title"] == "A site"


def test_the_secret_is_long_and_for_its_owner_alone(site: Path) -> None:
    key = site / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text(encoding="ascii").strip()) >= 64


def test_what_is_given_is_kept(westmarch: Westmarch, tmp_path: Path) -> None:
    done = westmarch(
        "--site", tmp_path, "init", "--title", "Übersee", "--url", "https://example.org/blog/", "--timezone",
        "Asia/Shanghai", "--language", "zh-Hans",
    )  # fmt: skip
    assert done.status == 0
    assert load(tmp_path).settings.url == "https://example.org/blog"
    found = options(westmarch, tmp_path)
    assert (found["title"], found["timezone"], found["language"]) == ("Übersee", "Asia/Shanghai", "zh-Hans")


def test_settings_that_may_hold_a_password_are_for_their_owner_alone(
    westmarch: Westmarch, tmp_path: Path, empty_database_url: str
) -> None:
    assert westmarch("--site", tmp_path, "init", "--database-url", empty_database_url).status == 0
    assert stat.S_IMODE((tmp_path / "westmarch.toml").stat().st_mode) == 0o600


def test_without_a_terminal_nothing_is_asked(westmarch: Westmarch, tmp_path: Path) -> None:
    done = westmarch("--site", tmp_path, "init")
    assert (done.status, done.err) == (0, "")


def test_at_a_terminal_only_what_was_not_given_is_asked(
    westmarch: Westmarch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(question: str, default: str) -> str:
        asked.append(question)
        return {"Title": "Asked"}.get(question, default)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", answer)
    done = westmarch("--site", tmp_path, "init", "--language", "de", "--timezone", "Europe/Berlin")
    assert done.status == 0
    assert asked == ["Title", "Public address"]
    assert options(westmarch, tmp_path)["title"] == "Asked"


def test_the_demonstration_asks_for_nothing(
    westmarch: Westmarch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: pytest.fail("something was asked"))
    assert westmarch("--site", tmp_path, "init", "--demo").status == 0


def test_a_folder_that_has_a_site_is_refused(westmarch: Westmarch, site: Path) -> None:
    before = (site / "secret.key").read_bytes()
    done = westmarch("--site", site, "init", "--title", "Other")
    assert done.status == 1
    assert f"error: {site} is a site already." in done.err
    assert (site / "secret.key").read_bytes() == before
    assert options(westmarch, site)["title"] == "A site"


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--timezone", "Mars/Base", "--timezone: no time zone is called 'Mars/Base'"),
        ("--language", "Klingonisch", "--language: "),
        ("--url", "example.org", "--url: a complete address is needed"),
        ("--database-url", "mysql://x/y", "--database-url: "),
        ("--title", "", "--title: "),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_made(
    westmarch: Westmarch, tmp_path: Path, option: str, value: str, told: str
) -> None:
    done = westmarch("--site", tmp_path / "new", "init", option, value)
    assert done.status == 1
    assert told in done.err
    assert not (tmp_path / "new").exists()


def test_an_interrupted_init_can_be_run_again(westmarch: Westmarch, site: Path) -> None:
    (site / "westmarch.toml").unlink()  # It is written last.
    secret = (site / "secret.key").read_bytes()
    done = westmarch("--site", site, "init", "--title", "Again")
    assert done.status == 0
    assert (site / "secret.key").read_bytes() == secret
    assert options(westmarch, site)["title"] == "Again"


def test_a_database_that_cannot_be_reached_is_told_and_leaves_no_site(westmarch: Westmarch, tmp_path: Path) -> None:
    done = westmarch("--site", tmp_path, "init", "--database-url", f"postgresql://x@/y?host={tmp_path}")
    assert done.status == 1
    assert done.err.startswith("error: ")
    assert not (tmp_path / "westmarch.toml").exists()


def test_a_folder_that_cannot_be_made_is_told(westmarch: Westmarch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = westmarch("--site", tmp_path / "file" / "site", "init")
    assert done.status == 1
    assert "Not a directory" in done.err


def test_the_demonstration_fills_the_site_and_is_sound(
    westmarch: Westmarch, tmp_path: Path, empty_database_url: str
) -> None:
    done = westmarch("--site", tmp_path, "init", "--demo", "--database-url", empty_database_url, "--title", "Mine")
    assert done.status == 0, done.err
    found = options(westmarch, tmp_path)
    assert found["title"] == "Mine"  # What is given wins over what the demonstration brings.
    assert found["tagline"]
    assert westmarch("--site", tmp_path, "doctor").status == 0


def test_a_demonstration_that_was_interrupted_can_be_made_again(westmarch: Westmarch, tmp_path: Path) -> None:
    assert westmarch("--site", tmp_path, "init", "--demo").status == 0
    (tmp_path / "westmarch.toml").unlink()
    assert westmarch("--site", tmp_path, "init", "--demo").status == 0
    assert westmarch("--site", tmp_path, "doctor").status == 0
