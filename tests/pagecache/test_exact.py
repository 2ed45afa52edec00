"""What the cache holds is what would be rendered now, whichever column of whichever row was written."""

import contextlib
from itertools import product

import pytest
from sqlalchemy.exc import IntegrityError

from tests.pagecache.cached import PATHS, TABLES, Cached, writable, write
from westmarch.errors import WestmarchError


async def test_all_public_pages_can_be_stored(cached: Cached) -> None:
    await cached.visit()
    missing = [path for path in PATHS if cached.stored(path) is None]
    assert missing == ["/post-7/"]


async def first_stale(cached: Cached, table: str, rows: int) -> tuple[str, list[str]] | None:
    """Write into all columns of the first rows of a table until pages are stale: the column, and those pages."""
    number = next(number for number, each in enumerate(TABLES) if each.name == table)
    places = {name: place for place, name in enumerate(writable(TABLES[number]))}
    for row, name, value in product(range(rows), places, (3, 6)):
        await cached.visit()
        with contextlib.suppress(WestmarchError, IntegrityError):
            await cached.db.write(write, number, row, places[name], value)
        if stale := await cached.stale():
            return name, stale
    return None


@pytest.mark.long
@pytest.mark.parametrize("table", sorted(table.name for table in TABLES))
async def test_no_write_into_any_column_leaves_a_stale_page(cached: Cached, table: str) -> None:
    assert await first_stale(cached, table, 2) is None
