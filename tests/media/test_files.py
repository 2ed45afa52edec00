"""What files are told to be, and how they are kept."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from westmarch.errors import Invalid, Unavailable
from westmarch.media import files

pytestmark = pytest.mark.unit


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), **options: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", sorted(files.PICTURES))
def test_a_picture_is_told_by_its_content_not_its_name(kind: str) -> None:
    found = files.examine(picture(kind), "photo.whatever")
    assert (found.kind, found.width, found.height) == ("picture", 4, 3)
    assert (found.extension, found.mime) == files.PICTURES[kind]


def test_a_turned_photograph_has_the_size_in_which_it_is_shown() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = files.examine(picture("JPEG", exif=exif), "photo.jpg")
    assert (found.width, found.height) == (3, 4)


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", picture("PNG")[:40], picture("JPEG")[:200]],
    ids=["empty", "svg", "html", "cut PNG", "cut JPEG"],
)
def test_what_is_no_whole_picture_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        files.examine(content, "photo.png")
    assert caught.value.place == "photo.png"


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIXELS", 11)
    with pytest.raises(Invalid, match="4 × 3 pixels"):
        files.examine(picture(), "photo.png")


@given(st.binary(max_size=300))
def test_no_bytes_make_the_examination_fail_otherwise(content: bytes) -> None:
    for head in (b"", picture("PNG")[:60], picture("GIF")[:10], b"RIFF\x00\x00\x00\x00WEBP"):
        try:
            files.examine(head + content, "photo.png")
        except Invalid:
            continue


def test_a_document_is_kept_for_download() -> None:
    found = files.examine(b"%PDF-1.7", "Paper.PDF")
    assert (found.kind, found.extension, found.mime) == ("file", "pdf", "application/pdf")


def test_a_file_is_kept_under_its_hash_once(tmp_path: Path) -> None:
    content = picture()
    examined = files.examine(content, "a.png")
    path = files.keep(tmp_path, examined, content)
    assert path.read_bytes() == content
    before = path.stat().st_mtime_ns
    assert files.keep(tmp_path, examined, content) == path
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_cut_short_by_a_crash_is_written_again(tmp_path: Path) -> None:
    content = picture()
    examined = files.examine(content, "a.png")
    path = files.keep(tmp_path, examined, content)
    path.write_bytes(content[:10])
    files.keep(tmp_path, examined, content)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    content = picture()
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be stored"):
        files.keep(tmp_path / "media", files.examine(content, "a.png"), content)


def test_nothing_half_written_stays_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = picture()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        files.keep(tmp_path, files.examine(content, "a.png"), content)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
