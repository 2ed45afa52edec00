"""The lists of posts, pages and the trash, and what is done with many at once."""

import base64
import json
import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.people import signed_in
from tests.admin.works import said
from tests.factories import SITE, day, post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.admin import flash, post_bulk
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.posts import actions
from westmarch.posts.edited import edited
from westmarch.posts.models import Post

POSTS, TRASH = "/admin/posts/", "/admin/trash/"


async def made(reader: Reader, *titles: str, **fields: Any) -> list[int]:
    return [await reader.do(lambda session, title=title: post(session, title, **fields)) for title in titles]


async def do(reader: Reader, what: str, *ids: object, path: str = POSTS, **more: str) -> httpx2.Response:
    """Press a button of the list at a path with a query, and follow to where it leads."""
    where, _, query = path.partition("?")
    address = f"{where}do/" + (f"?{query}" if query else "")
    answer = await reader.client.post(address, data={"do": what, "id": [str(id_) for id_ in ids], **more})
    if answer.status_code != 303:
        return answer
    return await reader.get(answer.headers["location"])


def toast(answer: httpx2.Response) -> str:
    """What is said after something was done."""
    text = answer.text.partition('<div class="toast')[2].partition("</p>")[0]
    return re.sub(r"<[^>]*>|^.*?>", "", text, count=2).strip()


async def undo(reader: Reader, answer: httpx2.Response) -> httpx2.Response:
    """Press Undo, and follow."""
    fields = dict(re.findall(r'name="(back)" value="([^"]*)"', answer.text))
    events = re.findall(r'name="event" value="(\d+)"', answer.text)
    data = {"event": events, "back": fields["back"].replace("&amp;", "&")}
    done = await reader.client.post("/admin/undo/", data=data)
    assert done.status_code == 303, said(done)
    return await reader.get(done.headers["location"])


async def status(reader: Reader, id_: int) -> str | None:
    def look(session: Any) -> str | None:
        found = session.get(Post, id_)
        return None if found is None else "trashed" if found.trashed_at else str(found.status)

    return await reader.do(look)


def titles(page: str) -> list[str]:
    return re.findall(r'<a [^>]*dir="auto">([^<]*)</a>', page)


async def test_lists_are_sorted_narrowed_and_say_so(reader: Reader) -> None:
    await signed_in(reader)
    await made(reader, "beta", published_at=day(1), tags=("Tides",), authors=("Ann",))
    await made(reader, "Alpha", published_at=day(2))
    await made(reader, "Draft", status="draft", published_at=None, language="de")
    page = await reader.page(POSTS)
    assert titles(page) == ["Draft", "Alpha", "beta"]
    assert 'aria-sort="descending"><a href="/admin/posts/?sort=published">Published' in page
    by_title = await reader.page(f"{POSTS}?sort=title")
    assert titles(by_title) == ["Alpha", "beta", "Draft"]
    assert 'aria-sort="ascending"><a href="/admin/posts/?sort=-title">Title' in by_title
    assert titles(await reader.page(f"{POSTS}?show=draft")) == ["Draft"]
    assert titles(await reader.page(f"{POSTS}?q=ALPH")) == ["Alpha"]
    assert titles(await reader.page(f"{POSTS}?language=de")) == ["Draft"]
    narrowed = await reader.page(f"{POSTS}?tag=tides&author=ann&q=e")
    assert titles(narrowed) == ["beta"]
    words = said(await reader.get(f"{POSTS}?tag=tides&author=ann&q=e"))
    assert "Search e × : take it off Tag Tides × : take it off Author Ann × : take it off Take all off" in words
    assert 'href="/admin/posts/?q=e&amp;author=ann"' in narrowed
    assert "Nothing fits" in await reader.page(f"{POSTS}?tag=nothing-is-called-so")


async def test_a_list_takes_eight_queries_at_most_however_it_is_narrowed(reader: Reader) -> None:
    await signed_in(reader)
    await made(reader, *(f"Post {n}" for n in range(4)), tags=("Tides",), authors=("Ann",), topic="A course")
    await reader.page(POSTS)  # The options of the site are read anew after each change.
    query = "?q=post&show=published&tag=tides&author=ann&topic=a-course&language=en&sort="
    for sort in ("-published", "title", "-changed", "-views"):
        assert len(titles(await reader.page(POSTS + query + sort))) == 4
        asked = [each for each in reader.statements if each.startswith("SELECT")]
        assert len(asked) <= 8, asked


async def test_a_list_goes_on_and_back(reader: Reader) -> None:
    await signed_in(reader)
    for number in range(52):
        await made(reader, f"Post {number:02}", published_at=day(number))
    first = await reader.page(POSTS)
    on = re.search(r'rel="next" href="([^"]*)"', first)
    assert on
    second = await reader.page(on[1].replace("&amp;", "&"))
    assert titles(second) == ["Post 01", "Post 00"]
    back = re.search(r'rel="prev" href="([^"]*)"', second)
    assert back
    assert titles(await reader.page(back[1].replace("&amp;", "&"))) == titles(first)
    assert "All 52 that there are" in first


async def test_acts_and_undo_lead_back_to_the_list_as_it_was(reader: Reader) -> None:
    await signed_in(reader)
    ids = await made(reader, "One", "Two", tags=("Tides",))
    path = f"{POSTS}?show=published&tag=tides&sort=title"
    answer = await reader.client.post(
        f"{POSTS}do/?show=published&tag=tides&sort=title", data={"do": "trash", "id": ids[:1]}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = await reader.get(path)
    assert titles(page.text) == ["Two"]
    assert toast(page) == "1 post moved to the trash."
    back = await undo(reader, page)
    assert str(back.url).endswith(path)
    assert titles(back.text) == ["One", "Two"]


@pytest.mark.parametrize(
    ("what", "before", "after", "path"),
    [
        ("publish", "draft", "published", POSTS),
        ("withdraw", "published", "draft", POSTS),
        ("trash", "published", "trashed", POSTS),
        ("restore", "trashed", "published", TRASH),
    ],
)
async def test_many_are_done_to_and_undone_at_once(
    reader: Reader, what: str, before: str, after: str, path: str
) -> None:
    await signed_in(reader)
    ids = await made(reader, "One", "Two", status="draft" if before == "draft" else "published")
    if before == "trashed":
        await reader.do(lambda session: [actions.trash(session, id_, SITE, actor="test") for id_ in ids])
    answer = await do(reader, what, *ids, path=path)
    assert toast(answer).startswith("2 ")
    assert [await status(reader, id_) for id_ in ids] == [after, after]
    await undo(reader, answer)
    assert [await status(reader, id_) for id_ in ids] == [before, before]


async def test_many_get_a_tag_and_lose_it_again(reader: Reader) -> None:
    await signed_in(reader)
    ids = await made(reader, "One", "Two", tags=("Slack",))
    asks = await do(reader, "tag", *ids)
    assert asks.status_code == 200
    assert "Add a tag: 2 posts" in asks.text
    nameless = await do(reader, "tag", *ids, sure="1")
    assert nameless.status_code == 422
    assert "A name is needed." in nameless.text
    answer = await do(reader, "tag", *ids, sure="1", name="Tides")
    assert toast(answer) == "2 posts tagged."
    tags = [[tag.name for tag in (await reader.db.read(edited, id_)).tags] for id_ in ids]
    assert tags == [["Slack", "Tides"], ["Slack", "Tides"]]
    await undo(reader, answer)
    assert [tag.name for tag in (await reader.db.read(edited, ids[0])).tags] == ["Slack"]


async def test_many_get_another_author_by_those_who_may_and_get_theirs_back(reader: Reader) -> None:
    await signed_in(reader, "Ed", role="editor")
    ids = await made(reader, "One", "Two", authors=("Ann", "Bo"))
    await reader.do(authors.create, "Cy")
    unknown = await do(reader, "author", *ids, sure="1", name="Nobody")
    assert unknown.status_code == 422
    assert "There is no author “Nobody”." in unknown.text
    answer = await do(reader, "author", *ids, sure="1", name="cy")
    assert toast(answer) == "2 posts given to another author."
    assert [each.name for each in (await reader.db.read(edited, ids[1])).authors] == ["Cy"]
    await undo(reader, answer)
    assert [each.name for each in (await reader.db.read(edited, ids[1])).authors] == ["Ann", "Bo"]


async def test_what_one_refuses_others_take_and_it_is_said(reader: Reader) -> None:
    await signed_in(reader)
    public = await made(reader, "One", "Two", "Three")
    (draft,) = await made(reader, "Draft", status="draft")
    answer = await do(reader, "publish", *public, draft)
    expected = "1 of 4 posts published. 3 not (“One”, “Two” and 1 more): This post is published already."
    assert toast(answer) == expected
    assert await status(reader, draft) == "published"


async def test_all_that_match_are_selected_after_a_question(reader: Reader) -> None:
    await signed_in(reader)
    ids = await made(reader, *(f"Draft {n}" for n in range(3)), status="draft")
    (other,) = await made(reader, "Public")
    asks = await do(reader, "trash", path=f"{POSTS}?show=draft", all="1")
    assert "Move to trash: 3 posts" in asks.text
    sent = re.findall(r'name="id" value="(\d+)"', asks.text)
    assert sorted(map(int, sent)) == ids
    answer = await do(reader, "trash", *sent, path=f"{POSTS}?show=draft", sure="1")
    assert toast(answer) == "3 posts moved to the trash."
    assert await status(reader, other) == "published"


async def test_more_than_can_be_undone_are_not_done_to(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_bulk, "MOST", 2)
    await signed_in(reader)
    ids = await made(reader, "One", "Two", "Three")
    assert "At most 2" in toast(await do(reader, "trash", all="1"))
    assert "At most 2" in toast(await do(reader, "trash", *ids))
    assert [await status(reader, each) for each in ids] == ["published"] * 3


async def test_deleting_for_ever_asks_first_and_cannot_be_undone(reader: Reader) -> None:
    await signed_in(reader)
    (one,) = await made(reader, "One")
    await do(reader, "trash", one)
    page = await reader.page(TRASH)
    assert "Deleted for ever" in page
    answer = await do(reader, "purge", one, path=TRASH)
    assert (answer.status_code, await status(reader, one)) == (200, "trashed")
    assert "This cannot be undone." in answer.text
    done = await do(reader, "purge", one, path=TRASH, sure="1")
    assert await status(reader, one) is None
    assert 'action="/admin/undo/"' not in done.text


@pytest.mark.parametrize(
    ("role", "in_trash", "buttons"),
    [
        ("owner", ["Foreign", "Page", "Own", "Own draft"], ["publish", "withdraw", "tag", "author", "trash"]),
        ("editor", ["Foreign", "Page", "Own", "Own draft"], ["publish", "withdraw", "tag", "author", "trash"]),
        ("author", ["Own", "Own draft"], ["publish", "withdraw", "tag", "trash"]),
        ("contributor", ["Own draft"], ["tag", "trash"]),
    ],
)
async def test_each_role_sees_and_does_what_it_may(
    reader: Reader, role: str, in_trash: list[str], buttons: list[str]
) -> None:
    def make(session: Session) -> int | None:
        fields: dict[str, dict[str, Any]] = {
            "Own draft": {"status": "draft", "authors": ("Nell",)},
            "Own": {"authors": ("Nell",)},
            "Page": {"kind": "page"},
            "Foreign": {"authors": ("Ann",)},
        }
        for title, more in fields.items():
            post(session, f"Still {title}", **more)
            actions.trash(session, post(session, title, **more), SITE, actor="test")
        return session.scalar(select(Author.id).where(Author.name == "Nell"))

    await signed_in(reader, "Nell", role=role, author_id=await reader.do(make))
    trash = await reader.page(TRASH)
    assert sorted(titles(trash)) == sorted(in_trash)
    page = await reader.page(POSTS)
    assert re.findall(r'name="do" value="(\w+)"', page) == buttons
    assert ("Still Foreign" in titles(page)) is (role in ("owner", "editor"))
    ids = re.findall(r'name="id" value="(\d+)"', trash)
    answer = await do(reader, "restore", *ids, path=TRASH)
    assert toast(answer).startswith(f"{len(ids)} ")


async def test_what_is_not_ones_own_is_not_touched(reader: Reader) -> None:
    (foreign,) = await made(reader, "Foreign draft", status="draft", authors=("Ann",))
    await signed_in(reader, "Nell", role="author")
    answer = await do(reader, "trash", foreign)
    assert "0 of 1 post" in toast(answer)
    assert await status(reader, foreign) == "draft"
    assert (await do(reader, "author", foreign, sure="1", name="Ann")).status_code == 422
    assert (await reader.client.get("/admin/pages/")).status_code == 403


@pytest.mark.parametrize("what", ["tag", "trash"])
async def test_nobody_learns_the_titles_of_others_drafts_by_their_numbers(reader: Reader, what: str) -> None:
    (foreign,) = await made(reader, "A secret plan", status="draft")
    await signed_in(reader, "Ann", "contributor", author_id=await reader.do(authors.create, "Ann"))
    answer = await do(reader, what, foreign)
    assert f"Number {foreign}" in answer.text
    assert "secret" not in answer.text


async def test_titles_are_escaped_and_long_ones_lead_on(reader: Reader) -> None:
    await signed_in(reader)
    await made(reader, "<b>x</b>" + "漢" * 190, "ب" * 200)
    page = await reader.page(f"{POSTS}?sort=title")
    assert "<b>x" not in page
    assert "ب" * 200 in page


@pytest.mark.parametrize("name", ["q", "show", "sort", "tag", "author", "topic", "language", "after", "x"])
async def test_whatever_an_address_asks_for_there_is_a_list(reader: Reader, name: str) -> None:
    await signed_in(reader)
    await made(reader, "One")
    odd = ("%00", "%ff", "'; DROP TABLE post;--", "a" * 5_000, "-", "9" * 40, "%F0%9F%92%A3", "<script>", "[]&q=1")
    for value in odd:
        for path in (POSTS, TRASH):
            answer = await reader.client.get(f"{path}?{name}={value}")
            assert answer.status_code == 200, value
            assert "<script>" not in answer.text, value


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
async def test_a_cursor_of_a_moment_in_no_year_of_ours_begins_the_list(reader: Reader, moment: str) -> None:
    await signed_in(reader)
    await made(reader, "One")
    cursor = base64.urlsafe_b64encode(json.dumps(["published", True, False, moment, 5]).encode()).decode()
    assert "One" in await reader.page(f"{POSTS}?after={cursor}")


@pytest.mark.parametrize(
    ("what", "ids", "answered"), [("explode", ["1"], 422), ("trash", ["9" * 30, "x", "-1"], 303), ("trash", [], 303)]
)
async def test_what_cannot_be_done_is_said(reader: Reader, what: str, ids: list[str], answered: int) -> None:
    await signed_in(reader)
    answer = await reader.client.post(f"{POSTS}do/", data={"do": what, "id": ids})
    assert answer.status_code == answered


async def test_from_a_post_one_comes_back_to_the_list_as_it_was(reader: Reader) -> None:
    await signed_in(reader)
    (one,) = await made(reader, "One")
    answer = await reader.get(f"{POSTS}?show=published&sort=title")
    assert "westmarch-list=/admin/posts/?show=published&sort=title;" in str(answer.headers.get_list("set-cookie"))
    again = await reader.get(f"{POSTS}?show=published&sort=title")
    assert "westmarch-list" not in str(again.headers.get_list("set-cookie"))
    assert await status(reader, one) == "published"


@pytest.mark.unit
def test_events_that_follow_each_other_need_little_room() -> None:
    told = flash.Flash("x" * 390, (*range(1_000_000, 1_000_299), 5))
    assert flash._read(flash._written(told)) == flash.Flash("x" * 390, (5, *range(1_000_000, 1_000_299)))
