"""Publishing what is scheduled, at its hour."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import WestmarchError
from westmarch.posts import actions
from westmarch.posts.models import Post
from westmarch.site import queries as site_queries

#: How often the next hour is looked up, in seconds; so late may a post be at the most.
INTERVAL = 1.0
#: From this lateness on it is told in the log.
LATE = timedelta(seconds=30)

logger = logging.getLogger(__name__)


def next_hour(session: Reading) -> datetime | None:
    """When the next scheduled post is due, or None."""
    return session.scalar(
        select(func.min(Post.published_at)).where(Post.status == "scheduled", Post.trashed_at.is_(None))
    )


async def publish_due(db: Database, moment: datetime) -> list[int]:
    """Publish what is due at `moment`, if anything is; the ids of the posts."""
    hour = await db.read(next_hour)
    if hour is None or hour > moment:
        return []
    site = await db.read(site_queries.current)
    published = await db.write(actions.publish_due, site, moment)
    if published and moment - hour > LATE:
        logger.warning("Scheduled posts were published late: %s, the first was due at %s.", published, hour.isoformat())
    return published


async def run(db: Database, clock: Callable[[], datetime]) -> None:
    """Publish scheduled posts at their hour until cancelled. A database that is away is asked again."""
    while True:
        try:
            await publish_due(db, clock())
        except WestmarchError as error:
            logger.warning("Scheduled posts have to wait: %s", error.message)
        await asyncio.sleep(INTERVAL)
