"""The search index of a running program."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime

from westmarch.books import models as books
from westmarch.db.database import Database
from westmarch.db.settled import cancellations
from westmarch.errors import Unavailable
from westmarch.followers import run as followers
from westmarch.followers.run import LONGEST_REST, REST
from westmarch.ops import schema
from westmarch.search.following import following, watch
from westmarch.search.kinds import SCHEMA
from westmarch.settings import Settings
from westmarch.textindex.engine import Engine
from westmarch.textindex.opening import open_index

#: How often the tables of books are looked for, in seconds.
WAIT = 10.0

logger = logging.getLogger(__name__)


def open_of(settings: Settings) -> Engine:
    """The index of a site. Raises Invalid for an address of an engine that there is not."""
    url = "" if settings.search_url is None else settings.search_url.get_secret_value()
    return open_index(url, settings.search_folder, SCHEMA)


@asynccontextmanager
async def followed(db: Database, index: Engine, clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """While the block runs, the index follows the database, in this process or in another one that does it already."""

    async def follow() -> None:
        await _resumed("wait for the tables of books", lambda: _tables(db))
        async with asyncio.TaskGroup() as group:
            group.create_task(_resumed("watch the index", lambda: watch(db, index)), name="search index")
            follower = [following(db, index, clock)]
            follow_on = _resumed("follow", lambda: followers.run(db, follower, clock))
            group.create_task(follow_on, name="search follower")

    task = asyncio.create_task(follow(), name="search")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await index.close()


async def _resumed(what: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Do it to its end; whatever fails is logged, and begun again after a rest, ever longer.

    What went well for longer than the longest rest begins with the shortest again.
    """
    rest = REST
    while True:
        began = time.monotonic()
        try:
            return await work()
        except Exception as error:  # whatever was wrong, the index is not to stay behind until the next start
            if cancellations():
                raise asyncio.CancelledError from error
            if time.monotonic() - began > LONGEST_REST:
                rest = REST
            logger.exception("The search failed to %s; it tries again in %.0f s.", what, rest)
        await asyncio.sleep(rest)
        rest = min(2 * rest, LONGEST_REST)


async def _tables(db: Database) -> None:
    """Return when the database has the tables of books: on the schema before there is nothing to follow."""
    while not await _has_tables(db):  # noqa: ASYNC110 - another process makes them
        await asyncio.sleep(WAIT)


async def _has_tables(db: Database) -> bool:
    """Whether the database has the tables of books."""
    try:
        return await db.read(schema.reached, books.SCHEMA)
    except Unavailable:
        return False
