"""Texts that link to what moves."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import post
from westmarch.changes import queries as changes
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.posts import actions, references
from westmarch.posts.models import Post
from westmarch.posts.references import readdressed
from westmarch.subjects.models import Reference, Revision


def shown(session: Reading, post_id: int) -> tuple[str, str]:
    """Markdown and HTML that readers see."""
    statement = select(Revision.markdown, Revision.html).join(Post, Post.published_revision_id == Revision.id)
    row = session.execute(statement.where(Post.id == post_id)).one()
    return row.markdown, row.html


def follow_all(session: Session) -> None:
    references.handle(session, changes.since(session, 1, 10_000))


async def test_a_text_follows_the_post_that_it_links_to(db: Database) -> None:
    target = await db.write(post, "Target")
    source = await db.write(post, "Source", "See [it](/target/#part) and [again](</target/>).\n")
    await db.write(actions.move, target, "/moved/", actor="test")
    await db.write(follow_all)
    markdown, html = await db.read(shown, source)
    assert markdown == "See [it](/moved/#part) and [again](</moved/>).\n"
    assert '/moved/#part"' in html
    assert "/target/" not in html


async def test_a_moved_post_twice_is_followed_to_where_it_is(db: Database) -> None:
    target = await db.write(post, "Target")
    source = await db.write(post, "Source", "See [it](/target/).\n")
    for path in ("/two/", "/three/"):
        await db.write(actions.move, target, path, actor="test")
        await db.write(follow_all)
    assert (await db.read(shown, source))[0] == "See [it](/three/).\n"


async def test_the_text_as_it_was_stays_as_a_revision(db: Database) -> None:
    target = await db.write(post, "Target")
    source = await db.write(post, "Source", "See [it](/target/).\n")
    await db.write(actions.move, target, "/moved/", actor="test")
    await db.write(follow_all)
    kept = select(Revision.markdown).where(Revision.subject_id == source).order_by(Revision.id)
    assert await db.read(lambda s: list(s.scalars(kept))) == ["See [it](/target/).\n", "See [it](/moved/).\n"]


async def test_references_are_known_when_a_text_is_written(db: Database) -> None:
    target = await db.write(post, "Ziel über alles", path="/ziel-über/")
    source = await db.write(post, "Source", "See [it](/ziel-%C3%BCber/?a=b#c), [none](/nowhere/).\n")
    rows = await db.read(
        lambda s: dict(
            s.execute(select(Reference.href, Reference.to_subject_id).where(Reference.from_subject_id == source)).all()
        )
    )
    assert sorted(rows.values(), key=str) == [target, None]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](/old/)", "[a](/new/)"),
        ('[a](/old/ "title")', '[a](/new/ "title")'),
        ("[a]: /old/", "[a]: /new/"),
        ('<a href="/old/">', '<a href="/new/">'),
        ("[a](/old/more/)", "[a](/old/more/)"),
        ("[a](/very/old/)", "[a](/very/old/)"),
        ("say /old/s", "say /old/s"),
    ],
)
def test_only_whole_targets_of_links_are_replaced(before: str, after: str) -> None:
    assert readdressed(before, {"/old/": "/new/"}) == after
