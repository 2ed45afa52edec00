"""Emptying the trash: what has lain there for thirty days is deleted for good, as by hand."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import WestmarchError
from westmarch.posts import actions, neighbours
from westmarch.posts.models import Post
from westmarch.site import queries as site_queries

#: For how long what is in the trash can be restored.
KEPT = timedelta(days=30)
#: So many posts are deleted in one transaction: nobody waits long for it.
BATCH = 10
#: How often the trash is looked at, in seconds.
INTERVAL = 3600.0
#: Who empties it, in events.
ACTOR = "trash"

logger = logging.getLogger(__name__)


def due(session: Reading, moment: datetime) -> bool:
    """Whether something has lain in the trash for long enough at `moment`."""
    return session.scalar(select(Post.id).where(Post.trashed_at <= moment - KEPT).limit(1)) is not None


def purge_due(session: Session, moment: datetime) -> list[int]:
    """Delete for good a batch of the posts that have lain in the trash for long enough, the oldest first; their ids."""
    neighbours.lock(session)
    statement = select(Post.id).where(Post.trashed_at <= moment - KEPT).order_by(Post.trashed_at, Post.id).limit(BATCH)
    ids = session.scalars(statement.with_for_update()).all()
    site = site_queries.current(session)
    for post_id in ids:
        actions.purge(session, post_id, site, actor=ACTOR)
    return list(ids)


async def empty(db: Database, moment: datetime) -> list[int]:
    """Delete what is due at `moment`, in batches, if anything is; the ids of the posts.

    Of several processes that do so at once, each post is deleted by one.
    """
    if not await db.read(due, moment):
        return []
    emptied: list[int] = []
    while found := await db.write(purge_due, moment):
        emptied += found
    return emptied


async def run(db: Database, clock: Callable[[], datetime]) -> None:
    """Look at the trash every hour until cancelled. A database that is away is asked again."""
    while True:
        try:
            if emptied := await empty(db, clock()):
                logger.info("Deleted for good after %d days in the trash: %s.", KEPT.days, emptied)
        except WestmarchError as error:
            logger.warning("The trash has to wait: %s", error.message)
        await asyncio.sleep(INTERVAL)
