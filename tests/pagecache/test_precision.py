"""A change throws out the pages that show it, and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import SITE, day, draft, post
from tests.pagecache.cached import PATHS, Cached
from westmarch.posts import actions
from westmarch.posts.models import Post
from westmarch.site import actions as site_actions
from westmarch.tags.models import Tag


def post_id(session: Session, slug: str) -> int:
    return session.scalars(select(Post.id).where(Post.slug == slug)).one()


def revise(session: Session, **fields: Any) -> None:
    """Edit the post `p0`, which is on the last pages of lists."""
    made: dict[str, Any] = {"tags": ("Sea",), "authors": ("Nell",), "topic": "Tides", "part": 0, "slug": "p0"} | fields
    title, markdown = made.pop("title", "Post 0"), made.pop("markdown", "Words 0.\n")
    actions.revise(session, post_id(session, "p0"), draft(title, markdown, **made), SITE, actor="test")


def edit_body(session: Session) -> None:
    revise(session, markdown="Words 0.\n\nAnd more, below what lists show.\n")


def edit_title(session: Session) -> None:
    revise(session, title="Another title")


def new_post(session: Session) -> None:
    post(session, "New", slug="new", tags=("Wind",), authors=("Nell",), published_at=day(205))


def rename_tag(session: Session) -> None:
    session.execute(update(Tag).where(Tag.slug == "wind").values(name="Gale"))


def describe_tag(session: Session) -> None:
    session.execute(update(Tag).where(Tag.slug == "wind").values(description="What blows."))


#: The changes, and what each throws out though it does not show it.
CHANGES: dict[Callable[[Session], None], set[str]] = {
    edit_body: set(),
    edit_title: set(),
    new_post: {"/feed.json?page=1"},  # The newest document of an archive goes by whether another one follows.
    rename_tag: set(),
    describe_tag: set(),
}


async def thrown_out(cached: Cached, change: Callable[[Session], None]) -> tuple[set[str], set[str]]:
    """The pages that a change throws out, and those that show it: found by rendering them before and after."""
    await cached.visit()
    before = {path: page.body for path in PATHS if (page := await cached.rendered(path)) and page.status_code == 200}
    await cached.db.write(change)
    assert await cached.stale() == []
    now = {path: page.body for path in before if (page := await cached.rendered(path)) and page.status_code == 200}
    shown = {path for path in before if now.get(path) != before[path]}
    gone = {path for path in before if cached.stored(path) is None}
    return gone, shown


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_thrown_out_is_what_shows_the_change(cached: Cached, change: Callable[[Session], None]) -> None:
    gone, shown = await thrown_out(cached, change)
    assert shown
    assert gone - shown == CHANGES[change]


async def test_the_first_post_of_a_month_throws_the_index_of_sitemaps_out_too(cached: Cached) -> None:
    def first_of_a_month(session: Session) -> None:
        post(session, "New", slug="new", tags=("Wind",), authors=("Nell",), published_at=day(300))

    gone, shown = await thrown_out(cached, first_of_a_month)
    assert gone - shown == CHANGES[new_post] | {"/sitemap.xml"}


#: Documents of archives, and what else does not show the newest post.
OLDER = (
    "/feed.xml?page=1", "/tags/sea/rss.xml?page=1", "/authors/nell/feed.json?page=1", "/topics/tides/feed.xml?page=1",
    "/archive/2024/", "/sitemap-2024.xml", "/sitemap.xml", "/sitemap-lists.xml", "/p3/",
)  # fmt: skip


async def test_a_new_post_leaves_what_is_older_where_it_is(cached: Cached) -> None:
    def new(session: Session) -> None:
        fields: dict[str, Any] = {"tags": ("Sea",), "authors": ("Nell",), "topic": "Tides"}
        post(session, "New", slug="new", published_at=day(400), **fields)

    await cached.db.write(lambda session: site_actions.change(session, {"feed_items": 1}, actor="test"))
    await cached.visit(OLDER)
    assert [path for path in OLDER if cached.stored(path) is None] == []
    await cached.db.write(new)
    assert await cached.stale(OLDER) == []
    assert [path for path in OLDER if cached.stored(path) is None] == ["/sitemap.xml"]
