"""Publishing what is scheduled, at its hour."""

import asyncio
import contextlib
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

#: How often the next hour is looked up, in seconds: another process may have scheduled a post, or the clock been set.
INTERVAL = 0.5
#: For how long writes are gathered before the next hour is looked up, in seconds.
GATHERING = 0.05
#: From this lateness on it is told in the log.
LATE = timedelta(seconds=5)

_NEXT = select(func.min(Post.__table__.c.published_at)).where(*actions.SCHEDULED)

logger = logging.getLogger(__name__)


def next_hour(session: Reading) -> datetime | None:
    """When the next scheduled post is due, or None."""
    return session.scalar(_NEXT)


async def publish_due(db: Database, moment: datetime) -> list[int]:
    """Publish what is due at `moment`, if anything is; the ids of the posts.

    Of several processes that do so at once, each post is published by one.
    """
    hour = await db.read(next_hour)
    if hour is None or hour > moment:
        return []
    site = await db.read(site_queries.current)
    published = await db.write(actions.publish_due, site, moment)
    if published and moment - hour > LATE:
        logger.warning("Scheduled posts were published late: %s, the first was due at %s.", published, hour.isoformat())
    return published


async def run(db: Database, clock: Callable[[], datetime]) -> None:
    """Publish scheduled posts at their hour until cancelled. A database that is away is asked again.

    It sleeps until the next hour, but no longer than `INTERVAL`; a write of this process wakes it.
    """
    written, told = asyncio.Event(), ""
    db.after_write.append(written.set)
    try:
        while True:
            written.clear()
            rest = INTERVAL
            try:
                hour, moment = await db.read(next_hour), clock()
                if hour is not None and hour <= moment and await publish_due(db, moment):
                    continue
                if hour is not None and hour > moment:
                    rest = min(rest, (hour - moment).total_seconds())
                told = ""
            except WestmarchError as error:
                if error.message != told:
                    logger.warning("Scheduled posts have to wait: %s", error.message)
                told = error.message
            # `asyncio.wait_for` of Python 3.11 goes on where it is cancelled while it is being woken.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await written.wait()
                    await asyncio.sleep(GATHERING)
    finally:
        db.after_write.remove(written.set)
