"""Preview links: outsiders read the newest text of one post, until its link ends, and nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.accounts.people import signed_in
from tests.posts.people import OWNER, change, stored, write
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.models import Account
from westmarch.db.types import now
from westmarch.posts import editing, previews
from westmarch.posts.models import PreviewLink

SECRET = "A" * 43


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader)
    return reader


async def make(reader: Reader, post_id: int, lasts: str = "7", kind: str = "post") -> str:
    """Make a link in the admin; its path."""
    answer = await reader.client.post(f"/admin/{kind}s/{post_id}/previews/", data={"lasts": lasts})
    assert answer.status_code == 200, answer.text
    found = re.search(r"<code[^>]*>https://example\.org(/preview/[A-Za-z0-9_-]{43}/)</code>", answer.text)
    assert found, answer.text
    return found[1]


async def anybody(reader: Reader, path: str, **headers: str) -> Any:
    """What somebody sees who is not signed in."""
    reader.client.cookies.clear()
    return await reader.get(path, **headers)


@pytest.mark.parametrize("kind", ["post", "page"])
async def test_an_outsider_reads_the_newest_text_of_a_draft(owner: Reader, kind: str) -> None:
    post_id = await write(owner.db, kind=kind, title="Hidden tides", markdown="Not *public*.\n", tags=("Sea",))
    assert f'href="/admin/{kind}s/{post_id}/previews/"' in await owner.page(f"/admin/{kind}s/{post_id}/")
    path = await make(owner, post_id, kind=kind)
    answer = await anybody(owner, path)
    assert answer.status_code == 200
    assert "Hidden tides" in answer.text
    assert "Not <em>public</em>." in answer.text
    assert "This is a preview. Its link works until" in answer.text
    await change(owner.db, post_id, markdown="Newer words.\n")
    assert "Newer words." in (await anybody(owner, path)).text, "it is in no cache"


async def test_the_draft_behind_a_published_post_is_shown(owner: Reader) -> None:
    post_id = await write(owner.db, title="Public", status="published")
    await change(owner.db, post_id, title="Behind", markdown="Waits.\n", wait=True)
    answer = await anybody(owner, await make(owner, post_id))
    assert "<h1" in answer.text
    assert ">Behind</h1>" in answer.text
    assert "Waits." in answer.text
    assert "Waits." not in await owner.page((await stored(owner.db, post_id)).path)


async def test_nothing_stores_it_and_search_engines_leave_it_alone(owner: Reader) -> None:
    post_id = await write(owner.db)
    path, size = await make(owner, post_id), owner.app.state.pages.store.size
    answer = await anybody(owner, path)
    assert owner.app.state.pages.store.size == size
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert 'rel="canonical"' not in answer.text
    assert "og:url" not in answer.text
    assert "application/ld+json" not in answer.text


async def test_nothing_else_of_what_is_hidden_is_shown(owner: Reader) -> None:
    for title in ("Secret one", "Secret two"):
        await write(owner.db, title=title, tags=("Hidden tag",), translation_group="g")
    post_id = await write(owner.db, title="Shown", tags=("Hidden tag",), translation_group="g")
    answer = await anybody(owner, await make(owner, post_id))
    assert "Secret" not in answer.text
    assert "Hidden tag" not in answer.text
    path = (await stored(owner.db, post_id)).path
    assert (await anybody(owner, path)).status_code == 404, "its address shows nothing"


async def test_reading_it_counts_no_view(owner: Reader) -> None:
    post_id = await write(owner.db, status="published")
    await anybody(owner, await make(owner, post_id), user_agent="Mozilla/5.0", sec_fetch_dest="document")
    assert owner.app.state.views._counts == {}


async def test_only_the_hash_of_a_link_is_kept_and_it_is_shown_once(owner: Reader) -> None:
    post_id = await write(owner.db)
    secret = (await make(owner, post_id)).split("/")[2]
    hashes = await owner.db.read(lambda session: session.scalars(select(PreviewLink.hash)).all())
    assert len(hashes) == 1
    assert secret not in hashes[0]
    page = await owner.page(f"/admin/posts/{post_id}/previews/")
    assert secret not in page
    assert "Revoke" in page


async def test_a_link_without_its_last_slash_leads_to_the_preview(owner: Reader) -> None:
    path = await make(owner, await write(owner.db))
    answer = await anybody(owner, path.rstrip("/"))
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://example.org{path}")
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_revoked_link_shows_nothing(owner: Reader) -> None:
    post_id = await write(owner.db)
    path = await make(owner, post_id)
    page = await owner.page(f"/admin/posts/{post_id}/previews/")
    action = re.search(r'action="(/admin/posts/\d+/previews/\d+/revoke/)"', page)
    assert action
    assert (await owner.client.post(action[1])).status_code == 303
    assert (await owner.client.post(action[1])).status_code == 404
    assert "There is none." in await owner.page(f"/admin/posts/{post_id}/previews/")
    assert (await anybody(owner, path)).status_code == 404


@pytest.mark.parametrize(("lasts", "days"), [("1", 1), ("7", 7), ("30", 30)])
async def test_a_link_ends_by_itself(owner: Reader, lasts: str, days: int) -> None:
    post_id = await write(owner.db)
    path = await make(owner, post_id, lasts)
    until = await owner.db.read(lambda session: session.scalars(select(PreviewLink.expires_at)).one())
    assert abs(until - now() - timedelta(days=days)) < timedelta(minutes=5)
    past = update(PreviewLink).values(expires_at=now() - timedelta(seconds=1))
    await owner.do(lambda session: session.execute(past) and None)
    assert "There is none." in await owner.page(f"/admin/posts/{post_id}/previews/")
    assert (await anybody(owner, path)).status_code == 404


async def test_what_is_in_the_trash_is_not_shown_and_gets_no_links(owner: Reader) -> None:
    post_id = await write(owner.db)
    path = await make(owner, post_id)
    await editing.trash(owner.db, post_id, who=OWNER, actor="Mona")
    answer = await owner.client.post(f"/admin/posts/{post_id}/previews/", data={"lasts": "7"})
    assert answer.status_code == 409
    assert (await anybody(owner, path)).status_code == 404
    await editing.restore(owner.db, post_id, who=OWNER, actor="Mona")
    assert (await anybody(owner, path)).status_code == 200


async def test_links_of_an_account_that_was_disabled_show_nothing(owner: Reader) -> None:
    post_id = await write(owner.db)
    path = await make(owner, post_id)
    await owner.do(lambda session: session.execute(update(Account).values(disabled_at=now())) and None)
    assert (await anybody(owner, path)).status_code == 404


@pytest.mark.parametrize("secret", [SECRET, "a", "A" * 44, "A" * 3_000, "...", "%00" * 43, "é" * 43, "A" * 42 + "."])
async def test_a_guessed_or_forged_link_is_no_page(reader: Reader, secret: str) -> None:
    answer = await reader.get(f"/preview/{secret}/")
    assert answer.status_code in (400, 404, 414)
    assert "Traceback" not in answer.text


async def test_pages_of_the_site_below_preview_stay_what_they_are(reader: Reader) -> None:
    await write(reader.db, kind="page", title="P", path="/preview/tour/", status="published", markdown="A tour.\n")
    await write(reader.db, kind="page", title="Q", path="/preview/", status="published", markdown="All of it.\n")
    assert "A tour." in await reader.page("/preview/tour/")
    assert "All of it." in await reader.page("/preview/")


@pytest.mark.parametrize("lasts", ["", "0", "-1", "31", "365", "x", "7 ", "٧", "9" * 5_000])
async def test_another_time_than_there_is_to_choose_is_refused(owner: Reader, lasts: str) -> None:
    post_id = await write(owner.db)
    answer = await owner.client.post(f"/admin/posts/{post_id}/previews/", data={"lasts": lasts})
    if lasts.strip() == "7":
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert "Choose how long the link is to work." in answer.text


async def test_there_are_only_so_many_links_of_a_post(owner: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "MOST", 2)
    post_id = await write(owner.db)
    for _ in range(2):
        await make(owner, post_id)
    answer = await owner.client.post(f"/admin/posts/{post_id}/previews/", data={"lasts": "7"})
    assert answer.status_code == 409
    past = update(PreviewLink).values(expires_at=now() - timedelta(days=1))
    await owner.do(lambda session: session.execute(past) and None)
    await make(owner, post_id)


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_whoever_writes_only_their_own_makes_no_links_to_posts_of_others(owner: Reader, role: str) -> None:
    post_id = await write(owner.db)
    path = await make(owner, post_id)
    link = await owner.db.read(lambda session: session.scalars(select(PreviewLink.id)).one())
    await signed_in(owner, "Ann", role)
    here = f"/admin/posts/{post_id}/previews/"
    assert (await owner.get(here)).status_code == 404
    assert (await owner.client.post(here, data={"lasts": "7"})).status_code == 404
    assert (await owner.client.post(f"{here}{link}/revoke/")).status_code == 404
    assert (await anybody(owner, path)).status_code == 200


async def test_a_link_is_revoked_at_its_own_post_alone(owner: Reader) -> None:
    one, other = await write(owner.db), await write(owner.db, slug="other")
    path = await make(owner, one)
    link = await owner.db.read(lambda session: session.scalars(select(PreviewLink.id)).one())
    for forged in (f"/admin/posts/{other}/previews/{link}/revoke/", f"/admin/pages/{one}/previews/{link}/revoke/"):
        assert (await owner.client.post(forged)).status_code == 404
    assert (await owner.client.post(f"/admin/posts/{one}/previews/{2**31}/revoke/")).status_code == 404
    assert (await anybody(owner, path)).status_code == 200
