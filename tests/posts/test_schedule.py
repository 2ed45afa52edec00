"""Scheduled posts come at their hour."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import day, post
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.links.queries import resolve
from westmarch.posts import schedule


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


async def test_a_post_that_cannot_be_published_does_not_end_the_task(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = asyncio.Event()

    async def refused(*_arguments: Any) -> None:
        if "Scheduled posts have to wait: A number is too large." in caplog.text:
            tried.set()
        raise Invalid("A number is too large.")

    monkeypatch.setattr(schedule, "INTERVAL", 0.01)
    monkeypatch.setattr(schedule, "publish_due", refused)
    task = asyncio.create_task(schedule.run(db, lambda: day(1)))
    try:
        await asyncio.wait_for(tried.wait(), 5)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
