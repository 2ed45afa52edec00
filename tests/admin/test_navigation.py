"""The menu and the parts beside the front page, as somebody changes them in a browser."""

import re
from html import unescape
from typing import Any

import httpx2
import pytest

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form, send
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.site import queries
from westmarch.site.actions import change
from westmarch.site.options import Side, Site

NAVIGATION, SIDES = "/admin/settings/navigation/", "/admin/settings/sides/"


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader, role="owner")
    return reader


async def options(reader: Reader) -> Site:
    site: Site = await reader.db.read(queries.current)
    return site


async def menu(reader: Reader) -> list[tuple[str, str]]:
    return [(item.title, item.address) for item in (await options(reader)).navigation]


async def pressed(reader: Reader, path: str, button: str, **values: Any) -> httpx2.Response:
    return await send(reader, path, do=button, **values)


@pytest.mark.parametrize("path", [NAVIGATION, SIDES])
async def test_owners_alone_change_them(reader: Reader, path: str) -> None:
    await signed_in(reader, "Ed", role="editor")
    assert (await reader.get(path)).status_code == 403
    assert (await reader.client.post(path, data={"title": "x", "address": "/x/"})).status_code == 403


# Navigation


async def test_an_entry_is_added_and_the_site_shows_it_at_once(owner: Reader) -> None:
    assert "About us" not in await owner.page("/")
    entries: dict[str, Any] = {"title": ["", "About us"], "address": ["/tags/", "/about/"]}
    assert (await send(owner, NAVIGATION, **entries)).status_code == 303
    assert await menu(owner) == [("", "/tags/"), ("About us", "/about/")]
    assert re.search(r'<a href="/about/"[^>]*>About us</a>', await owner.page("/"))


@pytest.mark.parametrize(
    ("button", "order"),
    [
        ("up-1", ["/topics/", "/archive/", "/tags/"]),
        ("down-0", ["/topics/", "/archive/", "/tags/"]),
        ("up-0", ["/archive/", "/topics/", "/tags/"]),
        ("remove-1", ["/archive/", "/tags/"]),
        ("remove-99", ["/archive/", "/topics/", "/tags/"]),
        ("up-x", ["/archive/", "/topics/", "/tags/"]),
    ],
)
async def test_entries_are_moved_and_removed_by_buttons(owner: Reader, button: str, order: list[str]) -> None:
    assert (await pressed(owner, NAVIGATION, button)).status_code == 303
    assert [address for _, address in await menu(owner)] == order


async def test_what_was_typed_is_saved_with_a_move(owner: Reader) -> None:
    await pressed(owner, NAVIGATION, "up-1", title=["All", "", "", "", ""])
    assert (await menu(owner))[:2] == [("", "/topics/"), ("All", "/archive/")]


async def test_all_entries_can_be_removed(owner: Reader) -> None:
    await owner.do(change, {"navigation": [{"title": "A", "address": "/a/"}]}, actor="test")
    await pressed(owner, NAVIGATION, "remove-0")
    assert await menu(owner) == []
    assert 'name="address"' in await owner.page(NAVIGATION)


async def test_an_entry_that_is_refused_is_told_at_its_field_and_stays_in_the_form(owner: Reader) -> None:
    entries: dict[str, Any] = {"title": ["Good", "", "Bad", ""], "address": ["/tags/", "", "example.org", "/nameless/"]}
    answer = await send(owner, NAVIGATION, **entries)
    assert answer.status_code == 422
    text = unescape(answer.text)
    assert "is no address" in re.findall(r'<p class="fault" id="f-address-1-fault">(.*?)</p>', text)[0]
    assert "needs a title" in re.findall(r'<p class="fault" id="f-title-2-fault">(.*?)</p>', text)[0]
    typed = changed(form(answer.text, NAVIGATION))
    assert (typed["title"][:3], typed["address"][:3]) == (["Good", "Bad", ""], ["/tags/", "example.org", "/nameless/"])
    assert len(await menu(owner)) == 3


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "/a\\b", "data:text/html,x"])
async def test_hostile_addresses_are_refused(owner: Reader, address: str) -> None:
    answer = await send(owner, NAVIGATION, title=["X"], address=[address])
    assert answer.status_code == 422
    assert changed(form(answer.text, NAVIGATION))["address"][0] == address


async def test_too_many_entries_are_refused_and_come_back(owner: Reader) -> None:
    many = [str(number) for number in range(30)]
    answer = await send(owner, NAVIGATION, title=many, address=[f"/{number}/" for number in many])
    assert answer.status_code == 422
    assert "20 entries at most" in answer.text
    assert len(changed(form(answer.text, NAVIGATION))["address"]) == 30


async def test_an_address_of_the_site_that_leads_nowhere_is_told_and_not_refused(owner: Reader) -> None:
    await owner.do(lambda session: post(session, "There"))
    addresses = ["/there/", "/nowhere/", "/feed.xml", "https://example.com/x", "/there/#part", "/media/none"]
    answer = await send(owner, NAVIGATION, title=list("abcdef"), address=addresses)
    assert answer.status_code == 303
    text = await owner.page(NAVIGATION)
    assert re.findall(r'id="f-address-(\d)-dead"', text) == ["1"]


async def test_a_menu_that_was_changed_meanwhile_is_not_overwritten(owner: Reader) -> None:
    opened = form(await owner.page(NAVIGATION), NAVIGATION)
    await owner.do(change, {"navigation": [{"title": "Theirs", "address": "/t/"}]}, actor="another")
    answer = await owner.client.post(NAVIGATION, data=changed(opened, title=["Mine"], address=["/m/"]))
    assert answer.status_code == 409
    assert "Theirs (/t/)" in answer.text
    assert changed(form(answer.text, NAVIGATION))["title"][0] == "Mine"
    assert await menu(owner) == [("Theirs", "/t/")]


# Side parts


async def sides(reader: Reader) -> list[dict[str, Any]]:
    return [side.model_dump() for side in (await options(reader)).sides]


async def test_a_part_is_added_and_the_site_shows_it_at_once(owner: Reader) -> None:
    await owner.do(lambda session: post(session, "One", tags=("Sea",)))
    assert 'class="sides' not in await owner.page("/")
    assert (await pressed(owner, SIDES, "add", new="tags")).status_code == 303
    assert await sides(owner) == [{"part": "tags"}]
    assert 'class="sides' in await owner.page("/")


async def test_each_part_has_its_own_fields(owner: Reader) -> None:
    parts: list[Any] = [
        {"part": "about", "title": "Who", "text": "I *write*."},
        {"part": "tags", "count": 3},
        {"part": "links", "title": "Blogroll", "links": [{"title": "A friend", "address": "https://a.example/"}]},
    ]
    await owner.do(change, {"sides": parts}, actor="test")
    answer = await send(owner, SIDES)
    assert (answer.status_code, await sides(owner)) == (303, [Side.model_validate(part).model_dump() for part in parts])
    typed = changed(form(await owner.page(SIDES), SIDES))
    assert typed["links"] == ["", "", "A friend https://a.example/"]


async def test_links_are_typed_a_line_each(owner: Reader) -> None:
    answer = await pressed(owner, SIDES, "add", new="links")
    assert (answer.status_code, await sides(owner)) == (200, [])
    typed = changed(form(answer.text, SIDES), links="A good friend https://a.example/\r\n\r\n/tags/\r\n")
    assert (await owner.client.post(SIDES, data=typed)).status_code == 303
    links = (await sides(owner))[0]["links"]
    assert [link["address"] for link in links] == ["https://a.example/", "/tags/"]
    assert links[0]["title"] == "A good friend"


async def test_parts_are_moved_and_removed(owner: Reader) -> None:
    await owner.do(change, {"sides": "about,tags,feeds"}, actor="test")
    await pressed(owner, SIDES, "up-2")
    assert [side["part"] for side in await sides(owner)] == ["about", "feeds", "tags"]
    await pressed(owner, SIDES, "remove-0")
    assert [side["part"] for side in await sides(owner)] == ["feeds", "tags"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"part": "tags", "count": "900"}, "count-0"),
        ({"part": "tags", "count": "many"}, "count-0"),
        ({"part": "text", "text": "  "}, "title-0"),
        ({"part": "links", "links": "A friend nowhere"}, "links-0"),
        ({"part": "tags", "title": "x" * 81}, "title-0"),
    ],
)
async def test_what_a_part_cannot_have_is_told_at_its_field(owner: Reader, sent: dict[str, str], field: str) -> None:
    row = dict.fromkeys(("part", "title", "text", "links", "count"), "") | sent
    answer = await send(owner, SIDES, **row)
    assert answer.status_code == 422
    assert f'<p class="fault" id="f-{field}-fault">' in answer.text
    typed = changed(form(answer.text, SIDES))
    assert {name: typed[name] for name in row} == row


async def test_a_part_that_nobody_knows_is_refused(owner: Reader) -> None:
    row = dict.fromkeys(("title", "text", "links", "count"), "") | {"part": "<script>"}
    answer = await send(owner, SIDES, **row)
    assert answer.status_code == 422
    assert "<script>" not in answer.text.partition("<main")[2]
    assert await sides(owner) == []


async def test_parts_that_were_changed_meanwhile_are_not_overwritten(owner: Reader) -> None:
    opened = form(await owner.page(SIDES), SIDES)
    await owner.do(change, {"sides": "feeds"}, actor="another")
    row = dict.fromkeys(("title", "text", "links", "count"), "") | {"part": "tags"}
    answer = await owner.client.post(SIDES, data=changed(opened, **row))
    assert (answer.status_code, await sides(owner)) == (409, [{"part": "feeds"}])
    assert changed(form(answer.text, SIDES))["part"] == "tags"
