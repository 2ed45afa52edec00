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
    post(session, "New", slug="new", tags=("Wind",), authors=("Nell",), published_at=day(300))


def rename_tag(session: Session) -> None:
    session.execute(update(Tag).where(Tag.slug == "wind").values(name="Gale"))


def describe_tag(session: Session) -> None:
    session.execute(update(Tag).where(Tag.slug == "wind").values(description="What blows."))


#: The changes, and what each throws out though it does not show it: its pages read more than they show.
CHANGES: dict[Callable[[Session], None], set[str]] = {
    edit_body: set(),
    edit_title: set(),
    new_post: {"/feed.json?page=1", "/sitemap.xml", "/sitemap-lists.xml"},  # They go by counts, which they do not show.
    rename_tag: {"/sitemap-lists.xml"},
    describe_tag: {"/"},  # The tags that are used most come with their descriptions.
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_thrown_out_is_what_shows_the_change(cached: Cached, change: Callable[[Session], None]) -> None:
    await cached.visit()
    before = {path: page.body for path in PATHS if (page := await cached.rendered(path)) and page.status_code == 200}
    await cached.db.write(change)
    assert await cached.stale() == []
    now = {path: page.body for path in before if (page := await cached.rendered(path)) and page.status_code == 200}
    shown = {path for path in before if now.get(path) != before[path]}
    gone = {path for path in before if cached.stored(path) is None}
    assert shown
    assert gone - shown == CHANGES[change]
