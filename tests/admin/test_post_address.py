"""What becomes of the address of a post is said before it is saved, and that is what becomes of it."""

from typing import Any

import pytest

from tests.accounts.people import signed_in
from tests.posts.people import change, stored, write
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.admin.post_address import PATH
from westmarch.posts import options


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader)
    return reader


async def says(reader: Reader, **fields: Any) -> str:
    answer = await reader.client.get(PATH, params={name: str(value) for name, value in fields.items()})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told: str = answer.json()["says"]
    return told


async def test_a_new_post_gets_an_address_made_of_its_title_or_its_slug(owner: Reader) -> None:
    assert await says(owner) == "Its address is made of the title."
    assert await says(owner, title="Spring Tides!") == "Its address will be /spring-tides/."
    assert await says(owner, title="Spring Tides!", slug="ebb") == "Its address will be /ebb/."
    assert await says(owner, kind="page", title="About us") == "Its address will be /about-us/."
    post_id = await write(owner.db, title="Spring Tides!")
    assert (await stored(owner.db, post_id)).path == "/spring-tides/"


async def test_an_address_that_is_taken_gets_a_number(owner: Reader) -> None:
    await write(owner.db, title="Tides")
    told = await says(owner, title="Tides")
    assert told == "Its address will be /tides-2/. /tides/ belongs to something else, so it gets a number."
    assert (await stored(owner.db, await write(owner.db, title="Tides"))).path == "/tides-2/"


async def test_another_slug_moves_a_post_and_its_old_address_leads_there(owner: Reader) -> None:
    post_id = await write(owner.db, title="Tides", status="published")
    assert (
        await says(owner, id=post_id, title="Ebb", slug="tides", path="/tides/") == "Its address is /tides/, and stays."
    )
    told = await says(owner, id=post_id, title="Tides", slug="Ebb and flow", path="/tides/")
    assert told == ("Its address becomes /ebb-and-flow/. The one that it has now, /tides/, leads there from then on.")
    await change(owner.db, post_id, slug="Ebb and flow", wait=False)
    assert (await stored(owner.db, post_id)).path == "/ebb-and-flow/"
    answer = await owner.get("/tides/")
    assert (answer.status_code, answer.headers["location"]) == (301, "https://example.org/ebb-and-flow/")


async def test_an_exact_address_is_told_and_one_of_somebody_else_is_refused(owner: Reader) -> None:
    post_id = await write(owner.db, title="Tides")
    await write(owner.db, title="Other")
    assert "becomes /sea/tides/." in await says(owner, id=post_id, slug="tides", path="/sea/tides/")
    assert "is that of the post" in await says(owner, id=post_id, slug="tides", path="/other/")
    assert "cannot be taken" in await says(owner, id=post_id, slug="tides", path="/admin/x/")
    assert await says(owner, id=post_id, slug="tides", path="no slash")


async def test_dates_stand_in_addresses_where_the_site_wants_them(owner: Reader) -> None:
    await owner.do(
        lambda session: options.change(session, {"permalink": "/{year}/{month}/{slug}/"}, actor="t") and None
    )
    assert await says(owner, title="A", published_at="2020-03-01T10:00") == "Its address will be /2020/03/a/."
    assert "no date" in await says(owner, title="A", published_at="soon")


async def test_a_number_that_nobody_knows_yet_is_left_open(owner: Reader) -> None:
    await owner.do(lambda session: options.change(session, {"permalink": "/{id}/{slug}/"}, actor="t") and None)
    assert await says(owner, title="A") == "Its address will be /…/a/."


@pytest.mark.parametrize(
    "text", ["\0", "x" * 100_000, "../..", "%00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "é", "?"]
)
@pytest.mark.parametrize("name", ["title", "slug", "path", "published_at", "id", "kind"])
async def test_whatever_is_typed_is_answered_in_words(owner: Reader, name: str, text: str) -> None:
    answer = await owner.client.get(PATH, params={"title": "A", name: text[:20_000]})
    assert answer.status_code in (200, 404, 414), answer.text


async def test_the_form_says_it_without_script(owner: Reader) -> None:
    post_id = await write(owner.db, title="Tides")
    assert "Its address is /tides/, and stays." in await owner.page(f"/admin/posts/{post_id}/")
    assert "Its address is made of the title." in await owner.page("/admin/posts/new/")


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_nothing_is_said_of_posts_and_pages_of_others(reader: Reader, role: str) -> None:
    post_id = await write(reader.db, title="Secret")
    await signed_in(reader, "Ann", role)
    assert (await reader.get(f"{PATH}?id={post_id}&slug=x")).status_code == 404
    assert (await reader.get(f"{PATH}?id={2**31}&slug=x")).status_code == 404
    assert (await reader.get(f"{PATH}?kind=page&title=x")).status_code == 403
    assert await says(reader, title="A", path="/other/") == "Its address will be /a/.", "exact ones are not theirs"
