"""What those who run a site look through: narrowed, sorted, counted, and walked page by page."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tests.factories import SITE, day, post
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.posts import actions, managing
from westmarch.posts.managing import Listed, Wanted
from westmarch.posts.models import Post, PostView
from westmarch.tags.models import Tag

TODAY = date(2024, 6, 1)
POSTS = Wanted(kind="post")


def find(session: Reading, /, wanted: Wanted = POSTS, **more: Any) -> Listed:
    return managing.find(session, wanted, today=TODAY, **more)


def titles(listed: Listed) -> list[str]:
    return [row.title for row in listed.found.rows]


async def titled(db: Database, wanted: Wanted = POSTS, **more: Any) -> list[str]:
    return titles(await db.read(find, wanted, **more))


def furnish(session: Session) -> dict[str, int]:
    """Posts of all kinds, by their titles."""
    made = {
        "beta": post(session, "beta", published_at=day(3), tags=("Tides",), authors=("Ann",)),
        "Alpha": post(session, "Alpha", published_at=day(1), tags=("Tides", "Type"), authors=("Bo", "Ann")),
        "Draft": post(session, "Draft", status="draft", published_at=None, authors=("Bo",)),
        "Soon": post(session, "Soon", status="scheduled", published_at=day(9_999), language="fr"),
        "Hidden": post(session, "Hidden", unlisted=True, published_at=day(2), topic="A course"),
        "Page": post(session, "Page", kind="page"),
        "Gone": post(session, "Gone", published_at=day(4), authors=("Ann",)),
        "Gone draft": post(session, "Gone draft", status="draft", authors=("Bo",)),
    }
    for title in ("Gone", "Gone draft"):
        actions.trash(session, made[title], SITE, actor="test")
    views = [(made["Alpha"], 5, 1), (made["Alpha"], 2, 29), (made["beta"], 3, 0), (made["Hidden"], 99, 30)]
    rows = [{"post_id": id_, "day": TODAY - timedelta(days=ago), "views": number} for id_, number, ago in views]
    session.execute(insert(PostView), rows)
    return made


async def test_the_newest_is_first_and_what_has_no_date_lies_where_it_was_made(db: Database) -> None:
    await db.write(furnish)
    assert await titled(db) == ["Soon", "Draft", "beta", "Hidden", "Alpha"]
    assert await titled(db, sort="published") == ["Alpha", "Hidden", "beta", "Draft", "Soon"]


@pytest.mark.parametrize("search", ["élan", "Élan", "ÉLAN VITAL"])
async def test_titles_beyond_ascii_are_found_whatever_their_case(db: Database, search: str) -> None:
    await db.write(post, "Élan vital")
    assert await titled(db, Wanted(kind="post", search=search)) == ["Élan vital"]


async def test_titles_sort_whatever_their_case(db: Database) -> None:
    await db.write(furnish)
    assert await titled(db, sort="title") == ["Alpha", "beta", "Draft", "Hidden", "Soon"]
    assert await titled(db, sort="-title") == ["Soon", "Hidden", "Draft", "beta", "Alpha"]


async def test_views_of_thirty_days_are_counted_and_sort(db: Database) -> None:
    await db.write(furnish)
    listed = await db.read(find, sort="-views")
    assert [(row.title, row.views) for row in listed.found.rows][:3] == [("Alpha", 7), ("beta", 3), ("Hidden", 0)]


async def test_what_was_changed_last_is_first(db: Database) -> None:
    made = await db.write(furnish)
    await db.write(lambda session: session.execute(update(Post).values(updated_at=day(5_000))))
    assert (await titled(db, sort="-changed"))[0] == "Hidden"
    draft = select(Post.published_revision_id).where(Post.id == made["Hidden"]).scalar_subquery()
    await db.write(
        lambda session: session.execute(update(Post).where(Post.title == "Alpha").values(draft_revision_id=draft))
    )
    listed = await db.read(find, sort="-changed")
    assert {row.title for row in listed.found.rows[:2]} == {"Alpha", "Hidden"}
    assert [row.title for row in listed.found.rows if row.waiting] == ["Alpha"]
    assert (await titled(db, Wanted(kind="post", show="edited")), listed.counts["edited"]) == (["Alpha"], 1)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (Wanted(kind="post", show="draft"), {"Draft"}),
        (Wanted(kind="post", show="scheduled"), {"Soon"}),
        (Wanted(kind="post", show="published"), {"beta", "Alpha"}),
        (Wanted(kind="post", show="unlisted"), {"Hidden"}),
        (Wanted(kind="post", show="edited"), set[str]()),
        (Wanted(kind="post", search="ALPHA"), {"Alpha"}),
        (Wanted(kind="post", search="/bet"), {"beta"}),
        (Wanted(kind="post", search="%"), set[str]()),
        (Wanted(kind="post", language="fr"), {"Soon"}),
        (Wanted(kind="post", tag=0), set[str]()),
        (Wanted(kind="page"), {"Page"}),
        (Wanted(trashed=True), {"Gone", "Gone draft"}),
        (Wanted(trashed=True, drafts=True), {"Gone draft"}),
        (Wanted(trashed=True, show="page"), set[str]()),
    ],
)
async def test_lists_are_narrowed(db: Database, wanted: Wanted, there: set[str]) -> None:
    await db.write(furnish)
    sort = "-trashed" if wanted.trashed else "-published"
    listed = await db.read(find, wanted, sort=sort)
    assert set(titles(listed)) == there
    assert listed.found.total == len(there)
    assert set((await db.read(managing.titles, await db.read(managing.matching, wanted, 9))).values()) == there


async def test_a_list_is_narrowed_by_slugs_and_to_own_posts(db: Database) -> None:
    await db.write(furnish)
    found = await db.read(managing.gathers, {"tag": "tides", "author": "bo", "topic": "", "other": ""})
    assert {name: each.name for name, each in found.items()} == {"tag": "Tides", "author": "Bo"}
    assert await titled(db, Wanted(kind="post", tag=found["tag"].id)) == ["beta", "Alpha"]
    assert await titled(db, Wanted(kind="post", tag=found["tag"].id, author=found["author"].id)) == ["Alpha"]
    assert await titled(db, Wanted(kind="post", own=found["author"].id, show="draft")) == ["Draft"]
    unknown = await db.read(managing.gathers, {"topic": "nothing"})
    assert (unknown["topic"].id, unknown["topic"].name) == (0, "nothing")


async def test_states_and_languages_are_counted_whichever_is_shown(db: Database) -> None:
    await db.write(furnish)
    listed = await db.read(find, Wanted(kind="post", show="draft"))
    counts = {name: number for name, number in listed.counts.items() if number}
    expected = {"all": 5, "draft": 1, "scheduled": 1, "published": 2, "unlisted": 1, "post": 5}
    assert (counts, list(listed.languages)) == (expected, ["en", "fr"])
    french = await db.read(find, Wanted(kind="post", language="fr"))
    assert (french.counts["all"], french.found.total, list(french.languages)) == (1, 1, ["en", "fr"])


async def test_rows_have_their_authors_and_tags_in_order(db: Database) -> None:
    made = await db.write(furnish)
    labels = await db.read(managing.labels, [made["Alpha"], made["Draft"]])
    alpha = labels[made["Alpha"]]
    assert [row.name for row in alpha.authors] == ["Bo", "Ann"]
    assert [row.name for row in alpha.tags] == ["Tides", "Type"]
    assert labels[made["Draft"]].tags == []


async def test_a_cursor_of_a_long_title_leads_on(db: Database) -> None:
    def make(session: Session) -> None:
        for number in range(4):
            post(session, "漢" * 900 + str(number))

    await db.write(make)
    first = await db.read(find, sort="title", size=2)
    second = await db.read(find, sort="title", size=2, after=first.found.next)
    assert first.found.next is not None
    assert [each[-1] for each in (*titles(first), *titles(second))] == ["0", "1", "2", "3"]


async def test_behind_what_was_removed_lies_the_last_page_and_before_it_the_first(db: Database) -> None:
    ids = await db.write(lambda session: [post(session, f"Post {n}", published_at=day(n)) for n in range(4)])
    first = await db.read(find, size=2)
    second = await db.read(find, size=2, after=first.found.next)
    await db.write(lambda session: [actions.trash(session, id_, SITE, actor="test") for id_ in ids[:2]])
    emptied = await db.read(find, size=2, after=first.found.next)
    assert (titles(emptied), emptied.found.next, emptied.found.previous) == (["Post 3", "Post 2"], None, None)
    await db.write(lambda session: [actions.trash(session, id_, SITE, actor="test") for id_ in ids[2:3]])
    assert titles(await db.read(find, size=2, after=second.found.previous)) == ["Post 3"]


@pytest.mark.parametrize("sort", ["evil", "-", "--title", "title;", "\0"])
async def test_an_order_that_there_is_none_of_is_refused(db: Database, sort: str) -> None:
    with pytest.raises(Invalid, match="cannot be sorted"):
        await db.read(find, sort=sort)


@pytest.mark.parametrize("after", ["forged", "a" * 9_000, "é", "WzFd", "W10", "bnVsbA", "\0"])
async def test_a_cursor_of_no_list_is_refused(db: Database, after: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await db.read(find, after=after)


async def test_a_cursor_of_another_order_is_refused(db: Database) -> None:
    await db.write(lambda session: [post(session, f"Post {n}") for n in range(3)])
    cursor = (await db.read(find, size=2)).found.next
    for sort in ("published", "title", "-views", "-changed"):
        with pytest.raises(Invalid, match="cursor"):
            await db.read(find, after=cursor, sort=sort)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "A", "b", "é", "漢字", "zz" * 150]),
        st.sampled_from(["published", "draft", "scheduled"]),
        st.booleans(),
        st.integers(0, 2),
    ),
    max_size=9,
)


def walked(session: Reading, wanted: Wanted, sort: str, size: int) -> tuple[list[list[int]], list[list[int]]]:
    """The ids of all pages, from the first on, and from the last back."""
    pages: list[list[int]] = []
    there = find(session, wanted, sort=sort, size=size)
    while True:
        pages.append([row.id for row in there.found.rows])
        if there.found.next is None:
            break
        there = find(session, wanted, sort=sort, size=size, after=there.found.next)
    back = [pages[-1]]
    while there.found.previous is not None:
        there = find(session, wanted, sort=sort, size=size, after=there.found.previous)
        back.append([row.id for row in there.found.rows])
    return pages, back


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, sort=st.sampled_from(["published", "changed", "title", "views", "id"]), size=st.integers(1, 4))
async def test_walking_pages_forward_and_back_gives_each_row_once(
    db: Database, rows: Sequence[tuple[str, str, bool, int]], sort: str, size: int
) -> None:
    def walk(session: Session) -> None:
        ids = []
        for title, status, unlisted, number in rows:
            at = day(9_999 + number) if status == "scheduled" else day(number)
            ids.append(post(session, title, status=status, unlisted=unlisted, published_at=at))
            session.execute(insert(PostView).values(post_id=ids[-1], day=TODAY, views=number))
        for order in (sort, f"-{sort}"):
            forward, back = walked(session, POSTS, order, size)
            flat = [id_ for page in forward for id_ in page]
            assert sorted(flat) == sorted(ids)
            assert back == forward[::-1]
        session.rollback()

    await db.write(walk)


async def test_a_tag_that_is_gone_narrows_to_nothing(db: Database) -> None:
    await db.write(furnish)
    tag_id = await db.read(lambda session: session.scalar(select(Tag.id).where(Tag.slug == "type")))
    assert await titled(db, Wanted(kind="post", tag=tag_id)) == ["Alpha"]
    assert await titled(db, Wanted(kind="post", tag=2**31 - 1)) == []
