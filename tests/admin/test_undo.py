"""Taking back what was done, with the button that is offered."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from tests.accounts.people import signed_in
from tests.events.test_queries import happened
from tests.factories import SITE, post
from tests.posts.people import change as write_again
from tests.posts.people import stored
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.admin import undo
from westmarch.authors.models import Author
from westmarch.events import actions as events
from westmarch.events import queries
from westmarch.posts import actions, retagging
from westmarch.site import queries as site_queries
from westmarch.site.actions import change
from westmarch.tags.managing import by_slug as tag_of

UNDO = "/admin/undo/"


async def take_back(reader: Reader, *events: int, back: str = "/admin/settings/") -> httpx2.Response:
    return await reader.client.post(UNDO, data={"event": [str(event) for event in events], "back": back})


async def titled(reader: Reader) -> str:
    return str((await reader.db.read(site_queries.current)).title)


async def newest(reader: Reader) -> int:
    return int(await reader.db.read(queries.newest))


async def by(reader: Reader, name: str, **fields: Any) -> tuple[int, int]:
    """A post by somebody, and the id of that author."""
    post_id = await reader.do(lambda session: post(session, "One", authors=(name,), **fields))
    author = await reader.db.read(lambda session: session.scalar(select(Author.id).where(Author.name == name)))
    assert author is not None
    return post_id, author


async def test_a_change_of_settings_is_taken_back_once(reader: Reader) -> None:
    await signed_in(reader)
    await reader.do(change, {"title": "Slack Water"}, actor="Nell")
    event = await newest(reader)
    answer = await take_back(reader, event)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/settings/")
    assert await titled(reader) == "Westmarch"
    assert "As before: title." in await reader.page("/admin/settings/")
    answer = await take_back(reader, event)
    assert answer.status_code == 409
    assert f"Event {event}" in answer.text
    assert "was undone already" in answer.text


async def test_several_are_taken_back_the_newest_first_or_none(reader: Reader) -> None:
    await signed_in(reader)
    await reader.do(change, {"title": "A"}, actor="Nell")
    first = await newest(reader)
    await reader.do(change, {"title": "B"}, actor="Nell")
    second = await newest(reader)
    await reader.do(happened, {"verb": "post.purged"})
    answer = await take_back(reader, first, second, second + 1)
    assert (answer.status_code, "cannot be undone" in answer.text) == (409, True)
    assert await titled(reader) == "B"
    assert (await take_back(reader, first, second)).status_code == 303
    assert await titled(reader) == "Westmarch"


@pytest.mark.parametrize("verb", ["trash", "withdraw"])
async def test_a_post_that_left_the_site_is_there_again(reader: Reader, verb: str) -> None:
    await signed_in(reader)
    post_id = await reader.do(lambda session: post(session, "One"))
    event = await reader.do(getattr(actions, verb), post_id, SITE, actor="Nell")
    assert (await reader.get("/one/")).status_code != 200
    assert (await take_back(reader, event)).status_code == 303
    assert "One" in await reader.page("/one/")


async def test_a_publication_is_taken_back(reader: Reader) -> None:
    await signed_in(reader)
    post_id = await reader.do(lambda session: post(session, "One", status="draft"))
    event = await reader.do(actions.publish, post_id, SITE, actor="Nell")
    await reader.page("/one/")
    assert (await take_back(reader, event)).status_code == 303
    assert (await reader.get("/one/")).status_code == 404


async def test_a_post_that_was_changed_since_stays_as_it_is(reader: Reader) -> None:
    await signed_in(reader)
    post_id = await reader.do(lambda session: post(session, "One"))
    event = await reader.do(actions.trash, post_id, SITE, actor="Nell")
    await reader.do(actions.restore, post_id, SITE, actor="Nell")
    await reader.do(actions.withdraw, post_id, SITE, actor="Nell")
    answer = await take_back(reader, event)
    assert (answer.status_code, "was changed since" in answer.text) == (409, True)
    await reader.do(actions.purge, post_id, SITE, actor="Nell")
    assert (await take_back(reader, event)).status_code == 404


async def test_authors_take_back_what_was_done_to_their_own_posts_alone(reader: Reader) -> None:
    own, author = await by(reader, "Ann")
    other = await reader.do(lambda session: post(session, "Two"))
    mine = await reader.do(actions.trash, own, SITE, actor="Ann")
    theirs = await reader.do(actions.trash, other, SITE, actor="Ed")
    await signed_in(reader, "Ann", role="author", author_id=author)
    assert (await take_back(reader, theirs)).status_code in (403, 404)
    assert (await take_back(reader, mine)).status_code == 303
    await reader.page("/one/")


async def test_contributors_publish_nothing_by_it(reader: Reader) -> None:
    own, author = await by(reader, "Ann")
    event = await reader.do(actions.withdraw, own, SITE, actor="Ed")
    await signed_in(reader, "Ann", role="contributor", author_id=author)
    assert (await take_back(reader, event)).status_code == 403
    assert (await reader.get("/one/")).status_code == 404


async def test_the_right_is_that_of_what_was_done(reader: Reader) -> None:
    await reader.do(change, {"title": "Slack Water"}, actor="Nell")
    event = await newest(reader)
    assert (await take_back(reader, event)).status_code == 401
    await signed_in(reader, "Ed", role="editor")
    assert (await take_back(reader, event)).status_code == 403
    assert await titled(reader) == "Slack Water"


async def test_nobody_is_told_of_what_they_may_not_know(reader: Reader) -> None:
    await signed_in(reader, "Ann", role="contributor")
    await reader.do(lambda session: events.record(session, "account.disabled", actor="Nell", detail={"name": "Bob"}))
    answer = await take_back(reader, await newest(reader))
    assert (answer.status_code, "disabled" in answer.text) == (403, False)


@pytest.mark.parametrize("event", ["", "x", "-1", "1 OR 1=1", "9" * 30, "\0", "٣"])
async def test_what_names_no_event_is_refused(reader: Reader, event: str) -> None:
    await signed_in(reader)
    assert (await reader.client.post(UNDO, data={"event": event})).status_code == 422


async def test_an_event_that_is_not_there_is_told(reader: Reader) -> None:
    await signed_in(reader)
    assert (await take_back(reader, 999_999_999)).status_code == 409


@pytest.mark.parametrize(
    ("back", "page"),
    [
        ("/admin/topics/1/parts/", "/admin/topics/1/"),
        ("/admin/redirects/remove/", "/admin/redirects/"),
        ("/admin/redirects/missed/forget/", "/admin/redirects/missed/"),
        ("/admin/posts/do/?status=draft", "/admin/posts/"),
        ("/admin/nowhere/else/", "/admin/"),
        ("/admin/sign-out/", "/admin/"),
        ("/admin/tags/?sort=-posts", "/admin/tags/?sort=-posts"),
    ],
)
async def test_the_way_back_is_a_page_where_the_button_was_below_a_form(reader: Reader, back: str, page: str) -> None:
    await signed_in(reader)
    await reader.do(change, {"title": "Slack Water"}, actor="Nell")
    answer = await take_back(reader, await newest(reader), back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


@pytest.mark.unit
@pytest.mark.parametrize(
    "path", ["", "//evil.example/", "https://evil.example/", "/admin//evil", "/\\evil", "/posts/", "/admin/../", UNDO]
)
def test_the_way_back_stays_in_the_admin(path: str) -> None:
    assert undo.back(path) == "/admin/"


@pytest.mark.unit
def test_the_way_back_is_where_the_button_was() -> None:
    assert undo.back("/admin/posts/?status=draft&page=2") == "/admin/posts/?status=draft&page=2"


@pytest.mark.unit
def test_all_that_can_be_undone_asks_for_a_right() -> None:
    kinds = {verb.partition(".")[0] for verb in undo.UNDOES}
    assert {named for named in undo.RIGHTS if named not in undo.UNDOES} == kinds


async def test_an_author_takes_back_the_text_of_a_post_and_not_what_editors_alone_change(reader: Reader) -> None:
    post_id, author = await by(reader, "Ada")
    (pinned,) = await write_again(reader.db, post_id, pinned=True)
    await signed_in(reader, "Ada", "author", author_id=author)
    answer = await take_back(reader, pinned, back="/admin/posts/")
    assert (answer.status_code, "may not change: pinned" in answer.text) == (403, True)
    (retitled,) = await write_again(reader.db, post_id, title="Two")
    assert "Two" in await reader.page("/")
    assert (await take_back(reader, retitled, back="/admin/posts/")).status_code == 303
    assert "Two" not in await reader.page("/")
    (drafted,) = await write_again(reader.db, post_id, title="Three", wait=True)
    assert (await take_back(reader, drafted, back="/admin/posts/")).status_code == 303
    assert not (await stored(reader.db, post_id)).waiting


async def test_a_post_does_not_get_back_what_is_gone_or_comes_back_from_the_trash(reader: Reader) -> None:
    await signed_in(reader)
    post_id, _ = await by(reader, "Ada", tags=("Sea",))
    (untagged,) = await write_again(reader.db, post_id, tags=())
    await reader.do(actions.trash, post_id, SITE, actor="Nell")
    answer = await take_back(reader, untagged)
    assert (answer.status_code, "is in the trash" in answer.text) == (409, True)
    await reader.do(actions.restore, post_id, SITE, actor="Nell")
    await reader.do(lambda session: retagging.delete(session, tag_of(session, "sea") or 0, SITE, actor="Nell"))
    answer = await take_back(reader, untagged)
    assert (answer.status_code, "A tag that “One” had is gone." in answer.text) == (409, True)
