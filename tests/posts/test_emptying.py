"""What has lain in the trash for thirty days is deleted for good."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories import SITE, day, post
from tests.posts.people import OWNER
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict
from westmarch.events.models import Event
from westmarch.links.queries import resolve
from westmarch.posts import actions, counts, editing, emptying, listings
from westmarch.posts.models import Post
from westmarch.subjects.models import Revision


async def trashed(db: Database, title: str, at: datetime, **fields: Any) -> int:
    post_id = await db.write(post, title, **fields)
    await db.write(actions.trash, post_id, SITE, actor="test")
    await db.write(
        lambda session: session.execute(update(Post).values(trashed_at=at).where(Post.id == post_id)) and None
    )
    return int(post_id)


def purges(session: Reading) -> list[tuple[str, int | None]]:
    rows = session.execute(select(Event.actor, Event.subject_id).where(Event.verb.endswith(".purged")))
    return [(row.actor, row.subject_id) for row in rows]


async def test_what_lies_there_for_thirty_days_goes_and_the_rest_stays(db: Database) -> None:
    old = await trashed(db, "Old", day(0), tags=("Sea",), topic="Coasts", authors=("Ada",))
    page = await trashed(db, "Page", day(1), kind="page")
    young = await trashed(db, "Young", day(1) + timedelta(seconds=1))
    shown = await db.write(post, "Shown")
    assert await emptying.empty(db, day(31)) == [old, page]
    left = await db.read(lambda session: session.scalars(select(Post.id).order_by(Post.id)).all())
    assert left == [young, shown]
    assert await db.read(purges) == [("trash", old), ("trash", page)]
    gone = select(Revision.id).where(Revision.subject_id.in_([old, page]))
    assert (await db.read(lambda session: session.scalars(gone).all())) == []
    assert await db.read(counts.faults, SITE.zone) + await db.read(listings.faults) == []


async def test_its_address_says_that_it_is_gone(db: Database) -> None:
    await trashed(db, "Old", day(0))
    await emptying.empty(db, day(30))
    assert (await db.read(resolve, "/old/")).status == 410


async def test_nothing_is_written_while_nothing_is_due(db: Database) -> None:
    await trashed(db, "Young", day(0))
    writes: list[None] = []
    db.after_write.append(lambda: writes.append(None))
    assert await emptying.empty(db, day(29)) == []
    assert writes == []


async def test_more_than_a_batch_goes_in_several_transactions(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "BATCH", 2)
    ids = [await trashed(db, f"Post {number}", day(number)) for number in range(5)]
    writes: list[None] = []
    db.after_write.append(lambda: writes.append(None))
    assert await emptying.empty(db, day(40)) == ids
    await asyncio.sleep(0)
    assert len(writes) == 4


async def test_two_processes_delete_each_post_once(db: Database, database_url: str) -> None:
    ids = [await trashed(db, f"Post {number}", day(number)) for number in range(6)]
    async with open_database(database_url) as other:
        done = await asyncio.gather(emptying.empty(db, day(40)), emptying.empty(other, day(40)))
    assert sorted([*done[0], *done[1]]) == ids
    assert sorted(await db.read(purges)) == [("trash", post_id) for post_id in ids]


async def test_what_was_restored_in_time_stays_and_is_not_deleted_by_hand(db: Database) -> None:
    post_id = await trashed(db, "Old", day(0))
    await editing.restore(db, post_id, who=OWNER, actor="Mona")
    assert await emptying.empty(db, day(40)) == []
    with pytest.raises(Conflict, match="not in the trash"):
        await editing.purge(db, post_id, who=OWNER, actor="Mona")


async def test_the_task_empties_the_trash_as_soon_as_it_runs(db: Database) -> None:
    post_id = await trashed(db, "Old", day(0))
    written = asyncio.Event()
    db.after_write.append(written.set)
    task = asyncio.create_task(emptying.run(db, lambda: day(40)))
    await asyncio.wait_for(written.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await db.read(purges) == [("trash", post_id)]
