"""Neighbours stay true, also where posts become public at the same moment."""

import asyncio

from tests.factories import SITE, day, post
from tests.posts.people import OWNER
from westmarch.db.database import Database, open_database
from westmarch.posts import actions, editing, neighbours


async def test_posts_that_are_published_at_once_know_each_other(db: Database, database_url: str) -> None:
    ids = [await db.write(post, f"Post {n}", status="draft", published_at=day(7)) for n in range(8)]
    async with open_database(database_url) as other:
        doors = [db, other] * 4
        await asyncio.gather(
            *(door.write(actions.publish, each, SITE, actor="test") for door, each in zip(doors, ids, strict=True))
        )
    assert await db.read(neighbours.faults) == []


async def test_posts_that_are_made_and_taken_back_at_once_leave_true_neighbours(
    db: Database, database_url: str
) -> None:
    ids = [await db.write(post, f"Post {n}", published_at=day(n)) for n in range(6)]
    async with open_database(database_url) as other:
        await asyncio.gather(
            *(other.write(post, f"New {n}", published_at=day(n)) for n in range(6)),
            *(editing.withdraw(db, each, who=OWNER, actor="Mona") for each in ids[::2]),
            *(other.write(actions.trash, each, SITE, actor="test") for each in ids[1::2]),
        )
    assert await db.read(neighbours.faults) == []
