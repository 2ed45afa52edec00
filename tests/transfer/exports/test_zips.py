"""Zip files are unpacked for a while; what is made to harm is refused."""

import zipfile
from pathlib import Path

import pytest

from tests.transfer.exports.zipping import overlapping, with_link, zipped
from tests.transfer.folders import write
from westmarch.errors import Invalid
from westmarch.transfer.exports import zips
from westmarch.transfer.exports.zips import found, unpacked

pytestmark = pytest.mark.unit


def everything(_name: str) -> bool:
    return True


def refused(path: Path, message: str) -> None:
    with pytest.raises(Invalid, match=message), unpacked(path, everything):
        pass


def test_what_is_wanted_is_there_for_a_while(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x/posts/a.html": "A", "x/list.csv": "B", "__MACOSX/x/posts/._a.html": "C"})
    with unpacked(path, lambda name: name.endswith(".html")) as given:
        assert given.names == ("x/posts/a.html", "x/list.csv")
        assert (given.folder / "x/posts/a.html").read_text() == "A"
        assert not (given.folder / "x/list.csv").exists()
        assert found(given.folder, "posts") == [given.folder / "x/posts"]
    assert not given.folder.exists()


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", {"posts/a.html": "A"})
    with unpacked(folder, everything) as given:
        assert (given.folder, given.names) == (folder, ("posts/a.html",))
    assert (folder / "posts/a.html").exists()


@pytest.mark.parametrize("name", ["../a.html", "posts/../../a.html", "/etc/a.html", "C:/a.html", "..\\a.html"])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    refused(zipped(tmp_path / "a.zip", {"posts/b.html": "b", name: "x"}), "leads out of the folder")
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]


def test_symbolic_links_are_refused(tmp_path: Path) -> None:
    refused(with_link(tmp_path / "a.zip", "posts/a.html", "/etc/passwd"), "is a link")


@pytest.mark.slow
def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"posts/a.html": b"0" * (17 * 1024 * 1024)})
    assert path.stat().st_size < 20_000
    refused(path, "would unpack to 17,825,792 bytes out of")
    refused(overlapping(tmp_path / "b.zip"), "its parts lie over each other")


def test_more_than_there_is_room_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {"posts/a.html": "abc"})
    monkeypatch.setattr(zips, "LARGEST", 2)
    refused(path, "would unpack to 3 bytes, more than 2")
    monkeypatch.setattr(zips, "MOST", 0)
    refused(path, "holds 1 files, more than 0")


def test_a_file_that_is_no_zip_or_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"posts/{number}.html": "abc" * 99 for number in range(9)})
    whole = path.read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:length])
        refused(path, "a.zip is no zip file that can be read")
    refused(tmp_path / "away.zip", "cannot be unpacked: No such file")


def test_a_broken_file_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("posts/a.html", "AAAA")
        archive.writestr("posts/b.html", "BBBB")
    path.write_bytes(path.read_bytes().replace(b"AAAA", b"AXAA"))
    with unpacked(path, everything) as given:
        assert given.broken == ("posts/a.html",)
        assert [one.name for one in (given.folder / "posts").iterdir()] == ["b.html"]
