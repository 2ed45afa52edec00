"""The event loop, kept busy and left alone."""

import asyncio
import time

from westmarch.metrics import lag
from westmarch.metrics.durations import Durations


async def counted(durations: Durations, times: int) -> None:
    """Wait until so many have been counted."""
    async with asyncio.timeout(60):
        while sum(durations.counts) < times:  # noqa: ASYNC110 - there is no event: it is a question of time
            await asyncio.sleep(0.01)


async def test_a_loop_that_is_kept_busy_is_late() -> None:
    durations = Durations()
    task = asyncio.create_task(lag.run(durations))
    try:
        await asyncio.sleep(0)  # The task has noted when it is due.
        time.sleep(lag.INTERVAL + 0.2)  # noqa: ASYNC251 - this is what keeps the loop busy
        await counted(durations, 1)
        assert durations.seconds > 0.15
        await counted(durations, 2)
    finally:
        task.cancel()
