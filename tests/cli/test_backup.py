"""`westmarch backup` and `westmarch restore`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Westmarch
from westmarch.configuration import load


def test_a_backup_is_made_verified_and_restored(westmarch: Westmarch, site_on_each: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "one.tar.zst", tmp_path / "other"
    made = westmarch("--site", site_on_each, "backup", file)
    assert (made.status, made.err) == (0, "")
    assert made.out.startswith(f"{file}: ")
    verified = westmarch("--site", site_on_each, "backup", "verify", file)
    assert verified.status == 0, verified.out + verified.err
    assert "the same bytes" in verified.out
    assert verified.out.endswith("The backup is sound.\n")
    url = f"sqlite:///{other / 'westmarch.db'}"
    restored = westmarch("--site", other, "restore", file, "--database-url", url)
    assert (restored.status, restored.err) == (0, "")
    assert "The search index is made anew" in restored.out
    assert westmarch("--site", other, "site", "show", "title").out == "title = A site\n"
    assert westmarch("--site", other, "doctor").status == 0


def test_a_replaced_site_is_taken_back_by_the_command_that_is_told(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    file = tmp_path / "one.tar.zst"
    westmarch("--site", site, "backup", file)
    westmarch("--site", site, "site", "set", "title", "Later")
    refused = westmarch("--site", site, "restore", file)
    assert refused.status == 1
    assert "--replace" in refused.err
    done = westmarch("--site", site, "restore", "--replace", file)
    assert westmarch("--site", site, "site", "show", "title").out == "title = A site\n"
    words = done.out.splitlines()[-1].partition("westmarch ")[2].split()
    assert westmarch("--site", site, *words).status == 0
    assert westmarch("--site", site, "site", "show", "title").out == "title = Later\n"


def test_programs_are_answered_in_json(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.zst"
    made = json.loads(westmarch("--site", site, "backup", "--json", file).out)
    assert made["file"] == str(file)
    assert made["size"] == file.stat().st_size
    assert json.loads(westmarch("--site", site, "backup", "verify", "--json", file).out)["sound"] is True
    done = json.loads(westmarch("--site", tmp_path / "other", "restore", "--json", file).out)
    assert done["tables"] == made["tables"]
    assert load(tmp_path / "other").settings.database_url == f"sqlite:///{tmp_path / 'other' / 'westmarch.db'}"


def test_a_missing_file_of_the_site_makes_the_status_1(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    assert westmarch("--site", demo, "init", "--demo").status == 0
    picture = next(path for path in (demo / "media").rglob("*.webp") if path.parent.name != "cards")
    picture.unlink()
    made = westmarch("--site", demo, "backup", tmp_path / "demo.tar.zst")
    assert made.status == 1
    assert f"left out: {picture} is missing." in made.err


def test_backups_of_a_folder_are_named_by_their_moment_and_old_ones_removed(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    assert "is no folder" in westmarch("--site", site, "backup", folder, "--keep", "1d").err
    folder.mkdir()
    for name in ("westmarch-20200101T000000Z.tar.zst", "westmarch-20200201T000000Z.tar.zst", "mine.tar.zst"):
        (folder / name).touch()
    done = westmarch("--site", site, "backup", folder, "--keep", "1d,2m")
    assert done.status == 0, done.err
    assert f"{folder / 'westmarch-20200101T000000Z.tar.zst'} was removed." in done.out
    left = sorted(path.name for path in folder.iterdir())
    assert left[:2] == ["mine.tar.zst", "westmarch-20200201T000000Z.tar.zst"]
    assert len(left) == 3
    assert westmarch("--site", site, "backup", "verify", folder / left[2]).status == 0


def test_an_encrypted_backup_needs_its_passphrase(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    folder, passphrase = tmp_path / "backups", tmp_path / "passphrase"
    folder.mkdir()
    passphrase.write_text("open, sesame\n")
    made = westmarch("--site", site, "backup", folder, "--passphrase-file", passphrase, "--keep", "1d")
    assert made.status == 0, made.err
    (file,) = folder.iterdir()
    assert file.name.endswith(".tar.zst.age")
    assert "needs a passphrase" in westmarch("--site", site, "restore", "--replace", file).err
    verified = westmarch("--site", site, "backup", "verify", file, "--passphrase-file", passphrase)
    assert verified.status == 0, verified.out + verified.err


def test_a_key_that_is_none_is_told(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    done = westmarch("--site", site, "backup", tmp_path / "one.tar.zst", "--recipient", "me@example.org")
    assert done.status == 1
    assert "'me@example.org' is no public key" in done.err
    assert not (tmp_path / "one.tar.zst").exists()


@pytest.mark.parametrize("command", [["backup", "verify"], ["restore"]])
def test_what_is_no_backup_is_told(westmarch: Westmarch, site: Path, tmp_path: Path, command: list[str]) -> None:
    file = tmp_path / "no.tar.zst"
    assert westmarch("--site", site, *command, file).err.startswith(f"error: {file} cannot be read: No such file")
    file.write_text("no backup")
    done = westmarch("--site", site, *command, file)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"error: {file} is no whole backup: ")


def test_help_names_what_can_be_done(westmarch: Westmarch) -> None:
    told = westmarch("backup", "--help").out
    assert "westmarch backup FILE" in told
    assert "verify" in told


def test_a_backup_can_be_proved_as_soon_as_it_is_made(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    made = westmarch("--site", site, "backup", tmp_path / "one.tar.zst", "--verify")
    assert made.status == 0, made.err
    assert "The backup is sound." in made.out
    told = json.loads(westmarch("--site", site, "backup", tmp_path / "two.tar.zst", "--verify", "--json").out)
    assert told["verified"]["sound"] is True
    refused = westmarch("--site", site, "backup", tmp_path / "three", "--verify", "--recipient", "age1x")
    assert refused.status == 1
    assert "cannot be proved where their keys are not" in refused.err
    assert not (tmp_path / "three").exists()
