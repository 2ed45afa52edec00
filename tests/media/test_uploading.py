"""What becomes of a file that somebody sends, before it is kept."""

import contextlib
import re
import warnings
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.media.pictures import PDF, moving, photograph, picture
from westmarch.errors import Invalid
from westmarch.media import files, rewriting, uploading
from westmarch.media.uploading import called, ready

pytestmark = pytest.mark.unit


def refused(content: bytes, name: str = "photo.jpg") -> str:
    """The sentence with which a file is refused; it names the file."""
    with pytest.raises(Invalid) as caught:
        ready(content, name)
    assert f"“{name}”" in caught.value.message
    assert caught.value.place == "file"
    return f"{caught.value.message} {caught.value.hint}"


def zipped() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    return out.getvalue()


@pytest.mark.parametrize("kind", sorted(files.PICTURES))
def test_what_a_picture_is_says_its_content(kind: str) -> None:
    made = ready(picture(kind), "report.pdf")
    assert (made.examined.kind, made.examined.extension, made.examined.mime) == ("picture", *files.PICTURES[kind])
    assert (made.examined.width, made.examined.height) == (4, 3)
    with Image.open(BytesIO(made.content)) as found:
        assert found.format == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_photograph_is_turned_upright_and_loses_where_it_was_taken(kind: str) -> None:
    sent = photograph(kind)
    assert b"Secret camera" in sent
    made = ready(sent, "a.jpg")
    assert (made.examined.width, made.examined.height) == (30, 40)
    assert b"Secret" not in made.content
    with Image.open(BytesIO(made.content)) as found:
        assert not found.getexif()
        assert not {"exif", "xmp", "comment"} & found.info.keys()
        above, below = (found.convert("RGB").getpixel((15, y)) for y in (5, 35))
        assert isinstance(above, tuple)
        assert isinstance(below, tuple)
        assert above[0] > 200 > 100 > below[0]


def test_the_colours_of_a_picture_and_its_clear_parts_stay() -> None:
    out = BytesIO()
    Image.new("RGBA", (4, 3), (10, 20, 30, 40)).save(out, "PNG", icc_profile=b"a profile")
    with Image.open(BytesIO(ready(out.getvalue(), "a.png").content)) as found:
        assert found.getpixel((0, 0)) == (10, 20, 30, 40)
        assert found.info["icc_profile"] == b"a profile"


def test_a_jpeg_is_packed_no_worse_than_it_was() -> None:
    noise = Image.effect_noise((200, 200), 80).convert("RGB")
    out = BytesIO()
    noise.save(out, "JPEG", quality=95, subsampling=0)
    made = ready(out.getvalue(), "a.jpg").content
    assert abs(len(made) - len(out.getvalue())) < len(made) * 0.05
    with Image.open(BytesIO(made)) as after, Image.open(BytesIO(out.getvalue())) as before:
        assert after.quantization == before.quantization  # type: ignore[attr-defined]


def test_a_jpeg_with_more_pictures_behind_the_first_is_one() -> None:
    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (4, 3), "red")])
    made = ready(out.getvalue(), "portrait.jpg")
    assert (made.examined.extension, made.examined.width) == ("jpg", 40)
    assert files.examine(out.getvalue(), "portrait.jpg").extension == "jpg"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_keeps_its_frames_and_loses_what_hangs_on_it(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Secret camera"
    options = {"comment": b"Secret words"} if kind == "GIF" else {"exif": exif}
    sent = moving(kind, **options) + b"Secret tail"
    assert sent.count(b"Secret") == 2
    made = ready(sent, "a.gif")
    assert b"Secret" not in made.content
    with Image.open(BytesIO(made.content)) as after, Image.open(BytesIO(sent)) as before:
        assert after.n_frames == before.n_frames == 3  # type: ignore[attr-defined]
        assert after.info.get("loop") == before.info.get("loop") == 0
        for frame in range(3):
            after.seek(frame)
            before.seek(frame)
            assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_moving_picture_that_is_cut_is_refused(kind: str) -> None:
    whole = moving(kind, frames=6, size=(64, 64))
    refused(whole[: len(whole) - 30])


def test_a_page_that_is_called_a_picture_is_refused() -> None:
    assert "page of HTML" in refused(b"\n<!-- hello --><!DOCTYPE html><script>alert(1)</script>")
    assert "page of HTML" in refused(b"\xef\xbb\xbf<html>")


@pytest.mark.parametrize("begin", [b"", b"<?xml version='1.0'?>\n", b"\xef\xbb\xbf", b"<!-- a -->", b"<!DOCTYPE svg>"])
def test_an_svg_is_refused_since_it_can_hold_scripts(begin: bytes) -> None:
    assert "SVG" in refused(begin + b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.svg")


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"#!/bin/sh\n", b"\x7fELF", b"plain words", b"\x00" * 100])
def test_what_nobody_knows_is_refused_whatever_it_is_called(content: bytes) -> None:
    for name in ("photo.jpg", "paper.pdf", "film.mp4", "song.mp3", "a.zip", "none"):
        assert "Nobody knows what it is" in refused(content, name)


def test_nothing_is_refused() -> None:
    assert "empty" in refused(b"")


@pytest.mark.parametrize("kind", sorted(files.PICTURES))
def test_a_picture_that_is_cut_is_refused(kind: str) -> None:
    whole = photograph(kind, (64, 64)) if kind != "GIF" else picture("GIF", (64, 64))
    refused(whole[: len(whole) - len(whole) // 4])


def _chunked(*chunks: tuple[bytes, bytes]) -> bytes:
    made = (
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big") for name, body in chunks
    )
    whole = picture("PNG")
    return whole[:33] + b"".join(made) + whole[33:]


@pytest.mark.parametrize(
    "content",
    [
        photograph(size=(640, 480))[:-6], photograph("PNG", (64, 64))[:-40], moving("GIF", 6, (64, 64))[:-30],
        _chunked((b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * (2 << 20)))), _chunked((b"iCCP", b"x")),
        picture("PNG")[:33] + b"\0" * 40, moving("WEBP")[:-20],
    ],
)  # fmt: skip
def test_a_broken_picture_is_refused_in_words_of_ours(content: bytes) -> None:
    said = refused(content)
    assert re.fullmatch(r"“photo\.jpg”: The picture is broken: [a-z, ]+\. Send it again[a-z, ]*\.", said), said


def test_a_broken_picture_of_an_import_is_refused_in_words_of_ours() -> None:
    with pytest.raises(Invalid, match=r"^The picture is broken: it is cut, or holds what no picture should\.$"):
        files.examine(photograph(size=(640, 480))[:-6], "photo.jpg")


@pytest.mark.parametrize(
    ("tail", "other"),
    [(b"<script>alert(1)</script>", "script"), (b"<HTML><body>", "script"), (b"<?php phpinfo();", "script")],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_picture_that_is_something_else_as_well_is_refused(kind: str, tail: bytes, other: str) -> None:
    assert other in refused(picture(kind) + tail)
    assert "archive" in refused(picture(kind) + zipped())


def test_a_picture_with_a_pdf_in_its_comment_is_refused() -> None:
    assert "PDF" in refused(picture("JPEG", comment=b"%PDF-1.4 1 0 obj"))


def _pdf_with(where: str, other: bytes) -> bytes:
    return {
        "alone": b"%PDF-1.4\n" + other,
        "first": PDF.replace(b"1 0 obj", other + b"\n1 0 obj"),
        "behind": PDF + other,
        "in its end": PDF.replace(b"startxref", other + b"\nstartxref"),
    }[where]


@pytest.mark.parametrize(
    ("where", "other", "told"),
    [
        ("alone", photograph(), "no whole one"), ("alone", photograph() + b"\n%%EOF", "no whole one"),
        ("first", photograph(), "something else"), ("behind", photograph(), "something else"),
        ("behind", photograph(size=(900, 700)), "no whole one"), ("behind", picture("PNG"), "something else"),
        ("behind", b"<script>alert(1)</script>", "something else"), ("first", b"<html>", "something else"),
        ("behind", zipped(), "something else"), ("in its end", zipped(), "something else"),
    ],
)  # fmt: skip
def test_what_begins_as_a_pdf_and_is_another_thing_is_refused(where: str, other: bytes, told: str) -> None:
    assert told in refused(_pdf_with(where, other), "paper.pdf")


def test_a_pdf_that_is_cut_is_refused() -> None:
    for end in (8, 60, len(PDF) - 20):
        assert "no whole one" in refused(PDF[:end], "paper.pdf")


@pytest.mark.parametrize("end", [b"", b"\r\n", b"\0" * 300])
def test_a_pdf_keeps_the_pictures_within_it(end: bytes) -> None:
    stream = b"3 0 obj<</Subtype/Image>>stream\n" + photograph() + b"\nendstream endobj\n3 0 obj"
    sent = PDF.replace(b"3 0 obj", stream, 1) + end
    assert ready(sent, "paper.pdf").content == sent


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked() -> None:
    """A PNG of 4 GB of nothing in a few bytes: 50,000 × 50,000 pixels, whose data are never looked at."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = (50_000).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00"
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        + chunk(b"IEND", b"")
    )
    assert "more than 60 million pixels" in refused(bomb, "a.png")


def test_a_moving_picture_with_too_many_frames_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "FRAMES", 2 * 48)
    assert "3 frames of 8 × 6 pixels" in refused(moving("GIF"), "a.gif")


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "MOST_BYTES", 1 << 20)
    assert "larger than 1 MB" in refused(b"%PDF-" + bytes(1 << 20), "a.pdf")


@pytest.mark.parametrize(
    ("content", "name", "extension"),
    [
        (PDF, "Paper.jpg", "pdf"), (zipped(), "x.jpg", "zip"), (b"\x1f\x8b\x08\x00", "a.tar.gz", "gz"),
        (b"\x1f\x8b\x08\x00", "a.tgz", "tgz"), (b"7z\xbc\xaf\x27\x1c", "a", "7z"), (b"ID3\x04", "a.jpg", "mp3"),
        (b"\xff\xfb\x90\x00", "a.mp3", "mp3"), (b"OggS\x00", "a.ogg", "ogg"), (b"RIFF\0\0\0\0WAVEfmt ", "a", "wav"),
        (b"\0\0\0\x20ftypisom\0\0", "a.mov", "mp4"), (b"\0\0\0\x20ftypM4A \0\0", "a.mp4", "m4a"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "a.mkv", "webm"), ("Grüße".encode(), "a.TXT", "txt"),
        (b"a,b\n1,2\n", "a.csv", "csv"), (b"<html>", "a.txt", "txt"),
        (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/epub+zip", "a.zip", "epub"),
    ],
)  # fmt: skip
def test_other_files_are_told_by_their_content(content: bytes, name: str, extension: str) -> None:
    made = ready(content, name)
    assert (made.examined.kind, made.examined.extension) == ("file", extension)
    assert made.examined.mime == files.FILES[extension]
    assert made.content == content


@pytest.mark.parametrize("content", [b"\xff\xfe\x41\x00", b"a\0b", b"\xe9t\xe9"])
def test_what_is_no_text_is_none_by_its_name(content: bytes) -> None:
    refused(content, "a.txt")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("日本の写真.jpg", "日本の写真.jpg"), ("صورة البحر.png", "صورة البحر.png"), ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Nell\\a.png", "a.png"), ("a\u202egpj.exe", "agpj.exe"), ("a\nb\0.png", "ab.png"), ("", "file"),
        ("/", "file"), ("\ud800", "file"), ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"), ("  a.png ", "a.png"),
    ],
)  # fmt: skip
def test_a_file_is_called_what_can_be_shown(sent: str, name: str) -> None:
    assert called(sent) == name


@pytest.mark.slow
@given(st.binary(max_size=300), st.sampled_from(["a.jpg", "a.txt", "a.gif"]))
def test_no_bytes_make_an_upload_fail_otherwise(content: bytes, name: str) -> None:
    heads = (b"", picture("PNG")[:60], moving("GIF")[:60], moving("WEBP")[:90], moving("PNG")[:120], photograph()[:200])
    for head in heads:
        try:
            ready(head + content, name)
        except Invalid:
            continue


_MADE = {
    **{(kind, True): moving(kind) for kind in ("GIF", "PNG")},
    **{(kind, False): picture(kind) for kind in ("GIF", "PNG", "JPEG", "AVIF")},
}


@given(
    st.sampled_from(sorted(_MADE)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_picture_with_other_bytes_in_it_is_taken_or_refused(
    kind: tuple[str, bool], others: list[tuple[float, int]]
) -> None:
    content = bytearray(_MADE[kind])
    for place, value in others:
        content[int(place * len(content))] = value
    with contextlib.suppress(Invalid):
        ready(bytes(content), "a.png")


def test_pictures_change_no_filters_of_warnings_which_are_those_of_all_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, seen = list(warnings.filters), []
    opened = Image.open

    def open_(*args: Any, **named: Any) -> Any:
        seen.append(list(warnings.filters))
        return opened(*args, **named)

    monkeypatch.setattr(Image, "open", open_)
    assert rewriting.rewritten(picture("JPEG"))
    assert files.examine(picture("JPEG"), "a.jpg").kind == "picture"
    assert seen == [before, before]


def test_what_the_libraries_raise_for_a_broken_picture_is_told() -> None:
    frames = moving("GIF", 3)
    broken = picture("AVIF").replace(b"av01", b"av00", 1)
    for content in (broken, frames[:96] + b"\xff" + frames[97:]):
        with pytest.raises(Invalid):
            ready(content, "a.png")
