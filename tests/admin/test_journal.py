"""What is typed and not saved, as the pages of the admin keep it, offer it, show it and throw it away."""

import re
from typing import Any

import httpx2
import pytest

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.admin import journal
from westmarch.posts.edited import edited

TAB = "0123456789abcdef"
NEW = "/admin/posts/new/"


@pytest.fixture
async def nell(reader: Reader) -> Reader:
    await signed_in(reader, role="owner")
    return reader


async def put(reader: Reader, tab: str = TAB, **values: Any) -> httpx2.Response:
    """Keep a form as the page does."""
    body = {
        "sequence": 1,
        "kind": "post",
        "post": None,
        "base": "",
        "fields": {"title": "Tides", "markdown": "Three typed words", "language": "en"},
    }
    return await reader.client.put(f"{journal.PATH}{tab}", json=body | values)


async def test_what_is_kept_is_offered_shown_and_taken(nell: Reader) -> None:
    answer = await put(nell)
    assert (answer.status_code, answer.json()["sequence"], answer.json()["kept"]) == (200, 1, True)
    page = await nell.page(NEW)
    assert "Not saved: 3 words of “Tides”" in page
    shown = await nell.page(f"{journal.PATH}{TAB}/")
    assert "Three typed words" in re.sub("<[^>]+>", "", shown)
    taken = await nell.page(f"{NEW}?take={TAB}")
    assert dict(form(taken, NEW))["markdown"] == "Three typed words"
    assert "data-offered" not in taken
    assert (await nell.client.post(NEW, data=changed(form(taken, NEW), do="save"))).status_code == 303
    assert "data-offered" not in await nell.page(NEW)


async def test_what_is_kept_of_a_post_is_put_together_with_what_was_saved_meanwhile(nell: Reader) -> None:
    post_id = await nell.do(post, "Ebb", "One.\n\nTwo.\n\nThree.\n", status="draft", published_at=None)
    path = f"/admin/posts/{post_id}/"
    opened = dict(form(await nell.page(path), path))
    typed = opened | {"markdown": "One.\n\nTwo.\n\nFour.\n"}
    fields = {name: text for name, text in typed.items() if name not in ("version", "back")}
    await put(nell, post=post_id, base=opened["version"], fields=fields)
    answer = await nell.client.post(path, data=opened | {"markdown": "Nought.\n\nTwo.\n\nThree.\n", "do": "save"})
    assert answer.status_code == 303
    taken = form(await nell.page(f"{path}?take={TAB}"), path)
    assert (await nell.client.post(path, data=changed(taken, do="save"))).status_code == 303
    assert (await nell.db.read(edited, post_id)).markdown == "Nought.\n\nTwo.\n\nFour.\n"
    assert "data-offered" not in await nell.page(path)


async def test_what_is_as_it_is_saved_is_not_offered(nell: Reader) -> None:
    await put(nell, fields={"title": "", "markdown": "", "language": "en"})
    assert "data-offered" not in await nell.page(NEW)


async def test_what_is_thrown_away_is_there_again_when_that_is_undone(nell: Reader) -> None:
    await put(nell)
    answer = await nell.client.post(journal.PATH, data={"throw": TAB, "back": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, NEW)
    page = await nell.page(NEW)
    assert "data-offered" not in page
    undo = form(page, "/admin/undo/")
    secret = dict(nell.client.cookies)
    await signed_in(nell, "Tom", role="owner")
    assert (await nell.client.post("/admin/undo/", data=changed(undo))).status_code == 403
    nell.client.cookies.clear()
    nell.client.cookies.update(secret)
    assert (await nell.client.post("/admin/undo/", data=changed(undo))).status_code == 303
    assert "data-offered" in await nell.page(NEW)


async def test_nobody_else_sees_or_takes_it(nell: Reader) -> None:
    await put(nell)
    await signed_in(nell, "Tom", role="owner")
    assert "data-offered" not in await nell.page(NEW)
    for path in (f"{journal.PATH}{TAB}/", f"{NEW}?take={TAB}"):
        assert (await nell.get(path)).status_code == 404
    assert (await put(nell, sequence=2)).status_code == 404
    assert (await nell.client.post(journal.PATH, data={"throw": TAB})).status_code == 404


async def test_what_somebody_else_typed_in_this_browser_is_refused(nell: Reader) -> None:
    assert (await put(nell, account=999)).status_code == 403


async def test_only_who_is_signed_in_and_writes_keeps_something(reader: Reader) -> None:
    assert (await put(reader)).status_code == 401


@pytest.mark.parametrize(
    "values",
    [
        {"sequence": 0},
        {"sequence": 2**31},
        {"sequence": "1"},
        {"sequence": True},
        {"kind": "book"},
        {"post": "7"},
        {"post": -1},
        {"base": "<"},
        {"base": 7},
        {"fields": []},
        {"fields": {"title": 7}},
        {"fields": {str(number): "" for number in range(journal.MOST_FIELDS + 1)}},
    ],
)
async def test_what_is_no_form_of_ours_is_refused(nell: Reader, values: dict[str, Any]) -> None:
    assert (await put(nell, **values)).status_code == 422


async def test_what_is_no_json_or_too_large_is_refused(nell: Reader) -> None:
    path, kind = journal.PATH + TAB, {"content-type": "application/json"}
    for body in (b"", b"{", b"[" * 100_000, b"\xff", b"[]", b"7", b"x" * (journal.MOST_BYTES + 1)):
        assert (await nell.client.put(path, content=body, headers=kind)).status_code == 422
    assert (await nell.client.put(path, content=b"{}", headers={"content-type": "text/plain"})).status_code == 422
    assert (await nell.client.put(f"{journal.PATH}short", json={})).status_code in (404, 422)


async def test_halves_of_characters_come_back_as_a_sign(nell: Reader) -> None:
    fields = b'{"title":"a\\ud800\\u0000b","markdown":"c\\udfff"}'
    body = b'{"sequence":1,"kind":"post","post":null,"base":"","fields":%s}' % fields
    answer = await nell.client.put(journal.PATH + TAB, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert dict(form(await nell.page(f"{NEW}?take={TAB}"), NEW))["markdown"] == "c\N{REPLACEMENT CHARACTER}"


async def test_the_dashboard_and_the_lists_name_what_is_not_saved(nell: Reader) -> None:
    await put(nell)
    for path in ("/admin/", "/admin/posts/"):
        assert f'href="{NEW}?take={TAB}" dir="auto">Tides</a>: 3 words' in await nell.page(path)
    assert "Not saved" not in await nell.page("/admin/pages/")
    assert "Not saved" not in await nell.page("/admin/trash/")
