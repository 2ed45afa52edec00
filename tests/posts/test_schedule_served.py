"""Scheduled posts on real servers: nobody has to ask, no cron runs, and several processes publish each post once."""

import asyncio
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx2
from sqlalchemy import func, select

from tests.factories import post
from tests.serving import Serving, serving
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.events.models import Event
from westmarch.posts.models import Post


def site_in(folder: Path, database_url: str) -> Path:
    """The folder of a site on a database: what each machine has of its own."""
    folder.mkdir()
    (folder / "westmarch.toml").write_text(
        f'url = "https://example.org"\ndatabase_url = "{database_url}"\n', encoding="utf-8"
    )
    return folder


def publications(session: Reading) -> list[float]:
    """How many seconds after its hour each post was published by the schedule."""
    statement = select(Post.published_at, Event.at).join(Event, Event.subject_id == Post.id)
    rows = session.execute(statement.where(Event.verb == "post.published", Event.actor == "schedule"))
    return [(at - hour).total_seconds() for hour, at in rows if hour is not None]


def waiting(session: Reading) -> int:
    """How many posts are still scheduled."""
    return session.scalar(select(func.count()).where(Post.status == "scheduled")) or 0


async def all_published(db: Database, within: float) -> None:
    """Wait until nothing is scheduled any more."""
    end = time.monotonic() + within
    while await db.read(waiting):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def front(server: Serving) -> str:
    """The front page; waits for a server that has only just begun to start, and reads no certificates (40 ms)."""
    return httpx2.get(server.url + "/", timeout=30, verify=False).text


async def test_posts_appear_within_a_second_of_their_hour_on_all_processes(database_url: str, tmp_path: Path) -> None:
    async with open_database(database_url) as db:
        await db.write(post, "There already")
        with ExitStack() as stack:
            one = stack.enter_context(serving(site_in(tmp_path / "one", database_url), "--workers", "2"))
            two = stack.enter_context(serving(site_in(tmp_path / "two", database_url)))
            for server in (one, two):
                await asyncio.to_thread(front, server)
            hour = now() + timedelta(seconds=2)
            for number in range(3):
                await db.write(post, f"Scheduled {number}", status="scheduled", published_at=hour)
            slowest = 0.0  # What a machine that has too much to do adds to everything.
            while await db.read(waiting):
                for server in (one, two):
                    began = time.monotonic()
                    text = await asyncio.to_thread(front, server)
                    slowest = max(slowest, time.monotonic() - began)
                    assert "Scheduled" not in text or now() >= hour
                await asyncio.sleep(0.1)
                assert now() < hour + timedelta(seconds=60)
            for server in (one, one, one, two):
                text = await asyncio.to_thread(front, server)
                assert all(f"Scheduled {number}" in text for number in range(3))
            late = await db.read(publications)
            assert len(late) == 3
            assert all(0 <= seconds < 1 + slowest for seconds in late)


async def test_what_came_due_while_nobody_served_comes_at_the_start_with_a_line_in_the_log(
    database_url: str, tmp_path: Path
) -> None:
    async with open_database(database_url) as db:
        await db.write(post, "Overdue", status="scheduled", published_at=now() - timedelta(hours=1))
        with serving(site_in(tmp_path / "site", database_url)) as server:
            await asyncio.to_thread(front, server)
            await all_published(db, within=60)
            text = await asyncio.to_thread(front, server)
            assert "Overdue" in text
        assert "Scheduled posts were published late" in server.log.read_text(encoding="utf-8")
