"""The lists of posts, pages and the trash, and what is done with many at once."""

from typing import Any

import httpx2
import pytest

from tests.accounts.people import signed_in
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.posts import managing
from westmarch.posts.models import Post


async def made(reader: Reader, *titles: str, **fields: Any) -> list[int]:
    return [await reader.do(lambda session, title=title: post(session, title, **fields)) for title in titles]


async def do(reader: Reader, what: str, *ids: object, path: str = "/admin/posts/", **more: str) -> httpx2.Response:
    return await reader.client.post(path + "do/", data={"do": what, "id": [str(id_) for id_ in ids], **more})


async def status(reader: Reader, id_: int) -> str | None:
    def look(session: Any) -> str | None:
        found = session.get(Post, id_)
        return None if found is None else "trashed" if found.trashed_at else str(found.status)

    return await reader.do(look)


async def test_the_newest_post_is_first_and_titles_sort(reader: Reader) -> None:
    await signed_in(reader)
    await made(reader, "Beta", "Alpha")
    newest = await reader.page("/admin/posts/")
    assert newest.index("Alpha") < newest.index("Beta")
    by_title = await reader.page("/admin/posts/?sort=-title")
    assert by_title.index("Beta") < by_title.index("Alpha")


async def test_lists_are_narrowed_by_state_and_search(reader: Reader) -> None:
    await signed_in(reader)
    await made(reader, "Public one")
    await made(reader, "Draft one", "100 % draft", status="draft")
    drafts = await reader.page("/admin/posts/?show=draft")
    assert "Draft one" in drafts
    assert "Public one" not in drafts
    found = await reader.page("/admin/posts/?q=0+%25")
    assert "100 % draft" in found
    assert "Draft one" not in found
    assert "Nothing fits" in await reader.page("/admin/posts/?q=nothing-is-called-so")


async def test_a_long_list_goes_on_behind_its_last_row(reader: Reader) -> None:
    await made(reader, *(f"Post {n:02}" for n in range(5)))
    first = await reader.db.read(managing.find, size=3)
    second = await reader.db.read(managing.find, size=3, after=first.next)
    assert [row.title for row in (*first.rows, *second.rows)] == [f"Post {n:02}" for n in (4, 3, 2, 1, 0)]
    assert (first.total, second.next) == (5, None)


async def test_many_are_moved_to_the_trash_and_restored(reader: Reader) -> None:
    await signed_in(reader)
    ids = await made(reader, "One", "Two")
    answer = await do(reader, "trash", *ids)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/posts/")
    page = await reader.page("/admin/posts/")
    assert "2 entries moved to the trash." in page
    assert "Undo" in page
    assert "One" in await reader.page("/admin/trash/")
    await do(reader, "restore", *ids, path="/admin/trash/")
    assert [await status(reader, id_) for id_ in ids] == ["published", "published"]


async def test_deleting_for_good_asks_first(reader: Reader) -> None:
    await signed_in(reader)
    (one,) = await made(reader, "One")
    await do(reader, "trash", one)
    answer = await do(reader, "purge", one, path="/admin/trash/")
    assert (answer.status_code, await status(reader, one)) == (200, "trashed")
    assert "cannot be undone" in answer.text
    await do(reader, "purge", one, path="/admin/trash/", sure="yes")
    assert await status(reader, one) is None


async def test_what_one_refuses_others_take(reader: Reader) -> None:
    await signed_in(reader)
    (public,) = await made(reader, "Public")
    (draft,) = await made(reader, "Draft", status="draft")
    await do(reader, "publish", public, draft)
    page = await reader.page("/admin/posts/")
    assert "1 entry published. 1 not: This post is published already." in page
    assert await status(reader, draft) == "published"


async def test_an_author_sees_and_changes_only_posts_of_their_own(reader: Reader) -> None:
    (foreign,) = await made(reader, "Foreign draft", status="draft", authors=("Ann",))
    await signed_in(reader, "Nell", role="author")
    assert "Foreign draft" not in await reader.page("/admin/posts/")
    await do(reader, "trash", foreign)
    assert await status(reader, foreign) == "draft"
    assert (await reader.client.get("/admin/pages/")).status_code == 403


@pytest.mark.parametrize("query", ["?sort=evil", "?after=forged", "?show=%00", "?q=%00%ff", "?q=" + "a" * 5_000])
async def test_whatever_an_address_asks_for_there_is_a_list(reader: Reader, query: str) -> None:
    await signed_in(reader)
    await made(reader, "One")
    assert (await reader.client.get("/admin/posts/" + query)).status_code == 200


@pytest.mark.parametrize(
    ("what", "ids", "answered"), [("explode", ["1"], 422), ("trash", ["9" * 30, "x", "-1"], 303), ("trash", [], 303)]
)
async def test_what_cannot_be_done_is_said(reader: Reader, what: str, ids: list[str], answered: int) -> None:
    await signed_in(reader)
    assert (await do(reader, what, *ids)).status_code == answered
