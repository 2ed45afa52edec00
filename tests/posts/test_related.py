"""Related posts, by the tags they share."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import SITE, day, draft, post
from westmarch.changes import queries as changes
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.followers import follow
from westmarch.posts import actions, related
from westmarch.posts.models import Related


def follow_all(session: Session) -> None:
    """Let the follower see every change so far, as one batch."""
    related.handle(session, changes.since(session, 0, 10_000)[1:])


def of(session: Reading, post_id: int) -> list[int]:
    return list(session.scalars(select(Related.other_id).where(Related.post_id == post_id).order_by(Related.rank)))


async def stored(db: Database, **posts: Any) -> dict[str, int]:
    """Posts by name, each a day later, with the fields given for it."""
    return {
        name: await db.write(post, name, published_at=day(number), **fields)
        for number, (name, fields) in enumerate(posts.items())
    }


async def test_a_rare_tag_weighs_more_than_a_common_one(db: Database) -> None:
    ids = await stored(
        db,
        one={"tags": ("rare", "common")},
        near={"tags": ("rare",)},
        far={"tags": ("common",)},
        other={"tags": ("common",)},
        stranger={"tags": ("else",)},
    )
    await db.write(follow_all)
    assert await db.read(of, ids["one"]) == [ids["near"], ids["other"], ids["far"]]
    assert await db.read(of, ids["stranger"]) == []


async def test_only_posts_of_the_same_language_are_related(db: Database) -> None:
    ids = await stored(db, one={"tags": ("t",)}, two={"tags": ("t",), "language": "de"}, three={"tags": ("t",)})
    await db.write(follow_all)
    assert await db.read(of, ids["one"]) == [ids["three"]]


async def test_a_hidden_post_is_related_to_nothing(db: Database) -> None:
    ids = await stored(db, one={"tags": ("t",)}, two={"tags": ("t",)})
    await db.write(follow_all)
    await db.write(actions.trash, ids["two"], SITE, actor="test")
    await db.write(follow_all)
    assert await db.read(of, ids["one"]) == []
    assert await db.read(of, ids["two"]) == []


async def test_rebuilding_finds_what_following_found(db: Database) -> None:
    ids = await stored(db, **{f"p{n}": {"tags": tuple("abc"[: n % 3 + 1])} for n in range(6)})
    await db.write(related.rebuild)
    rebuilt = {post_id: await db.read(of, post_id) for post_id in ids.values()}
    for post_id in ids.values():
        await db.write(related._store, post_id)
    assert {post_id: await db.read(of, post_id) for post_id in ids.values()} == rebuilt


async def test_the_follower_does_not_follow_itself_for_ever(db: Database) -> None:
    await stored(db, one={"tags": ("t",)}, two={"tags": ("t",)})
    steps = 0
    while await db.write(follow.step, related.FOLLOWING, "test", day(0)):
        steps += 1
        assert steps < 10


async def test_an_edit_of_the_text_alone_leaves_related_posts_alone(db: Database) -> None:
    ids = await stored(db, one={"tags": ("t",)}, two={"tags": ("t",)})
    await db.write(follow_all)
    before = await db.read(changes.position)
    await db.write(
        actions.revise, ids["one"], draft("one", "Other.\n", published_at=day(0), tags=("t",)), SITE, actor="a"
    )
    await db.write(lambda s: related.handle(s, changes.since(s, before, 1000)))
    later = await db.read(lambda s: {c.table for c in changes.since(s, before, 1000)})
    assert "related" not in later
