"""Stored files, as readers get them."""

import hashlib
from pathlib import Path

import pytest

from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.settings import Settings


def kept(settings: Settings, content: bytes, extension: str) -> str:
    """Put a file where media are kept; its public path."""
    digest = hashlib.blake2b(content, digest_size=32).hexdigest()
    path = settings.media_folder / digest[:2] / f"{digest[2:]}.{extension}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return f"/media/{digest[:2]}/{digest[2:]}.{extension}"


async def test_a_file_is_kept_for_ever_and_answers_conditions(reader: Reader, settings: Settings) -> None:
    path = kept(settings, b"RIFF....WEBP", "webp")
    answer = await reader.get(path)
    assert (answer.status_code, answer.content) == (200, b"RIFF....WEBP")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = await reader.get(path, if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    head = await reader.ask("HEAD", path)
    assert (head.headers["content-length"], head.content) == ("12", b"")


async def test_a_part_of_a_film_can_be_asked_for(reader: Reader, settings: Settings) -> None:
    answer = await reader.get(kept(settings, bytes(range(200)), "mp4"), range="bytes=10-19")
    assert (answer.status_code, answer.content) == (206, bytes(range(10, 20)))
    assert answer.headers["content-range"] == "bytes 10-19/200"
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("extension", ["html", "svg", "pdf", "zip", "txt"])
async def test_what_is_no_picture_is_handed_over_and_can_run_nothing(
    reader: Reader, settings: Settings, extension: str
) -> None:
    answer = await reader.get(kept(settings, b"<script>alert(1)</script>", extension))
    assert answer.headers["content-disposition"] == "attachment"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers.get_list("content-security-policy")[0].startswith("default-src 'none'")
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "html" not in answer.headers["content-type"]


@pytest.mark.parametrize(
    "path",
    ["/media/", "/media/x", "/media/../westmarch.db", "/media/%2e%2e/westmarch.toml", "/media/ab/" + "0" * 62 + ".webp",
     "/media/ab/" + "0" * 62 + ".webp/", "/media/ab//" + "0" * 62 + ".webp", "/media/AB/" + "0" * 62 + ".webp"],
)  # fmt: skip
async def test_nothing_else_is_to_be_had(reader: Reader, settings: Settings, path: str) -> None:
    (settings.media_folder / "ab").mkdir(parents=True)
    assert (await reader.get(path)).status_code in (400, 404)


async def test_a_folder_without_media_is_404(reader: Reader, settings: Settings, tmp_path: Path) -> None:
    assert not settings.media_folder.exists()
    assert (await reader.get("/media/ab/" + "0" * 62 + ".webp")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ("bytes=a", 200, None), ("bytes=5-1", 200, None), ("lines=1-2", 200, None), ("bytes=", 200, None),
        ("bytes=0-1,x", 200, None), ("bytes=200-", 416, "bytes */200"), ("bytes=-0", 416, "bytes */200"),
        ("bytes=999999999999-", 416, "bytes */200"), ("bytes=190-900", 206, "bytes 190-199/200"),
        ("bytes=-10", 206, "bytes 190-199/200"), ("bytes=0-9, 300-400", 206, "bytes 0-9/200"),
    ],
)  # fmt: skip
async def test_parts_that_are_not_there_are_refused_and_what_is_no_range_is_ignored(
    reader: Reader, settings: Settings, asked: str, status: int, told: str | None
) -> None:
    answer = await reader.get(kept(settings, bytes(range(200)), "mp4"), range=asked)
    assert (answer.status_code, answer.headers.get("content-range")) == (status, told)
    assert len(answer.content) == {200: 200, 206: 10, 416: 0}[status]
    assert answer.headers.get_list("content-security-policy")[0].endswith("sandbox")


async def test_a_part_of_another_file_is_not_continued(reader: Reader, settings: Settings) -> None:
    path = kept(settings, bytes(range(200)), "mp4")
    etag = (await reader.get(path)).headers["etag"]
    assert (await reader.get(path, range="bytes=10-19", if_range=etag)).status_code == 206
    assert (await reader.get(path, range="bytes=10-19", if_range='"other"')).status_code == 200


async def test_what_is_kept_already_stays_harmless(reader: Reader, settings: Settings) -> None:
    path = kept(settings, b"<svg/>", "svg")
    first = await reader.get(path)
    again = await reader.get(path, if_none_match=first.headers["etag"])
    assert again.status_code == 304
    policies = [answer.headers.get_list("content-security-policy") for answer in (first, again)]
    assert policies[0] == policies[1]
