"""The library of pictures and files in the admin: brought, found, described, deleted."""

import json
import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.people import signed_in
from tests.admin.works import post as press
from tests.admin.works import said
from tests.factories import post
from tests.media.pictures import PDF, photograph, picture
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.authors import actions as authors
from westmarch.events.models import Event
from westmarch.media import library
from westmarch.media.library import Medium
from westmarch.media.models import Media

HOSTILE = '"><script>alert(1)</script>.png'


async def send(reader: Reader, *files: tuple[str, bytes], **headers: str) -> httpx2.Response:
    """Send files by the form."""
    sent = [("file", (name, content, "image/png")) for name, content in files]
    return await reader.client.post("/admin/media/", files=sent, data={"alt": ""}, headers=headers)


async def brought(reader: Reader, name: str = "a.png", content: bytes = b"") -> Medium:
    """Bring a file, and what the library knows of it."""
    answer = await send(reader, (name, content or picture()))
    assert answer.status_code == 303, said(answer)
    found = re.fullmatch(r"/admin/media/(\d+)/", answer.headers["location"])
    assert found
    return await reader.db.read(library.one, int(found[1]))


def media(session: Any) -> list[tuple[str, str]]:
    return [(row.filename, row.mime) for row in session.scalars(select(Media).order_by(Media.id))]


@pytest.mark.parametrize("name", ["日本の写真.png", "صورة البحر.png", HOSTILE, "a & b.png"])
async def test_a_picture_is_brought_and_shown_whatever_it_is_called(reader: Reader, name: str) -> None:
    await signed_in(reader, role="contributor")
    medium = await brought(reader, name)
    assert medium.filename == name.replace("%22", '"').rpartition("/")[2]
    for path in (
        "/admin/media/",
        f"/admin/media/{medium.id}/",
        "/admin/media/pick/",
        f"/admin/media/{medium.id}/delete/",
    ):
        text = await reader.page(path)
        assert "<script>alert" not in text
    assert "4 × 3" in said(await reader.get("/admin/media/"))
    answer = await reader.get(medium.path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]


async def test_what_readers_get_of_a_photograph_tells_nothing_of_the_photographer(reader: Reader) -> None:
    await signed_in(reader, role="author")
    medium = await brought(reader, "sea.jpg", photograph())
    answer = await reader.get(medium.path)
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"Secret" not in answer.content
    assert (medium.width, medium.height) == (30, 40)


async def test_several_files_come_at_once_and_the_unfit_are_named(reader: Reader) -> None:
    await signed_in(reader)
    answer = await send(reader, ("a.png", picture()), ("b.pdf", PDF))
    assert answer.status_code == 303
    answer = await send(
        reader, ("evil.jpg", b"<!DOCTYPE html><script>"), ("c.png", picture(colour="red")), ("cut.png", picture()[:40])
    )
    assert answer.status_code == 422
    words = said(answer)
    assert "“evil.jpg”: It is a page of HTML" in words
    assert "“cut.png”: The picture is broken" in words
    assert "The other one is uploaded." in words
    found = await reader.db.read(media)
    assert found == [("a.png", "image/png"), ("b.pdf", "application/pdf"), ("c.png", "image/png")]


async def test_a_script_that_sends_one_file_is_answered_in_json(reader: Reader) -> None:
    await signed_in(reader)
    answer = await send(reader, ("a.png", picture()), accept="application/json")
    (file,) = answer.json()["files"]
    assert (answer.status_code, file["new"], file["page"]) == (200, True, f"/admin/media/{file['id']}/")
    assert not (await send(reader, ("b.png", picture()), accept="application/json")).json()["files"][0]["new"]
    answer = await send(reader, ("a.svg", b"<svg/>"), accept="application/json")
    assert answer.status_code == 422
    assert "“a.svg”: It is an SVG" in answer.json()["message"]


async def test_a_form_without_a_file_and_one_that_is_none_are_refused(reader: Reader) -> None:
    await signed_in(reader)
    answer = await reader.client.post("/admin/media/", data={"alt": "x"})
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)
    answer = await reader.client.post("/admin/media/", content=b"{}", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    answer = await reader.client.post(
        "/admin/media/", content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 422
    many = [("file", (f"{n}.png", b"x", "image/png")) for n in range(30)]
    assert (await reader.client.post("/admin/media/", files=many)).status_code == 422
    assert await reader.db.read(media) == []


async def test_a_file_that_is_too_large_is_refused_and_named(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    await signed_in(reader)
    monkeypatch.setattr("westmarch.media.uploading.MOST_BYTES", 1 << 20)
    answer = await send(reader, ("big.pdf", b"%PDF-" + bytes(1 << 20)))
    assert (answer.status_code, "“big.pdf”: It is larger than 1 MB." in said(answer)) == (422, True)
    monkeypatch.setattr("westmarch.admin.media.MOST_BYTES", 1 << 16)
    answer = await send(reader, ("big.pdf", b"%PDF-" + bytes(1 << 20)))
    assert (answer.status_code, "at most" in said(answer)) == (422, True)


async def test_an_upload_is_written_down(reader: Reader) -> None:
    await signed_in(reader)
    medium = await brought(reader, "a.png")
    detail = await reader.db.read(
        lambda session: session.scalars(select(Event.detail).where(Event.verb == "media.uploaded")).one()
    )
    assert detail == {"filename": "a.png", "media": medium.id}
    assert "uploaded the file a.png" in said(await reader.get("/admin/events/"))


async def test_the_library_is_searched_and_narrowed(reader: Reader) -> None:
    await signed_in(reader)
    shown = await brought(reader, "海.png", picture(colour="blue"))
    await brought(reader, "other.png", picture(colour="red"))
    await brought(reader, "paper.pdf", PDF)
    await reader.do(post, "Sea", f"![x]({shown.path})", slug="sea")
    for query, names in {
        "": {"海.png", "other.png", "paper.pdf"}, "?q=%E6%B5%B7": {"海.png"}, "?show=document": {"paper.pdf"},
        "?show=unused": {"other.png", "paper.pdf"}, "?show=sound": set(), "?q=%00%25": set(), "?show=nonsense&sort=x":
        {"海.png", "other.png", "paper.pdf"}, "?sort=-size&after=forged": {"海.png", "other.png", "paper.pdf"},
    }.items():  # fmt: skip
        text = await reader.page("/admin/media/" + query)
        assert {name for name in ("海.png", "other.png", "paper.pdf") if f"<bdi>{name}" in text} == names, query


async def test_words_are_changed_shown_at_once_and_taken_back(reader: Reader) -> None:
    await signed_in(reader)
    medium = await brought(reader)
    await reader.do(post, "Text", f"![]({medium.path})", slug="text")
    await reader.do(post, "Cover", slug="cover", cover_id=medium.id)
    texts = ("/text/", "/cover/")
    for path in texts:
        assert "A calm sea" not in await reader.page(path)
    fields = {"version": medium.version, "filename": "sea.png", "alt": "A calm sea", "caption": "At <noon>"}
    answer = await press(reader, f"/admin/media/{medium.id}/", **fields)
    assert answer.status_code == 303
    for path in texts:
        assert 'alt="A calm sea"' in await reader.page(path), path
    shown = await reader.page(f"/admin/media/{medium.id}/")
    assert "![A calm sea](" in shown
    assert "At &lt;noon&gt;" in shown
    event = re.search(r'name="event" value="(\d+)"', shown)
    assert event
    answer = await press(reader, "/admin/undo/", event=event[1], back=f"/admin/media/{medium.id}/")
    assert answer.status_code == 303
    assert (await reader.db.read(library.one, medium.id)).alt == ""
    for path in texts:
        assert "A calm sea" not in await reader.page(path)


async def test_a_stale_form_and_one_that_is_too_long_come_back_with_what_was_typed(reader: Reader) -> None:
    await signed_in(reader)
    medium = await brought(reader)
    path = f"/admin/media/{medium.id}/"
    fields = {"version": medium.version, "filename": "sea.png", "alt": "The sea", "caption": ""}
    assert (await press(reader, path, **fields)).status_code == 303
    answer = await press(reader, path, **fields | {"alt": "My words"})
    assert answer.status_code == 409
    assert 'value="My words"' in answer.text
    assert "“The sea”" in answer.text
    for name, value in (("alt", "x" * 2_001), ("caption", "y" * 2_001), ("filename", "z" * 201), ("filename", " ")):
        answer = await press(reader, path, **fields | {"version": "", name: value})
        assert answer.status_code in (409, 422), name
        answer = await press(
            reader, path, **fields | {"version": (await reader.db.read(library.one, medium.id)).version, name: value}
        )
        assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True), name
        assert f'value="{value.strip()}"' in answer.text


async def test_deleting_names_what_shows_the_file_and_pages_show_it_at_once(reader: Reader) -> None:
    await signed_in(reader)
    medium = await brought(reader)

    def show(session: Session) -> None:
        post(session, "On the cover", slug="cover", cover_id=medium.id)
        authors.create(session, "Ann", picture_id=medium.id)

    await reader.do(show)
    assert medium.path in await reader.page("/cover/")
    asked = await reader.get(f"/admin/media/{medium.id}/delete/")
    assert {"On the cover", "Ann"} <= set(re.findall(r"<bdi>([^<]*)</bdi>", asked.text))
    answer = await press(reader, f"/admin/media/{medium.id}/delete/", anyway="")
    assert (answer.status_code, "is shown" in answer.text) == (409, True)
    assert (await reader.get(medium.path)).status_code == 200
    answer = await press(reader, f"/admin/media/{medium.id}/delete/", anyway="1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/media/")
    assert medium.path not in await reader.page("/cover/")
    assert (await reader.get(medium.path)).status_code == 404
    assert (await reader.get(f"/admin/media/{medium.id}/")).status_code == 404


async def test_a_file_that_somebody_else_uploaded_is_seen_and_not_changed_by_an_author(reader: Reader) -> None:
    await signed_in(reader, "Nell", "editor")
    medium = await brought(reader)
    await reader.do(post, "Secret plan", slug="plan", status="draft", cover_id=medium.id)
    reader.client.cookies.clear()
    await signed_in(reader, "Ann", "author")
    text = await reader.page(f"/admin/media/{medium.id}/")
    assert "by <bdi>Nell</bdi>" in text
    assert "Secret plan" not in text
    assert "/delete/" not in text
    fields = {"version": medium.version, "filename": "mine.png", "alt": "", "caption": ""}
    assert (await press(reader, f"/admin/media/{medium.id}/", **fields)).status_code == 403
    assert (await reader.get(f"/admin/media/{medium.id}/delete/")).status_code == 403
    assert (await press(reader, f"/admin/media/{medium.id}/delete/", anyway="1")).status_code == 403
    assert (await reader.get(medium.path)).status_code == 200


async def test_who_may_not_delete_a_picture_that_others_show_is_not_offered_to(reader: Reader) -> None:
    await signed_in(reader, "Ann", "author")
    medium = await brought(reader)
    path = f"/admin/media/{medium.id}/delete/"
    assert '<button class="button danger"' in await reader.page(path)
    await reader.do(post, "Of others", f"![]({medium.path})", slug="others")
    text = await reader.page(path)
    assert "Of others" in text
    assert "Ask an editor of the site." in text
    assert 'name="anyway"' not in text
    assert '<button class="button danger"' not in text
    await signed_in(reader, "Nell", "editor")
    assert 'name="anyway"' in await reader.page(path)


async def test_words_that_would_change_others_texts_are_refused_and_come_back(reader: Reader) -> None:
    await signed_in(reader, "Ann", "author")
    medium = await brought(reader)
    await reader.do(post, "Of others", f"![]({medium.path})", slug="others")
    fields = {"version": medium.version, "filename": "sea.png", "alt": "Buy this", "caption": ""}
    answer = await press(reader, f"/admin/media/{medium.id}/", **fields)
    assert (answer.status_code, 'value="Buy this"' in answer.text) == (403, True)
    assert "Others show it, in what you may not change." in answer.text
    assert "Buy this" not in await reader.page("/others/")
    answer = await press(reader, f"/admin/media/{medium.id}/", **fields | {"alt": ""})
    assert answer.status_code == 303, "its name is nobody else's"


async def test_pictures_to_choose_have_their_numbers_and_files_are_none(reader: Reader) -> None:
    await signed_in(reader, role="contributor")
    chosen = await brought(reader, "a.png")
    file = await brought(reader, "a.pdf", PDF)
    text = await reader.page("/admin/media/pick/")
    assert f"Number {chosen.id}" in text
    assert "a.pdf" not in text
    answer = await reader.get(f"/admin/media/{chosen.id}/picture/")
    assert (answer.status_code, answer.headers["location"]) == (302, chosen.path)
    for number in (file.id, 999_999, 2**31):
        assert (await reader.get(f"/admin/media/{number}/picture/")).status_code == 404


async def test_a_list_of_many_takes_few_statements(reader: Reader) -> None:
    await signed_in(reader)

    def fill(session: Session) -> None:
        from westmarch.db.types import now

        for number in range(200):
            hash_ = f"{number:064x}"
            fields = {"kind": "picture", "mime": "image/png", "extension": "png", "width": 4, "height": 3}
            session.add(Media(hash=hash_, filename=f"{number}.png", size=number, created_at=now(), **fields))

    await reader.do(fill)
    await reader.page("/admin/media/")
    assert len(reader.statements) <= 10
    text = await reader.page("/admin/media/?sort=name")
    after = re.search(r'rel="next" href="([^"]+)"', text)
    assert after
    assert text.count('<li><a href="/admin/media/') >= 48
    following = await reader.page(after[1].replace("&amp;", "&"))
    first, second = ({*re.findall(r"<bdi>(\d+\.png)", each)} for each in (text, following))
    assert (len(first), len(second), first & second) == (48, 48, set())


def test_the_words_for_a_text_are_markdown_that_means_what_it_says() -> None:
    from westmarch.admin.media import markdown
    from westmarch.db.types import now

    medium = Medium(
        1, "ab" * 32, "picture", "image/png", "png", "a.png", 1, 4, 3, "a [b] \\c", 'say "hi" \\', None, now()
    )
    assert markdown(medium).startswith("![a \\[b\\] \\\\c](/media/ab/")
    assert json.dumps(markdown(medium)).endswith(' \\"say \\\\\\"hi\\\\\\" \\\\\\\\\\")"')
