"""How late the event loop is: what keeps it busy keeps every request waiting."""

import asyncio

from westmarch.metrics.durations import Durations

#: How often it is looked, in seconds. Work that takes less may go unseen.
INTERVAL = 0.25


async def run(lag: Durations) -> None:
    """Note until cancelled how much later than asked for the loop comes back."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL
        await asyncio.sleep(INTERVAL)
        lag.observe(max(0.0, loop.time() - due))
