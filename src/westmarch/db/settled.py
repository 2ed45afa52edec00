"""Doing to its end what has begun, also where the program is told to stop meanwhile."""

import asyncio
from collections.abc import Coroutine


async def to_its_end(settling: Coroutine[None, None, None]) -> None:
    """Await it; when this is cancelled, it still comes to its end first: what is committed has to be in a report."""
    task = asyncio.ensure_future(settling)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
