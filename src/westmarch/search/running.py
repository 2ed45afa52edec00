"""The search index of a running program."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from westmarch.db.database import Database
from westmarch.errors import Unavailable
from westmarch.followers import run as followers
from westmarch.ops import schema
from westmarch.search.following import following, watch
from westmarch.search.kinds import SCHEMA
from westmarch.settings import Settings
from westmarch.textindex.engine import Engine
from westmarch.textindex.opening import open_index

#: The schema that brought books and the row of the index; how often it is looked for, in seconds.
SCHEMA_OF_BOOKS, WAIT = "0006", 10.0

logger = logging.getLogger(__name__)


def open_of(settings: Settings) -> Engine:
    """The index of a site. Raises Invalid for an address of an engine that there is not."""
    url = "" if settings.search_url is None else settings.search_url.get_secret_value()
    return open_index(url, settings.search_folder, SCHEMA)


@asynccontextmanager
async def followed(db: Database, index: Engine, clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """While the block runs, the index follows the database, in this process or in another one that does it already."""

    async def follow() -> None:
        while not await _has_tables(db):  # noqa: ASYNC110 - another process makes them
            await asyncio.sleep(WAIT)
        async with asyncio.TaskGroup() as group:
            group.create_task(watch(db, index), name="search index")
            group.create_task(followers.run(db, [following(db, index, clock)], clock), name="search follower")

    task = asyncio.create_task(follow(), name="search")
    task.add_done_callback(_told)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await index.close()


async def _has_tables(db: Database) -> bool:
    """Whether the database has the tables of books; on the schema before there is nothing to follow."""
    try:
        return await db.read(schema.reached, SCHEMA_OF_BOOKS)
    except Unavailable:
        return False


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("The task %s has stopped; start the program again.", task.get_name(), exc_info=error)
