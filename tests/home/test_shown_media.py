"""Where a picture is shown, and what becomes of that when it is deleted."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.accounts.people import account
from tests.factories import post
from tests.media.pictures import picture
from westmarch.accounts.who import SignedIn
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, NotFound, Refused
from westmarch.events.models import Event
from westmarch.home import shown_media
from westmarch.media import actions, files, library, removing
from westmarch.media.library import Medium
from westmarch.posts.models import Post
from westmarch.site import actions as site_actions
from westmarch.site import queries as site_queries


def stored(session: Session, folder: Path, name: str = "a.png", colour: str = "teal", account_id: int = 0) -> Medium:
    """A picture that an account uploaded."""
    content = picture(colour=colour)
    examined = files.examine(content, name)
    account_id = account_id or account(session, f"Of {name} {colour}", "author").id
    made = actions.upload(
        session, folder, content, examined, filename=name, alt="Teal", account_id=account_id, actor="Nell"
    )
    return library.one(session, made.id)


def somebody(role: Any = "editor", account_id: int = 9_999, author_id: int | None = None) -> SignedIn:
    return SignedIn(account_id, "Nell", role, author_id)


def everywhere(session: Session, medium: Medium) -> list[int]:
    """Show a medium in many places; the ids of the posts."""
    text = post(session, "In the text", f"![A]({medium.path})\n", slug="text")
    cover = post(session, "On the cover", slug="cover", cover_id=medium.id)
    author = authors.create(session, "Ann")
    session.execute(update(Author).where(Author.id == author).values(picture_id=medium.id))
    sides: Any = [{"part": "text", "title": "Own", "text": f"![]({medium.path})"}]
    logo = {"path": medium.path, "width": medium.width, "height": medium.height}
    site_actions.change(session, {"logo": logo, "sides": sides}, actor="Nell")
    return [cover, text]


def files_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.png"))


async def test_whatever_shows_a_picture_is_found(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)
    other = await db.write(stored, tmp_path, "b.png", "red")
    posts = await db.write(everywhere, medium)
    found = await db.read(shown_media.uses, medium)
    assert [(use.kind, use.how) for use in found] == [
        ("post", "cover"), ("post", "text"), ("author", "picture"), ("site", "logo"), ("site", "sides"),
    ]  # fmt: skip
    assert [use.id for use in found[:2]] == posts
    assert await db.read(shown_media.uses, other) == []
    assert await db.read(shown_media.unused) == [other.id]


async def test_the_logo_is_not_deleted_by_those_who_may_not_change_the_site(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)
    await db.write(everywhere, medium)
    with pytest.raises(Refused):
        await db.write(shown_media.remove, medium.id, anyway=True, who=somebody("editor"), actor="Nell")


async def test_what_is_shown_is_not_deleted_unless_that_is_said(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)
    posts = await db.write(everywhere, medium)
    with pytest.raises(Conflict, match="post “On the cover”, post “In the text”, author “Ann” and 2 more"):
        await db.write(shown_media.remove, medium.id, who=somebody(), actor="Nell")
    file = await db.write(shown_media.remove, medium.id, anyway=True, who=somebody("owner"), actor="Nell")
    assert await db.write(removing.remove_files, tmp_path, [file]) == medium.size
    assert files_in(tmp_path) == []

    def look(session: Reading) -> tuple[Any, ...]:
        cover = session.scalar(select(Post.cover_id).where(Post.id == posts[0]))
        portrait = session.scalars(select(Author.picture_id)).all()
        detail = session.scalars(select(Event.detail).where(Event.verb == "media.deleted")).one()
        return cover, set(portrait), site_queries.current(session).logo.path, detail["filename"], detail["uses"]

    assert await db.read(look) == (None, {None}, "", "a.png", 5)
    with pytest.raises(NotFound):
        await db.read(library.one, medium.id)


async def test_only_editors_change_and_delete_what_others_uploaded(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)
    assert medium.account_id is not None
    for role in ("author", "contributor"):
        with pytest.raises(Refused):
            await db.write(shown_media.remove, medium.id, who=somebody(role), actor="x")
        with pytest.raises(Refused):
            await db.write(actions.describe, medium.id, {"alt": "Mine"}, who=somebody(role), actor="x")
    own = somebody("contributor", medium.account_id)
    assert await db.write(actions.describe, medium.id, {"alt": "Mine"}, who=own, actor="x") is not None
    await db.write(shown_media.remove, medium.id, who=own, actor="x")


async def test_drafts_of_others_are_not_named(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)

    def drafts(session: Session) -> int:
        mine = authors.create(session, "Mine")
        post(session, "Hidden plan", slug="plan", status="draft", cover_id=medium.id)
        post(session, "Own plan", slug="own", status="draft", cover_id=medium.id, authors=("Mine",))
        return mine

    mine = await db.write(drafts)
    found = await db.read(shown_media.uses, medium)
    told = await db.read(shown_media.known, found, somebody("author", 1, mine))
    assert [(use.title, bool(use.id)) for use in told] == [("Own plan", True), ("", False)]
    assert "plan" not in shown_media.told(told[1:])
    assert await db.read(shown_media.known, found, somebody("editor")) == found
