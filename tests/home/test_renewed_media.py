"""Other words for a picture, and the texts that follow them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import post
from tests.home.test_shown_media import somebody, stored
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Refused
from westmarch.home import renewed_media
from westmarch.media import actions, library
from westmarch.media.library import Medium
from westmarch.posts.models import Post
from westmarch.subjects.models import Revision
from westmarch.topics import actions as topics
from westmarch.topics.models import Topic


def says(medium: Medium, alt: str) -> Callable[[Session], int | None]:
    """Gives a medium another alt text."""

    def act(session: Session) -> int | None:
        return actions.describe(session, medium.id, {"alt": alt}, who=somebody("owner"), actor="Nell")

    return act


def html(session: Reading, *, draft: bool = False) -> list[str]:
    """The texts of all posts."""
    which = Post.draft_revision_id if draft else Post.published_revision_id
    return list(session.scalars(select(Revision.html).join(Post, which == Revision.id).order_by(Post.id)))


async def test_posts_topics_and_biographies_follow_the_words_of_a_picture(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)

    def fill(session: Session) -> None:
        post(session, "Silent", f"![]({medium.path})", slug="silent")
        post(session, "Says", f"![My words]({medium.path})", slug="says")
        ann = authors.create(session, "Ann")
        session.execute(update(Author).where(Author.id == ann).values(bio_markdown=f"![]({medium.path})"))
        sea = topics.create(session, "Sea", language="en")
        session.execute(update(Topic).where(Topic.id == sea).values(introduction_markdown=f"![]({medium.path})"))

    await db.write(fill)
    await renewed_media.changed(db, {medium.id: "A calm sea"}, somebody("editor"), says(medium, "A calm sea"))

    def look(session: Reading) -> list[bool]:
        bios = session.scalars(select(Author.bio_html).where(Author.bio_markdown != "")).all()
        made = [*html(session), *bios, *session.scalars(select(Topic.introduction_html))]
        return ['alt="A calm sea"' in text for text in made]

    assert await db.read(look) == [True, False, True, True]


async def test_words_and_texts_change_together_or_not_at_all(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)
    await db.write(post, "Silent", f"![]({medium.path})", slug="silent")
    before = await db.read(html)

    def act(session: Session) -> None:
        says(medium, "A calm sea")(session)
        raise Conflict("No.")

    with pytest.raises(Conflict):
        await renewed_media.changed(db, {medium.id: "A calm sea"}, somebody(), act)
    assert (await db.read(library.one, medium.id)).alt == medium.alt
    assert await db.read(html) == before


async def test_a_text_that_is_written_meanwhile_follows_too(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)
    seen = 0

    def act(session: Session) -> None:
        nonlocal seen
        seen += 1
        says(medium, "A calm sea")(session)

    asked = renewed_media._renewed

    async def slow(*args: object) -> object:
        made = await asked(*args)  # type: ignore[arg-type]
        if not seen:
            await db.write(post, "Silent", f"![]({medium.path})", slug="silent")
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewed_media, "_renewed", slow)
        await renewed_media.changed(db, {medium.id: "A calm sea"}, somebody(), act)
    assert seen == 2
    assert 'alt="A calm sea"' in (await db.read(html))[0]


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_words_of_ones_own_picture_change_no_texts_of_others(db: Database, tmp_path: Path, role: str) -> None:
    medium = await db.write(stored, tmp_path)
    who = somebody(role, medium.account_id or 0)
    for number, shown in enumerate((f"![]({medium.path})", "")):
        cover = None if shown else medium.id
        made = await db.write(post, f"Of others {number}", shown, slug=f"others-{number}", cover_id=cover)
        with pytest.raises(Refused, match="Others show it"):
            await renewed_media.changed(db, {medium.id: "Buy"}, who, says(medium, "Buy"))
        assert (await db.read(library.one, medium.id)).alt == medium.alt
        await renewed_media.changed(db, {medium.id: medium.alt}, who, says(medium, medium.alt))
        await db.write(remove, made)


def remove(session: Session, post_id: int) -> None:
    """Let a post show nothing any more."""
    session.execute(update(Post).where(Post.id == post_id).values(cover_id=None))
    session.execute(update(Revision).where(Revision.subject_id == post_id).values(markdown="", html=""))


async def test_texts_of_others_that_say_something_themselves_stand_in_no_way(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)

    def fill(session: Session) -> int:
        mine = authors.create(session, "Mine")
        post(session, "Says", f"![Own]({medium.path})", slug="says")
        post(session, "Covered", slug="covered", cover_id=medium.id, extra={"cover_alt": "Own"})
        post(session, "Of mine", f"![]({medium.path})", slug="mine", authors=("Mine",))
        return mine

    mine = await db.write(fill)
    who = somebody("author", medium.account_id or 0, mine)
    await renewed_media.changed(db, {medium.id: "The sea"}, who, says(medium, "The sea"))
    assert ['alt="The sea"' in text for text in await db.read(html)] == [False, False, True]
    published = somebody("contributor", medium.account_id or 0, mine)
    with pytest.raises(Refused):
        await renewed_media.changed(db, {medium.id: "Buy"}, published, says(medium, "Buy"))
