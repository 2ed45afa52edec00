"""A filled site with a page cache, on each engine in turn."""

from collections.abc import AsyncIterator

import pytest

from tests.pagecache.cached import Cached, caching, fill
from tests.shells import holding, shell
from westmarch.db.database import Database
from westmarch.settings import Settings

__all__ = ["cached", "holding", "shell"]


@pytest.fixture
async def cached(settings: Settings, db: Database) -> AsyncIterator[Cached]:
    """A site with one of everything, whose front page was asked for once."""
    async with caching(settings, db) as made:
        await db.write(fill)
        await made.visit(("/",))
        yield made
