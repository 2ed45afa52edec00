"""On the schemas before the newest one, whose log of changes tells less, nothing is stale either."""

import pytest

from tests.pagecache.cached import PATHS, caching, fill
from tests.pagecache.operations import EPOCH, WRITES
from tests.schemas import taken_back
from westmarch.db.database import open_database
from westmarch.ops import schema
from westmarch.settings import Settings

STEPS = ("create", "edit", "unpublish", "publish", "retag", "schedule", "publish_due", "options")


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("number", schema.RANGE[1:-1])
async def test_no_change_leaves_a_stale_page_on_an_older_schema(
    settings: Settings, database_url: str, number: str
) -> None:
    await taken_back(database_url, number)
    async with open_database(database_url) as db, caching(settings, db) as cached:
        await db.write(fill)
        for place, verb in enumerate(STEPS):
            await cached.visit()
            assert sum(cached.stored(path) is not None for path in PATHS) > 20
            await db.write(WRITES[verb], (place, 8, 1, 15, 8, 22), EPOCH)
            assert await cached.stale() == [], verb


async def test_an_upgrade_throws_everything_out(settings: Settings, database_url: str) -> None:
    await taken_back(database_url, schema.RANGE[-2])
    async with open_database(database_url) as db, caching(settings, db) as cached:
        await db.write(fill)
        await cached.visit()
        await schema.upgrade(database_url)
        assert await cached.stale() == []
        assert len(cached.pages.store) == 0
