"""Redirects, old addresses and what was asked for in vain, as those who look after them see them, on both engines."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form, send
from tests.admin.works import endures
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.events.models import Event
from westmarch.links import actions, missed, redirecting
from westmarch.links.missed import Miss
from westmarch.links.models import Link

LIST, NEW, PASTE, REMOVE = (
    "/admin/redirects/",
    "/admin/redirects/new/",
    "/admin/redirects/paste/",
    "/admin/redirects/remove/",
)
MISSED, FORGET = "/admin/redirects/missed/", "/admin/redirects/missed/forget/"
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
async def editor(reader: Reader) -> Reader:
    await signed_in(reader, role="editor")
    return reader


async def added(reader: Reader, path: str, target: str, **more: Any) -> int:
    """The id of a new redirect."""
    await reader.do(redirecting.add, path, target, actor="test", **more)
    found = await reader.db.read(lambda session: session.scalar(select(func.max(Link.id))))
    assert found is not None
    return found


async def location(reader: Reader, path: str) -> str:
    """Where a path leads, without the host; empty where nowhere."""
    answer = await reader.get(path)
    return answer.headers["location"].removeprefix("https://example.org") if answer.status_code in (301, 302) else ""


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_only_those_who_redirect_see_them(reader: Reader, role: str) -> None:
    link_id = await added(reader, "/old/", "/new/")
    await signed_in(reader, role=role)
    for path in (LIST, NEW, PASTE, MISSED, f"{LIST}{link_id}/"):
        assert (await reader.get(path)).status_code == 403, path
    for path in (NEW, PASTE, REMOVE, FORGET, f"{LIST}{link_id}/"):
        sent = {"path": "/x/", "address": "/y/", "permanent": "1", "list": "/x/ /y/", "id": str(link_id)}
        assert (await reader.client.post(path, data=sent)).status_code == 403, path
    assert await location(reader, "/old/") == "/new/"


async def test_an_empty_site_says_what_redirects_are(editor: Reader) -> None:
    assert "No redirects yet" in await editor.page(LIST)
    assert "Nothing was asked for in vain" in await editor.page(MISSED)


async def test_a_redirect_is_added_changed_and_removed(editor: Reader) -> None:
    assert (await send(editor, NEW, path="/old/", address="https://x.example/", permanent="0")).status_code == 303
    assert (await editor.get("/old/")).status_code == 302
    text = await editor.page(LIST)
    assert "Undo" in text
    link = re.search(r'href="(/admin/redirects/\d+/)">/old/', text)
    assert link is not None
    assert (await send(editor, link[1], address="/new/", permanent="1")).status_code == 303
    assert await location(editor, "/old/") == "/new/"
    assert (await send(editor, link[1], REMOVE)).status_code == 303
    assert (await editor.get("/old/")).status_code == 404


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"path": ""}, "path"),
        ({"path": "/admin/x/"}, "path"),
        ({"path": "/there/"}, "path"),
        ({"path": "/taken/"}, "path"),
        ({"path": "/" + "a" * 3000}, "path"),
        ({"path": "/?a=1&b=2"}, "path"),
        ({"address": ""}, "address"),
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "/old/"}, "address"),
        ({"address": "/taken/"}, "address"),
        ({"address": "/" + "b" * 3000}, "address"),
        ({"permanent": "maybe"}, "permanent"),
    ],
)
async def test_a_form_that_is_refused_comes_back_as_it_was(editor: Reader, values: dict[str, str], place: str) -> None:
    await editor.do(post, path="/there/")
    await added(editor, "/taken/", "/else/")
    sent = {"path": "/old/", "address": "/new/<b>", "permanent": "0"} | values
    answer = await send(editor, NEW, **sent)
    assert answer.status_code == 422
    kept = changed(form(answer.text, NEW))
    assert {name: kept[name] for name in ("path", "address")} == {name: sent[name] for name in ("path", "address")}
    assert re.search(rf'id="f-{place}"[^>]*aria-invalid="true"', answer.text)
    assert await location(editor, "/taken/") == "/else/"


async def test_a_stale_form_is_refused_and_comes_back_with_what_was_typed(editor: Reader) -> None:
    link_id = await added(editor, "/old/", "/a/")
    path = f"{LIST}{link_id}/"
    opened = changed(form(await editor.page(path), path), address="/mine/")
    await editor.do(redirecting.change, link_id, target="/theirs/", actor="bo")
    answer = await editor.client.post(path, data=opened)
    assert answer.status_code == 409
    assert "It leads now from /old/ to /theirs/" in answer.text
    again = changed(form(answer.text, path))
    assert again["address"] == "/mine/"
    assert (await editor.client.post(path, data=again)).status_code == 303
    assert await location(editor, "/old/") == "/mine/"


async def test_old_addresses_are_listed_with_what_they_lead_to(editor: Reader) -> None:
    post_id = await editor.do(post, "Deep water", path="/a/")
    await editor.do(actions.claim, post_id, "/b/")
    text = await editor.page(LIST + "?show=old")
    assert f'<a href="/admin/posts/{post_id}/">Deep water</a>' in text
    assert "Old address" in text


async def test_the_list_is_narrowed_searched_and_paged(editor: Reader) -> None:
    for number in range(60):
        await added(editor, f"/old-{number:02}/", "/x/", permanent=number != 7)

    async def shown(query: str = "") -> list[str]:
        return re.findall(r">/(old-\d\d)/</a>", await editor.page(LIST + query))

    assert (await shown())[0] == "old-59"
    following = re.search(r'rel="next" href="([^"]+)"', await editor.page(LIST + "?sort=path"))
    assert following is not None
    assert len(await shown(following[1].removeprefix(LIST).replace("&amp;", "&"))) == 10
    assert await shown("?show=temporary") == ["old-07"]
    assert await shown("?q=/old-11/") == ["old-11"]
    assert "No redirect fits" in await editor.page(LIST + "?q=nothing")
    assert len(await shown("?after=%00&show=x&sort=x")) == 50


async def test_a_list_is_pasted_and_its_faults_are_told_by_line(editor: Reader) -> None:
    text = "/a/ /x/\nnonsense <b>\n/admin/ /x/"
    answer = await send(editor, PASTE, list=text)
    assert answer.status_code == 422
    assert changed(form(answer.text, PASTE)) == {"list": text}
    assert "Line 2: " in answer.text
    assert "Line 3: " in answer.text
    assert await location(editor, "/a/") == ""
    assert (await send(editor, PASTE, list="/a/ /x/\r\n/b/ /x/ 302")).status_code == 303
    assert "2 redirects are added" in await editor.page(LIST)
    assert (await editor.get("/b/")).status_code == 302
    await send(editor, PASTE, list="/a/ /x/")
    assert "nothing new" in await editor.page(LIST)


async def test_chosen_redirects_are_removed_at_once(editor: Reader) -> None:
    ids = [await added(editor, f"/old-{number}/", "/x/") for number in range(3)]
    answer = await editor.client.post(REMOVE, data={"id": [str(each) for each in [*ids[:2], 99999]]})
    assert answer.status_code == 303
    assert [await location(editor, f"/old-{number}/") for number in range(3)] == ["", "", "/x/"]
    assert (await editor.client.post(REMOVE, data={"x": ""})).status_code == 303
    assert "Choose redirects first" in await editor.page(LIST)


async def test_the_address_of_a_post_cannot_be_changed_or_removed_here(editor: Reader) -> None:
    await editor.do(post, path="/there/")
    link_id = await editor.db.read(lambda session: session.scalar(select(Link.id).where(Link.path == "/there/")))
    assert (await editor.get(f"{LIST}{link_id}/")).status_code == 404
    assert (await editor.client.post(f"{LIST}{link_id}/", data={"path": "/x/", "address": "/y/"})).status_code == 404
    assert (await editor.client.post(REMOVE, data={"id": str(link_id)})).status_code == 409
    assert "A title" in await editor.page("/there/")


@pytest.mark.parametrize("number", ["99999", "99999999999999999999"])
async def test_a_redirect_that_is_not_there_is_not_found(editor: Reader, number: str) -> None:
    assert (await editor.get(f"{LIST}{number}/")).status_code == 404


async def test_no_field_is_a_fault_of_ours(editor: Reader) -> None:
    one = f"{LIST}{await added(editor, '/old/', '/new/')}/"
    fields = ("path", "address", "permanent", "version", "list")
    valid = {"path": "/p/", "address": "/q/", "permanent": "1"}
    await endures(editor, (NEW, PASTE, one), valid, fields, ("//x", "/%ff"))


# What was asked for in vain


async def test_a_path_that_was_asked_for_in_vain_becomes_a_redirect(editor: Reader) -> None:
    misses = {"/gone é/": Miss(12, "https://x.example/p", NOON, NOON), "/zeta": Miss(1, "", NOON, NOON)}
    await editor.do(missed.store, misses)
    text = await editor.page(MISSED)
    assert "from https://x.example/p" in text
    assert text.index("/gone é/") < text.index("/zeta")
    link = f"{NEW}?from={quote('/gone é/')}"
    assert f'href="{link}"' in text
    opened = changed(form(await editor.page(link), NEW), address="/new/")
    assert opened["path"] == "/gone é/"
    assert (await editor.client.post(NEW, data=opened)).status_code == 303
    assert await location(editor, quote("/gone é/")) == "/new/"
    assert f'href="{link}"' not in await editor.page(MISSED)


async def test_paths_are_forgotten(editor: Reader) -> None:
    await editor.do(missed.store, {f"/{n}": Miss(1, "", NOON, NOON) for n in range(3)})
    sent = {"path": ["/0", "/1", "\x00"]}
    assert (await editor.client.post(FORGET, data=sent)).status_code == 303
    assert await editor.db.read(missed.count) == 1
    await editor.client.post(FORGET, data={"x": ""})
    assert "Choose paths first" in await editor.page(MISSED)
    verbs = await editor.db.read(lambda session: session.scalars(select(Event.verb)).all())
    assert verbs == ["missed.forgotten"]


async def test_missed_paths_are_sorted_searched_and_paged(editor: Reader) -> None:
    await editor.do(missed.store, {f"/path-{n:03}": Miss(n + 1, "", NOON, NOON) for n in range(120)})

    async def shown(query: str = "") -> list[str]:
        return re.findall(r'<th scope="row">/path-(\d+)', await editor.page(MISSED + query))

    assert (await shown())[0] == "119"
    assert len(await shown("?page=3")) == 20
    assert len(await shown("?page=999")) == 20
    assert len(await shown("?page=x&sort=x")) == 50
    assert (await shown("?sort=path"))[:2] == ["000", "001"]
    assert await shown("?q=077") == ["077"]
    assert "No path fits" in await editor.page(MISSED + "?q=nothing")
