"""Cards of posts: their addresses, who may see them, and when they are drawn."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories import SITE, draft, post
from tests.readers import Reader
from tests.readers import reader as reader
from tests.serving import new_site, serving
from westmarch.confined import Worker
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run
from westmarch.followers.follow import LEASE
from westmarch.posts import actions, cards
from westmarch.posts.models import Post
from westmarch.site import actions as site_actions
from westmarch.site.options import Site

CARD = re.compile(r"/media/cards/(\d+)-([0-9a-f]{16})\.png")


@pytest.fixture(autouse=True)
async def _studio_ends(reader: Reader) -> AsyncIterator[None]:
    yield
    await asyncio.to_thread(reader.app.state.studio.close)


async def address(reader: Reader, post_id: int) -> str:
    found = await reader.db.read(cards.current, reader.app.state.surface, post_id)
    assert found is not None
    return found.path


async def catch_up(reader: Reader, process: str = "test", **later: float) -> None:
    state = reader.app.state
    one = cards.following(reader.db, state.surface, state.studio, state.icons)
    await run.catch_up(reader.db, [one], process, now() + timedelta(**later))


def kept(reader: Reader) -> set[str]:
    folder: Path = reader.app.state.studio.store.folder
    return {path.name for path in folder.rglob("*") if path.is_file()}


def name(path: str) -> str:
    return path.rpartition("/")[2]


async def test_a_card_is_a_picture_that_may_be_kept_for_ever(reader: Reader) -> None:
    path = await address(reader, await reader.do(post))
    answer = await reader.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.content.startswith(b"\x89PNG")
    assert (await reader.get(path, if_none_match=answer.headers["etag"])).status_code == 304
    assert (await reader.ask("HEAD", path)).headers["content-length"] == str(len(answer.content))
    assert kept(reader) == {name(path)}
    assert (await reader.get(path)).content == answer.content


async def test_templates_say_the_whole_address_of_a_card(reader: Reader) -> None:
    post_id = await reader.do(post, "A title", language="de")
    template = reader.app.state.surface.themes.packaged.templates.from_string("{{ card(post) }}")
    told = template.render(
        site=Site.model_validate({}), post=SimpleNamespace(id=post_id, title="A title", language="de")
    )
    assert told == "https://example.org" + await address(reader, post_id)


@pytest.mark.parametrize("option", [{"title": "Another"}, {"accent": "#8b3a1f"}, {"language": "ar"}])
async def test_what_is_drawn_of_the_site_is_in_the_address(reader: Reader, option: dict[str, str]) -> None:
    post_id = await reader.do(post)
    before = await address(reader, post_id)
    await reader.do(site_actions.change, option, actor="test")
    after = await address(reader, post_id)
    assert after != before
    answer = await reader.get(before)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://example.org{after}")


async def test_an_edit_of_the_text_alone_leaves_the_address(reader: Reader) -> None:
    post_id = await reader.do(post, "One")
    before = await address(reader, post_id)
    await reader.do(actions.revise, post_id, draft("One", "Other words.\n"), SITE, actor="test")
    assert await address(reader, post_id) == before
    await reader.do(actions.revise, post_id, draft("Two", "Other words.\n"), SITE, actor="test")
    assert await address(reader, post_id) != before


async def test_the_address_of_an_earlier_title_leads_to_the_present_one(reader: Reader) -> None:
    post_id = await reader.do(post, "One")
    before = await address(reader, post_id)
    await reader.get(before)
    await reader.do(actions.revise, post_id, draft("Two"), SITE, actor="test")
    answer = await reader.get(before)
    after = await address(reader, post_id)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://example.org{after}")
    assert (await reader.get(after)).status_code == 200
    assert kept(reader) == {name(after)}


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"status": "scheduled", "published_at": now() + timedelta(9)}])
async def test_what_is_not_published_has_no_card(reader: Reader, fields: dict[str, Any]) -> None:
    post_id = await reader.do(post, "Secret", **fields)
    likely = cards.path(
        (await reader.db.read(reader.app.state.surface.options.newest)).site,
        reader.app.state.surface.themes.packaged.asset("icon.svg"),
        SimpleNamespace(id=post_id, title="Secret", language="en"),
    )
    assert (await reader.get(likely)).status_code == 404
    assert (await reader.get(f"/media/cards/{post_id}-{'0' * 16}.png")).status_code == 404


async def test_a_post_in_the_trash_has_no_card_any_more(reader: Reader) -> None:
    post_id = await reader.do(post, published_at=now())
    await catch_up(reader)
    path = await address(reader, post_id)
    assert kept(reader) == {name(path)}
    await reader.do(actions.trash, post_id, SITE, actor="test")
    assert (await reader.get(path)).status_code == 404
    await catch_up(reader)
    assert kept(reader) == set()


async def test_an_unlisted_post_shows_its_card_to_those_alone_who_know_its_address(reader: Reader) -> None:
    post_id = await reader.do(post, unlisted=True)
    path = await address(reader, post_id)
    assert (await reader.get(path)).status_code == 200
    guessed = await reader.get(f"/media/cards/{post_id}-{'0' * 16}.png")
    assert guessed.status_code == 404
    assert "location" not in guessed.headers


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    "path",
    ["x", "1.png", "1-0123456789abcdeF.png", "0-0123456789abcdef.png", "999999999999999999-0123456789abcdef.png",
     "1-0123456789abcdef.jpg", "%2e%2e%2fwestmarch.toml", "١-0123456789abcdef.png"],
)  # fmt: skip
async def test_no_other_name_is_a_card(reader: Reader, path: str) -> None:
    assert (await reader.get(f"/media/cards/{path}")).status_code == 404


async def test_a_lost_folder_is_filled_again_by_those_who_ask(reader: Reader) -> None:
    path = await address(reader, await reader.do(post))
    first = (await reader.get(path)).content
    for file in reader.app.state.studio.store.folder.rglob("*.png"):
        file.unlink()
    assert (await reader.get(path)).content == first
    assert kept(reader) == {name(path)}


@pytest.mark.long_on_postgresql
async def test_a_card_that_cannot_be_drawn_is_told_and_the_others_are_drawn(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = Worker.ask

    def ask(worker: Worker, question: Any) -> Any:
        return real(worker, question | {"mark": ""} if question["card"]["title"] == "Bad" else question)

    monkeypatch.setattr(Worker, "ask", ask)
    bad, good = [await reader.do(post, title, published_at=now()) for title in ("Bad", "Good")]
    answer = await reader.get(await address(reader, bad))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    await catch_up(reader)
    assert kept(reader) == {name(await address(reader, good))}
    assert "The card of 'Bad' cannot be drawn" in caplog.text


# The follower


async def test_a_post_gets_its_card_when_it_is_published(reader: Reader) -> None:
    await catch_up(reader)
    post_id = await reader.do(post, published_at=now())
    await catch_up(reader)
    assert kept(reader) == {name(await address(reader, post_id))}


async def test_a_draft_gets_its_card_when_it_is_published(reader: Reader) -> None:
    await catch_up(reader)
    post_id = await reader.do(post, status="draft", published_at=None)
    await catch_up(reader)
    assert kept(reader) == set()
    await reader.do(actions.revise, post_id, draft(published_at=now()), SITE, actor="test")
    await catch_up(reader)
    assert kept(reader) == {name(await address(reader, post_id))}


async def test_an_old_post_is_drawn_when_it_is_edited_but_not_when_it_is_imported(reader: Reader) -> None:
    await catch_up(reader)
    post_id = await reader.do(post, "One")  # of 2024
    await catch_up(reader)
    assert kept(reader) == set()
    await reader.do(actions.revise, post_id, draft("One", "Other words.\n"), SITE, actor="test")
    await catch_up(reader)
    assert kept(reader) == set()
    await reader.do(actions.revise, post_id, draft("Two", "Other words.\n"), SITE, actor="test")
    await catch_up(reader)
    assert kept(reader) == {name(await address(reader, post_id))}


async def test_the_newest_of_many_are_drawn_first(reader: Reader) -> None:
    ids = [await reader.do(post, f"P{n}", published_at=now() - timedelta(days=n)) for n in (3, 1, 40, 2)]
    work = await reader.db.write(cards.look, None)
    assert work is not None
    assert list(work.draw) == [ids[1], ids[3], ids[0]]


async def test_what_psql_changed_is_followed_too(reader: Reader) -> None:
    post_id = await reader.do(post, "One", published_at=now())
    await catch_up(reader)
    await reader.do(lambda s: s.execute(update(Post).where(Post.id == post_id).values(title="Two")))
    path = await address(reader, post_id)
    assert name(path) not in kept(reader)
    await catch_up(reader)
    assert kept(reader) == {name(path)}


async def test_a_card_that_is_there_is_not_drawn_again(reader: Reader) -> None:
    post_id = await reader.do(post, published_at=now())
    await catch_up(reader)
    (file,) = reader.app.state.studio.store.folder.rglob("*.png")
    before = file.stat().st_mtime_ns
    await reader.do(actions.revise, post_id, draft(markdown="Other.\n", published_at=now()), SITE, actor="test")
    await catch_up(reader)
    assert file.stat().st_mtime_ns == before


async def test_one_that_was_killed_catches_up(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    await catch_up(reader, "killed")
    ids = [await reader.do(post, f"P{n}", published_at=now()) for n in range(3)]
    real = cards.drawn
    count = 0

    async def cut_off(*arguments: Any) -> bytes:
        nonlocal count
        count += 1
        if count == 2:
            raise asyncio.CancelledError
        return await real(*arguments)

    monkeypatch.setattr(cards, "drawn", cut_off)
    with pytest.raises(asyncio.CancelledError):
        await catch_up(reader, "killed")
    assert len(kept(reader)) == 1
    monkeypatch.setattr(cards, "drawn", real)
    await catch_up(reader, "another", seconds=2 * LEASE.total_seconds())
    assert kept(reader) == {name(await address(reader, post_id)) for post_id in ids}


async def test_too_many_who_ask_are_told_to_come_again(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    from westmarch.cards import studio

    path = await address(reader, await reader.do(post))
    monkeypatch.setattr(studio, "MOST_WAITING", 0)
    answer = await reader.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_many_old_posts_that_come_at_once_are_not_drawn(reader: Reader) -> None:
    await catch_up(reader)

    def many(session: Session) -> None:
        for number in range(200):
            post(session, f"Old {number}")

    await reader.do(many)
    await catch_up(reader)
    assert kept(reader) == set()


async def test_a_served_site_draws_what_was_written(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    async with open_database(f"sqlite:///{site / 'westmarch.db'}") as db:
        await db.write(post, "Written before", published_at=now())
    with serving(site) as server:
        for _ in range(200):
            if found := list((site / "media" / "cards").rglob("*.png")):
                break
            await asyncio.sleep(0.1)
        answer = await asyncio.to_thread(httpx2.get, f"{server.url}/media/cards/{found[0].name}")
    assert answer.status_code == 200
    assert answer.content == found[0].read_bytes()
