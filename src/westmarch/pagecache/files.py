"""Taking changed files of a theme, its words among them, while the program serves."""

import asyncio
import logging

from westmarch.errors import WestmarchError
from westmarch.pagecache.store import Store
from westmarch.web.surface import Surface

#: Why everything is thrown out then, as a clause for people.
CHANGED = "the files of the theme were changed and read again"

logger = logging.getLogger(__name__)


async def read_again(surface: Surface, store: Store) -> bool:
    """Read the files again; where they are others than before, throw out the pages that were made of those.

    What is being rendered meanwhile may be made of either, and is not stored.
    """
    try:
        changed = await asyncio.to_thread(surface.read_again)
    except (WestmarchError, OSError) as error:
        logger.error("The files of the theme cannot be read again, what there was stays: %s", error)
        return False
    if changed:
        store.clear(CHANGED)
    logger.info("The files of the theme were read again: %s.", "they have changed" if changed else "they are the same")
    return changed


async def run(wanted: asyncio.Event, surface: Surface, store: Store) -> None:
    """Read the files again each time that it is wanted."""
    while True:
        await wanted.wait()
        wanted.clear()
        await read_again(surface, store)
