"""Zips of Ghost's backups, and hostile ones."""

import stat
import zipfile
from pathlib import Path

import pytest

from tests.transfer.exports.zipping import zipped
from westmarch.errors import Invalid
from westmarch.transfer.exports.ghost import archive

pytestmark = pytest.mark.unit


def test_a_backup_gives_its_json_and_its_folder(tmp_path: Path) -> None:
    files = {"data/x.json": "{}", "images/a/b.png": "p", "settings/redirects.json": "[]", "themes/t/package.json": "{}"}
    for within in ("", "content/"):
        path = zipped(tmp_path / "a.zip", {within + name: content for name, content in files.items()})
        with archive.unpacked(path) as (found, folder):
            assert folder is not None
            assert (found.read_text(), (folder / "images/a/b.png").read_text()) == ("{}", "p")
            assert not list(folder.rglob("package.json"))
        assert not folder.exists()


def test_what_is_no_zip_is_the_json_itself(tmp_path: Path) -> None:
    with archive.unpacked(tmp_path / "a.json") as found:
        assert found == (tmp_path / "a.json", None)


def test_nothing_is_written_outside_and_links_are_left_out(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"../../images/x": "x", "/images/y": "y", "images\\..\\..\\z": "z", "a.json": "{}"}
    )
    with zipfile.ZipFile(path, "a") as made:
        link = zipfile.ZipInfo("images/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    with archive.unpacked(path) as (found, folder):
        assert folder is not None
        assert [one.name for one in found.parent.rglob("*") if one.is_file()] == ["a.json"]


@pytest.mark.slow
def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_FREE", 1000)
    path = zipped(tmp_path / "a.zip", {"a.json": b"0" * 20_000_000})
    with pytest.raises(Invalid, match="holds more than is sound"), archive.unpacked(path):
        pass


@pytest.mark.parametrize("files", [{}, {"a.json": "{}", "b.json": "{}"}, {"images/a.png": "p"}])
def test_a_zip_without_one_export_is_refused(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    with (
        pytest.raises(Invalid, match=r"JSON files? that may be an export"),
        archive.unpacked(zipped(tmp_path / "a.zip", files)),
    ):
        pass


def test_a_broken_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.json": "{}" * 5000})
    content = bytearray(path.read_bytes())
    content[40:60] = b"x" * 20
    path.write_bytes(content)
    with pytest.raises(Invalid, match="cannot be unpacked"), archive.unpacked(path):
        pass


def test_a_zip_in_which_a_file_is_a_folder_too_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.json": "{}", "images": "x", "images/a.png": "x"})
    with pytest.raises(Invalid, match=r"a\.zip cannot be unpacked: File exists$"), archive.unpacked(path):
        pass
