"""What is typed and not saved, as the pages of the admin keep it, offer it, show it and throw it away."""

import asyncio
import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, text

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.models import Account
from westmarch.admin import journal
from westmarch.db.types import now
from westmarch.posts.edited import edited
from westmarch.posts.models import Post
from westmarch.presence import actions as presence

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
    assert (await nell.get(f"{journal.PATH}{TAB}/")).status_code == 404
    assert (await nell.get(f"{NEW}?take={TAB}")).status_code == 303  # To the form without it.
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


async def lost(reader: Reader, **values: Any) -> tuple[dict[str, Any], int]:
    """What a page sends to save a new post, and the post that it made; its browser got no answer."""
    sent = dict(form(await reader.page(NEW), NEW)) | {"title": "Tides", "markdown": "Ebb.", "do": "save", "tab": TAB}
    sent |= {"sequence": "1"} | values
    answer = await reader.client.post(NEW, data=sent)
    assert answer.status_code == 303
    return sent, int(answer.headers["location"].strip("/").rpartition("/")[2])


async def made(reader: Reader) -> list[str]:
    """The texts of all posts."""
    found = await reader.db.read(lambda session: session.scalars(select(Post.id).order_by(Post.id)).all())
    return [(await reader.db.read(edited, number)).markdown for number in found]


async def test_what_is_sent_again_since_no_answer_came_makes_no_second_post(nell: Reader) -> None:
    sent, post_id = await lost(nell)
    answer = await nell.client.post(NEW, data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/posts/{post_id}/")
    assert await made(nell) == ["Ebb."]
    assert "It is saved already." in await nell.page(f"/admin/posts/{post_id}/")


async def test_what_is_typed_after_an_answer_was_lost_goes_into_the_post_that_was_made(nell: Reader) -> None:
    sent, post_id = await lost(nell)
    answer = await nell.client.post(NEW, data=sent | {"markdown": "Ebb and flow.", "sequence": "2", "do": "publish"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/posts/{post_id}/")
    assert await made(nell) == ["Ebb and flow."]
    assert (await nell.db.read(edited, post_id)).status == "published"


async def test_two_presses_at_once_make_one_post(nell: Reader) -> None:
    sent = dict(form(await nell.page(NEW), NEW)) | {"title": "Tides", "do": "save", "tab": TAB, "sequence": "1"}
    answers = await asyncio.gather(*(nell.client.post(NEW, data=sent) for _ in range(4)))
    assert {answer.headers["location"] for answer in answers} == {answers[0].headers["location"]}
    assert len(await made(nell)) == 1


async def test_what_somebody_else_made_of_it_meanwhile_is_asked_about_and_not_overwritten(nell: Reader) -> None:
    sent, post_id = await lost(nell)
    path = f"/admin/posts/{post_id}/"
    theirs = changed(form(await nell.page(path), path), markdown="Theirs.", do="save")
    assert (await nell.client.post(path, data=theirs)).status_code == 303
    answer = await nell.client.post(NEW, data=sent | {"markdown": "Ebb and flow.", "sequence": "2"})
    assert answer.status_code == 409
    assert await made(nell) == ["Theirs."]
    chosen = changed(form(answer.text, path), **{"choice-1": "both", "do": "save"})
    assert (await nell.client.post(path, data=chosen)).status_code == 303
    assert await made(nell) == ["Ebb and flow.\n\nTheirs."]


async def test_what_was_put_together_without_an_answer_makes_no_second_post(nell: Reader) -> None:
    sent, post_id = await lost(nell)
    path = f"/admin/posts/{post_id}/"
    theirs = changed(form(await nell.page(path), path), tags="Sea", do="save")
    assert (await nell.client.post(path, data=theirs)).status_code == 303
    asked = await nell.client.post(NEW, data=sent | {"markdown": "Ebb and flow.", "sequence": "2"})
    chosen = changed(form(asked.text, path), **{"choice-1": "mine", "do": "save"})
    assert (await nell.client.post(path, data=chosen | {"tab": TAB, "sequence": "2"})).status_code == 303
    again = await nell.client.post(NEW, data=sent | {"markdown": "Neap.", "sequence": "3"})
    assert again.status_code == 409
    assert await made(nell) == ["Ebb and flow."]


async def test_what_is_refused_after_an_answer_was_lost_makes_no_second_post_either(nell: Reader) -> None:
    sent, post_id = await lost(nell)
    refused = await nell.client.post(NEW, data=sent | {"title": "", "sequence": "2"})
    assert refused.status_code == 422
    path = f"/admin/posts/{post_id}/"
    again = changed(form(refused.text, path), title="Tides again", do="save", tab="another-tab-of-the-same")
    assert (await nell.client.post(path, data=again | {"sequence": "1"})).status_code == 303
    assert len(await made(nell)) == 1
    assert (await nell.db.read(edited, post_id)).title == "Tides again"


async def test_a_text_whose_save_was_not_answered_is_offered_at_the_post_that_was_made(nell: Reader) -> None:
    _, post_id = await lost(nell)
    fields = {"title": "Tides", "markdown": "Ebb and flow.", "language": "en"}
    answer = await put(nell, sequence=2, fields=fields)
    assert (answer.json()["kept"], answer.json()["post"]) == (True, post_id)
    assert "data-offered" not in await nell.page(NEW)
    path = f"/admin/posts/{post_id}/"
    assert "data-offered" in await nell.page(path)
    taken = form(await nell.page(f"{path}?take={TAB}"), path)
    assert (await nell.client.post(path, data=changed(taken, do="save"))).status_code == 303
    assert await made(nell) == ["Ebb and flow."]


async def test_a_change_whose_save_was_not_answered_is_no_conflict_with_itself(nell: Reader) -> None:
    post_id = await nell.do(post, "Ebb", "One.", status="draft", published_at=None)
    path = f"/admin/posts/{post_id}/"
    sent = dict(form(await nell.page(path), path)) | {"markdown": "One and two.", "do": "save", "tab": TAB}
    for sequence, markdown in ((1, "One and two."), (2, "One and two and three."), (3, "One.")):
        answer = await nell.client.post(path, data=sent | {"markdown": markdown, "sequence": str(sequence)})
        assert answer.status_code == 303
        assert (await nell.db.read(edited, post_id)).markdown == markdown


async def test_what_is_open_elsewhere_at_this_moment_is_told_so(nell: Reader) -> None:
    await put(nell)
    who = await nell.db.read(lambda session: session.scalars(select(Account.id)).one())
    post_id = await nell.do(post, "Ebb")
    await nell.do(presence.see, TAB, post_id, who, moment=now())
    assert f'data-offered="{TAB}" data-living' in await nell.page(NEW)
    assert "open there at this moment" in await nell.page("/admin/")
    assert "open there at this moment" in await nell.page("/admin/posts/")
    await nell.do(presence.leave, TAB, who, moment=now())
    assert "open there" not in await nell.page(NEW) + await nell.page("/admin/")


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_full_disk_is_told_and_what_was_kept_before_stays(nell: Reader) -> None:
    await put(nell)
    pages = await nell.do(lambda session: session.scalar(text("PRAGMA page_count")))
    await nell.do(lambda session: session.execute(text(f"PRAGMA max_page_count={pages}")))
    large = {"title": "Tides", "markdown": "More of it. " * 100_000, "language": "en"}
    answer = await put(nell, sequence=2, fields=large)
    assert answer.status_code == 503
    assert "Three typed words" in await nell.page(f"{NEW}?take={TAB}")
    await nell.do(lambda session: session.execute(text("PRAGMA max_page_count=1000000")))
    assert (await put(nell, sequence=2, fields=large)).json()["kept"]


async def test_a_text_that_another_form_has_taken_leads_to_the_form_which_offers_it(nell: Reader) -> None:
    post_id = await nell.do(post, "Ebb", "One.", status="draft", published_at=None)
    for path in (NEW, f"/admin/posts/{post_id}/"):
        answer = await nell.get(f"{path}?take={TAB}")
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        assert "is offered here" in await nell.page(path)


async def test_what_somebody_typed_is_not_saved_by_who_is_signed_in_then(nell: Reader) -> None:
    post_id = await nell.do(post, "Ebb", "One.", status="draft", published_at=None)
    forms = {path: changed(form(await nell.page(path), path), title="Nell's own", markdown="Typed by Nell", do="save")
             for path in (NEW, f"/admin/posts/{post_id}/")}  # fmt: skip
    await signed_in(nell, "Tom", role="owner")
    for path, fields in forms.items():
        answer = await nell.client.post(path, data=fields)
        assert answer.status_code == 403
        assert "Somebody else has typed this: Tom is signed in here now. Nothing was saved." in answer.text
        again = dict(form(answer.text, path))
        assert (again["markdown"], again["account"]) == ("Typed by Nell", fields["account"])
    assert (await nell.db.read(edited, post_id)).title == "Ebb"
    assert len(await nell.db.read(lambda session: session.execute(select(Post.id)).all())) == 1


async def test_what_is_typed_of_a_post_is_not_kept_as_that_of_a_page(nell: Reader) -> None:
    post_id = await nell.do(post, "Ebb", "One.", status="draft", published_at=None)
    assert (await put(nell, kind="page", post=post_id)).json()["post"] is None
    assert (await put(nell, "f" * 16, post=post_id)).json()["post"] == post_id
