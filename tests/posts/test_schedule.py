"""Scheduled posts come at their hour."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.factories import SITE, day, post
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.events.models import Event
from westmarch.links.queries import resolve
from westmarch.posts import actions, schedule
from westmarch.posts.models import Post

#: An interval that no test waits for.
NEVER = 3600.0


def states(session: Reading) -> dict[str, str]:
    """Titles of posts to what they are."""
    return dict(session.execute(select(Post.title, Post.status)).all())


def publications(session: Reading) -> int:
    """How often anything was published by the schedule."""
    statement = select(func.count()).where(Event.verb == "post.published", Event.actor == "schedule")
    return session.scalar(statement) or 0


async def published(db: Database, title: str, within: float) -> datetime:
    """When a post is seen to be published. Fails if it is not within so many seconds."""
    end = now() + timedelta(seconds=within)
    while (await db.read(states))[title] != "published":
        assert now() < end
        await asyncio.sleep(0.01)
    return now()


def empty(session: Session, title: str) -> None:
    """Take a post's text away, which nothing of ours does."""
    session.execute(update(Post).where(Post.title == title).values(draft_revision_id=None))


@asynccontextmanager
async def running(db: Database, clock: Callable[[], datetime] = now) -> AsyncIterator[None]:
    """The task that publishes, until the block ends."""
    task = asyncio.create_task(schedule.run(db, clock))
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_nothing_is_written_while_nothing_is_due(db: Database) -> None:
    await db.write(post, "Later", status="scheduled", published_at=day(2))
    writes: list[None] = []
    db.after_write.append(lambda: writes.append(None))
    assert await schedule.publish_due(db, day(1)) == []
    assert writes == []


async def test_a_post_is_published_at_its_hour(db: Database) -> None:
    post_id = await db.write(post, "Now", status="scheduled", published_at=day(2))
    assert await schedule.publish_due(db, day(2)) == [post_id]
    assert (await db.read(resolve, "/now/")).status == 200
    assert await schedule.publish_due(db, day(3)) == []


async def test_a_late_post_is_told_in_the_log(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    await db.write(post, "Late", status="scheduled", published_at=day(2))
    with caplog.at_level(logging.WARNING):
        await schedule.publish_due(db, day(2) + timedelta(hours=1))
    assert "late" in caplog.text


async def test_a_post_in_time_is_not_told_in_the_log(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    await db.write(post, "In time", status="scheduled", published_at=day(2))
    await schedule.publish_due(db, day(2) + timedelta(seconds=1))
    assert caplog.text == ""


async def test_a_post_that_another_program_wrote_without_a_text_does_not_keep_others_back(db: Database) -> None:
    for title in ("Without a text", "With a text"):
        await db.write(post, title, status="scheduled", published_at=day(1))
    await db.write(empty, "Without a text")
    async with running(db, lambda: day(2)):
        await published(db, "With a text", within=60)
        await asyncio.sleep(0.1)
        assert (await db.read(states))["Without a text"] == "scheduled"


async def test_the_task_sleeps_until_the_hour_and_no_longer(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "INTERVAL", NEVER)
    hour = now() + timedelta(seconds=0.5)
    await db.write(post, "Soon", status="scheduled", published_at=hour)
    async with running(db):
        assert await published(db, "Soon", within=60) >= hour


async def test_a_newly_scheduled_post_wakes_the_task(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "INTERVAL", NEVER)
    async with running(db):
        await asyncio.sleep(0.1)
        hour = now() + timedelta(seconds=0.3)
        await db.write(post, "New", status="scheduled", published_at=hour)
        assert await published(db, "New", within=60) >= hour


async def test_a_post_that_another_process_schedules_comes_at_its_hour_too(db: Database, database_url: str) -> None:
    async with running(db), open_database(database_url) as other:
        await asyncio.sleep(0.1)
        for number in range(3):
            hour = now() + timedelta(seconds=0.2 * number)
            await other.write(post, f"New {number}", status="scheduled", published_at=hour)
            assert await published(db, f"New {number}", within=60) >= hour


async def test_a_post_that_is_withdrawn_before_its_hour_does_not_come(db: Database) -> None:
    hour = now() + timedelta(seconds=0.3)
    post_id = await db.write(post, "Withdrawn", status="scheduled", published_at=hour)
    await db.write(post, "Not withdrawn", status="scheduled", published_at=hour)
    async with running(db):
        await db.write(actions.withdraw, post_id, SITE, actor="test")
        await published(db, "Not withdrawn", within=60)
        assert (await db.read(states))["Withdrawn"] == "draft"


async def test_of_several_processes_one_publishes(database_url: str) -> None:
    async with open_database(database_url) as one, open_database(database_url) as two:
        hour = now() + timedelta(seconds=0.5)
        for number in range(5):
            await one.write(post, f"Post {number}", status="scheduled", published_at=hour)
        async with running(one), running(two), running(two):
            await published(two, "Post 4", within=60)
            await asyncio.sleep(0.3)
            assert await one.read(publications) == 5


async def test_what_is_published_stays_where_the_clock_is_set_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "INTERVAL", 0.02)
    for number in (2, 4):
        await db.write(post, f"Day {number}", status="scheduled", published_at=day(number))
    moment = day(3)
    async with running(db, lambda: moment):
        await published(db, "Day 2", within=60)
        moment = day(1)
        await asyncio.sleep(0.2)
        assert await db.read(states) == {"Day 2": "published", "Day 4": "scheduled"}
        moment = day(4)
        await published(db, "Day 4", within=60)
        assert await db.read(publications) == 2


async def test_a_post_that_cannot_be_published_does_not_end_the_task_and_is_told_once(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried, often = 0, asyncio.Event()

    async def refused(*_arguments: Any) -> None:
        nonlocal tried
        tried += 1
        if tried == 3:
            often.set()
        raise Invalid("A number is too large.")

    await db.write(post, "Due", status="scheduled", published_at=day(1))
    monkeypatch.setattr(schedule, "INTERVAL", 0.01)
    monkeypatch.setattr(schedule, "publish_due", refused)
    async with running(db, lambda: day(1)):
        await asyncio.wait_for(often.wait(), 60)
    assert caplog.messages == ["Scheduled posts have to wait: A number is too large."]
