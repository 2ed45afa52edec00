"""What was counted and timed, of one process or of several together, and as JSON between them."""

import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from westmarch.metrics.durations import BOUNDS, Durations, Requests

Told = dict[str, Any]

#: By this processes are asked for what they have measured.
VERB = "metrics"


class Measured:
    """Durations of requests, how late the event loop is, seconds of processors, and numbers of the page cache by name.

    `process` is a name that no other process has; sums have none.
    """

    process = ""

    def __init__(self) -> None:
        self.requests = Requests()
        self.lag = Durations()
        self.cpu = 0.0
        self.cache: Counter[str] = Counter()

    def told(self) -> Told:
        """All of it as JSON can hold it, for `add` of another process."""
        return {
            "process": self.process,
            "bounds": list(BOUNDS),
            "requests": [
                [method, pattern, status, durations.counts, durations.seconds]
                for method, pattern, status, durations in self.requests
            ],
            "lag": [self.lag.counts, self.lag.seconds],
            "cpu": self.cpu,
            "cache": dict(self.cache),
        }

    def add(self, told: Told) -> None:
        """Add what another process has told. With other buckets, as a version may have them, it cannot be added."""
        if told["bounds"] != list(BOUNDS):
            return
        for method, pattern, status, counts, seconds in told["requests"]:
            self.requests.route(pattern)[method, status].add(counts, seconds)
        self.lag.add(*told["lag"])
        self.cpu += told["cpu"]
        self.cache.update(told["cache"])


class Measuring(Measured):
    """What this process has measured. `numbers` are those of its page cache, asked for when they are told."""

    def __init__(self, requests: Requests, numbers: Callable[[], Mapping[str, int]]) -> None:
        super().__init__()
        self.process = secrets.token_hex(8)
        self.requests = requests
        self._numbers = numbers

    def told(self) -> Told:
        """All of it as of now."""
        self.cache = Counter(self._numbers())
        self.cpu = time.process_time()
        return super().told()


def verbs(measuring: Measuring | None) -> Mapping[str, Callable[[], Awaitable[Told | None]]]:
    """What other processes of the site may ask this one: `metrics`, which answers None where nothing is measured."""

    async def told() -> Told | None:
        return None if measuring is None else measuring.told()

    return {VERB: told}


def together(told: list[Told]) -> Measured:
    """The sum of what several processes have told."""
    summed = Measured()
    for one in told:
        summed.add(one)
    return summed
