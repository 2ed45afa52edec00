"""The log of events, as an owner reads it."""

import re
from html import unescape
from typing import Any

import pytest

from tests.accounts.people import signed_in
from tests.admin.filled import send
from tests.events.test_queries import happened
from tests.factories import START, post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.events import queries
from westmarch.events.actor import Actor
from westmarch.links import redirecting
from westmarch.site.actions import change

EVENTS = "/admin/events/"


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader, role="owner")
    return reader


def sentences(text: str) -> list[str]:
    """What the rows of the list say, without tags."""
    found = re.findall(r'<span class="did">(.*?)</span>', text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", one)).strip() for one in found]


async def test_owners_alone_read_it(reader: Reader) -> None:
    assert (await reader.get(EVENTS)).status_code == 303
    await signed_in(reader, "Ed", role="editor")
    assert (await reader.get(EVENTS)).status_code == 403


async def test_a_log_without_events_says_so(owner: Reader) -> None:
    assert "Nothing was done yet." in await owner.page(EVENTS)


async def test_what_was_done_is_said_in_plain_words_with_a_link(owner: Reader) -> None:
    post_id = await owner.do(lambda session: post(session, "High <water>"))
    text = await owner.page(EVENTS)
    assert "High <water>" not in text
    assert any(one.endswith("the post High <water>") for one in sentences(text))
    assert f'href="/admin/posts/{post_id}/"' in text


async def test_a_redirect_is_named_by_its_address_and_not_by_the_page_it_leads_to(owner: Reader) -> None:
    await owner.do(lambda session: post(session, "High water"))
    await owner.do(redirecting.add, "/old.html", "/high-water/", actor="Nell")
    assert sentences(await owner.page(EVENTS))[0] == "Nell added the redirect /old.html to /high-water/"


async def test_a_change_of_settings_tells_what_it_was_and_who_did_it_by_what(owner: Reader) -> None:
    actor = Actor("Nell", token="abcd1234", request_id="req-77")
    await owner.do(change, {"title": "Slack Water"}, actor=actor)
    text = await owner.page(EVENTS)
    assert sentences(text) == ["Nell changed settings of the site"]
    assert "<dt>title</dt><dd><del>Westmarch</del> <ins>Slack Water</ins></dd>" in text
    assert "token abcd1234" in text
    assert "request req-77" in text


async def test_a_change_in_the_admin_names_the_account_and_the_request(owner: Reader) -> None:
    await send(owner, "/admin/settings/", title="Slack Water")
    page = await owner.db.read(queries.page, queries.Asked(verb="site"))
    assert [row.actor for row in page.rows] == ["Nell"]


async def test_what_can_be_undone_has_a_button_until_it_is(owner: Reader) -> None:
    await owner.do(change, {"title": "A"}, actor="Nell")
    text = await owner.page(EVENTS)
    assert '<input type="hidden" name="event" value="1">' in text
    await owner.do(happened, {"verb": "undone", "detail": {"event": 1}})
    text = await owner.page(EVENTS)
    assert '<input type="hidden" name="event" value="1">' not in text
    assert "Undone" in text


async def test_an_unknown_verb_is_shown_as_it_is(owner: Reader) -> None:
    await owner.do(happened, {"verb": "moon.landed", "actor": "Nell", "detail": {"odd": [1, {"deep": None}]}})
    assert sentences(await owner.page(EVENTS)) == ["Nell did moon.landed:"]


async def test_it_is_narrowed_and_paged_with_what_was_asked_kept(owner: Reader) -> None:
    rows: list[dict[str, Any]] = [{"actor": "Ann & Bo"}] * 60
    await owner.do(happened, *rows, {"actor": "Nell"})
    text = await owner.page(f"{EVENTS}?actor=Ann+%26+Bo")
    assert len(sentences(text)) == 50
    older = re.search(r'rel="next" href="([^"]*)"', text)
    assert older is not None
    text = await owner.page(unescape(older[1]))
    assert len(sentences(text)) == 10
    assert '<option value="Ann &amp; Bo" selected>' in text
    assert "Newest" in text


async def test_those_of_one_subject_say_of_which(owner: Reader) -> None:
    post_id = await owner.do(lambda session: post(session, "One"))
    await owner.do(happened, {})
    text = await owner.page(f"{EVENTS}?subject={post_id}")
    assert "post “One”" in text
    assert all("One" in one for one in sentences(text))


async def test_days_are_those_of_the_zone_of_the_site(owner: Reader) -> None:
    await owner.do(happened, {"at": START.replace(hour=20)})
    await owner.do(change, {"timezone": "Asia/Tokyo"}, actor="x")
    assert len(sentences(await owner.page(f"{EVENTS}?from=2024-01-02&to=2024-01-02"))) == 1
    assert sentences(await owner.page(f"{EVENTS}?to=2024-01-01")) == []


async def test_a_day_before_all_calendars_is_none(owner: Reader) -> None:
    await owner.do(change, {"timezone": "Asia/Tokyo"}, actor="x")
    assert "A date is needed" in await owner.page(f"{EVENTS}?from=0001-01-01")


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=9999-12-31",
        "from=0001-01-01",
        "subject=99999999999",
        "subject=1%27--",
        "before=-1",
        "before=99999999999999999999",
        "q=%00%ED%A0%80%25_",
        "actor=" + "x" * 5_000,
        "verb=%3Cscript%3E",
        "q=a&q=b",
    ],
)
async def test_hostile_queries_are_answered(owner: Reader, query: str) -> None:
    await owner.do(happened, {})
    text = await owner.page(f"{EVENTS}?{query}")
    assert "<script>" not in text.partition("<main")[2]


async def test_a_date_that_is_none_is_told_at_its_field(owner: Reader) -> None:
    text = await owner.page(f"{EVENTS}?from=yesterday")
    assert 'aria-describedby="f-from-fault"' in text
    assert "A date is needed" in text


async def test_what_it_costs_does_not_grow_with_the_events_on_a_page(owner: Reader) -> None:
    await owner.do(lambda session: [post(session, f"Post {number}") for number in range(40)])
    await owner.page(EVENTS)
    assert len([one for one in owner.statements if one.lstrip().upper().startswith("SELECT")]) <= 10
