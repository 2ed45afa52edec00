"""Where a task is told to stop: doing to its end what has begun, and stopping whatever fails at that moment."""

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


def cancellations() -> int:
    """How often the task that asks has been told to stop.

    A driver whose work is cut off may fail with an error of its own, which then stands in the place of the
    cancellation: whoever takes such errors for a server that is away and goes on has to look here first.
    """
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()
