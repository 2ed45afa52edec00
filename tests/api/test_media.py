"""Pictures and files by the API: brought, found, described, deleted, by those who may."""

from typing import Any

import httpx2
import pytest

from tests.api.people import Program, faults, program
from tests.factories import post
from tests.media.pictures import PDF, photograph, picture
from tests.readers import Reader
from tests.readers import reader as reader


async def send(asking: Program, name: str = "海.png", content: bytes = b"", **fields: str) -> httpx2.Response:
    """Send a file."""
    files = {"file": (name, content or picture())}
    return await asking.ask("POST", "/media", files=files, data=fields)


@pytest.fixture
async def owner(reader: Reader) -> Program:
    return await program(reader)


async def test_a_picture_is_brought_and_told(reader: Reader, owner: Program) -> None:
    answer = await send(owner, "海.jpg", photograph(), alt="The sea")
    made = answer.json()
    assert (answer.status_code, made["filename"], made["alt"], made["caption"]) == (201, "海.jpg", "The sea", "")
    assert (made["mime"], made["width"], made["height"]) == ("image/jpeg", 30, 40)
    assert answer.headers["location"] == f"https://example.org/api/v1/media/{made['id']}"
    assert await owner.json(f"/media/{made['id']}") == made
    kept = await reader.get(made["path"])
    assert (kept.status_code, b"Secret" in kept.content) == (200, False)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jpg", b"<!DOCTYPE html><p>"), ("a.svg", b"<svg/>"), ("a.png", picture()[:50]),
     ("a.gif", picture() + b"<script>"),
     ("a.pdf", b"MZ"), ("a.png", b"\0")],
)  # fmt: skip
async def test_what_is_not_taken_is_refused_by_name(owner: Program, name: str, content: bytes) -> None:
    answer = await send(owner, name, content)
    assert answer.status_code == 422
    assert f"“{name}”" in answer.json()["detail"]
    assert (await owner.json("/media"))["results"] == []


async def test_a_form_in_another_encoding_is_refused(owner: Program) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="alt"\r\n\r\nx\r\n--x--\r\n'
    head = {"content-type": "multipart/form-data; boundary=x; charset=undefined"}
    assert (await owner.ask("POST", "/media", content=body, headers=head)).status_code == 415


async def test_words_are_changed_and_pages_show_them_at_once(reader: Reader, owner: Program) -> None:
    made = (await send(owner)).json()
    path = f"/media/{made['id']}"
    await reader.do(post, "Text", f"![]({made['path']})", slug="text")
    assert "A calm sea" not in await reader.page("/text/")
    answer = await owner.ask("PATCH", path, {"alt": "A calm sea", "caption": "نسيم", "filename": "sea.png"})
    assert answer.status_code == 200
    assert answer.json() == made | {"alt": "A calm sea", "caption": "نسيم", "filename": "sea.png"}
    assert 'alt="A calm sea"' in await reader.page("/text/")
    answer = await owner.ask("PATCH", path, {})
    assert (answer.status_code, answer.json()["alt"]) == (200, "A calm sea")


async def test_a_stale_change_is_refused(owner: Program) -> None:
    made = (await send(owner)).json()
    path = f"/media/{made['id']}"
    tag = (await owner.get(path)).headers["etag"]
    assert (await owner.ask("PATCH", path, {"alt": "One"}, headers={"if-match": tag})).status_code == 200
    assert (await owner.ask("PATCH", path, {"alt": "Two"}, headers={"if-match": tag})).status_code == 412
    assert (await owner.ask("DELETE", path, headers={"if-match": tag})).status_code == 412
    assert (await owner.json(path))["alt"] == "One"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"alt": "x" * 2_001}, "/alt"), ({"alt": None}, "/alt"), ({"alt": "a\nb"}, "/alt"), ({"caption": 1}, "/caption"),
     ({"filename": ""}, "/filename"), ({"filename": " "}, "/filename"), ({"hash": "0"}, "/hash"),
     ({"size": 1}, "/size"), ({"path": "/x"}, "/path"), ({"account_id": 1}, "/account_id"), ({"alt": "\0"}, "/alt")],
)  # fmt: skip
async def test_what_cannot_be_said_is_named(owner: Program, body: Any, field: str) -> None:
    made = (await send(owner)).json()
    answer = await owner.ask("PATCH", f"/media/{made['id']}", body)
    assert (answer.status_code, list(faults(answer))) == (422, [field])
    assert await owner.json(f"/media/{made['id']}") == made


async def test_what_is_shown_is_deleted_only_where_that_is_said(reader: Reader, owner: Program) -> None:
    made = (await send(owner)).json()
    path = f"/media/{made['id']}"
    await reader.do(post, "Cover", slug="cover", cover_id=made["id"])
    assert made["path"] in await reader.page("/cover/")
    answer = await owner.ask("DELETE", path)
    assert (answer.status_code, "post “Cover”" in answer.json()["detail"]) == (409, True)
    assert (await owner.ask("DELETE", path + "?anyway=perhaps")).status_code == 422
    assert (await reader.get(made["path"])).status_code == 200
    answer = await owner.ask("DELETE", path + "?anyway=true")
    assert (answer.status_code, answer.content) == (204, b"")
    assert made["path"] not in await reader.page("/cover/")
    assert (await reader.get(made["path"])).status_code == 404
    for method in ("GET", "PATCH", "DELETE"):
        assert (await owner.ask(method, path, {} if method == "PATCH" else None)).status_code == 404


async def test_an_upload_that_others_show_is_deleted_by_editors_alone(reader: Reader, owner: Program) -> None:
    author = await program(reader, "Ann", "author")
    path = f"/media/{(made := (await send(author)).json())['id']}?anyway=true"
    await owner.made("/posts", title="Cover", markdown="x", status="published", cover=made["id"])
    assert (await author.ask("DELETE", path)).status_code == 403
    editor = await program(reader, "Eve", "editor")
    assert (await editor.ask("DELETE", path)).status_code == 204


async def test_others_uploads_are_for_editors(reader: Reader, owner: Program) -> None:
    made = (await send(owner)).json()
    path = f"/media/{made['id']}"
    author = await program(reader, "Ann", "author")
    assert await author.json(path) == made
    assert (await author.ask("PATCH", path, {"alt": "Mine"})).status_code == 403
    assert (await author.ask("DELETE", path + "?anyway=true")).status_code == 403
    own = (await send(author, "own.png", picture(colour="red"))).json()
    assert (await author.ask("PATCH", f"/media/{own['id']}", {"alt": "Mine"})).status_code == 200
    editor = await program(reader, "Eve", "editor")
    assert (await editor.ask("PATCH", f"/media/{own['id']}", {"alt": "Hers"})).status_code == 200
    assert (await author.ask("DELETE", f"/media/{own['id']}")).status_code == 204


async def test_the_list_is_narrowed(reader: Reader, owner: Program) -> None:
    shown = (await send(owner)).json()
    await send(owner, "other.png", picture(colour="red"), alt="A Red Sail")
    for name, content in (("p.pdf", PDF), ("s.mp3", b"ID3\x04"), ("f.mp4", b"\0\0\0\x20ftypisom")):
        assert (await send(owner, name, content)).status_code == 201
    await reader.do(post, "Text", f"![]({shown['path']})", slug="text")
    for query, names in {
        "kind=picture": ["other.png", "海.png"], "kind=file": ["f.mp4", "s.mp3", "p.pdf"], "kind=sound": ["s.mp3"],
        "kind=film": ["f.mp4"], "kind=document": ["p.pdf"], "unused=true&kind=picture": ["other.png"],
        "q=red%20sail": ["other.png"], "q=%E6%B5%B7": ["海.png"],
    }.items():  # fmt: skip
        found = [each["filename"] for each in (await owner.json(f"/media?{query}"))["results"]]
        assert found == names, query
    first = await owner.json("/media?unused=true&limit=2")
    assert "unused=true" in first["next"]
