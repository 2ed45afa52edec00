"""The event loop, kept busy and left alone."""

import asyncio
import time

from westmarch.metrics import lag
from westmarch.metrics.durations import Durations


async def test_a_loop_that_is_kept_busy_is_late() -> None:
    durations = Durations()
    task = asyncio.create_task(lag.run(durations))
    try:
        await asyncio.sleep(0)  # The task has noted when it is due.
        time.sleep(lag.INTERVAL + 0.2)  # noqa: ASYNC251 - this is what keeps the loop busy
        await asyncio.sleep(0.05)
        assert sum(durations.counts) == 1
        assert 0.15 < durations.seconds < 2
        await asyncio.sleep(lag.INTERVAL * 2)
        assert sum(durations.counts) >= 2
    finally:
        task.cancel()
