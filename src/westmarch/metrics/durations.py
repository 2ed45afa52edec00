"""How long requests took, in plain numbers: what a histogram of Prometheus is, without its locks.

All is used in the event loop alone, so nothing has to be locked. An observation of prometheus-client's own histogram
costs five times as much, more than a quarter of what an answer from the page cache may cost.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

#: Upper ends of the buckets in seconds, both ends of what happens: a page from the cache, and a text that is imported.
BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: Methods that have a name of their own; whatever else is asked for is `OTHER`.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER = "OTHER"


class Durations:
    """How often something took how long: counts by bucket, the last of which has no upper end, and all the seconds."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count one that took so long."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def add(self, counts: Sequence[int], seconds: float) -> None:
        """Count those that were counted elsewhere, by the same buckets."""
        self.counts = [ours + theirs for ours, theirs in zip(self.counts, counts, strict=True)]
        self.seconds += seconds


class Route(dict[tuple[str, int], Durations]):
    """The durations of the requests of one route, by method and status; what is asked for is made."""

    def __missing__(self, key: tuple[str, int]) -> Durations:
        method, status = key
        known = (method if method in METHODS else OTHER, status)
        made = self.get(known)
        if made is None:
            made = self[known] = Durations()
        return made


class Requests:
    """The durations of all requests, by routes: patterns of addresses, of which the program has a fixed number."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}

    def route(self, pattern: str) -> Route:
        """The durations of one route, to be kept by whoever answers for it often."""
        return self._routes.setdefault(pattern, Route())

    def __iter__(self) -> Iterator[tuple[str, str, int, Durations]]:
        """Method, route, status and durations of each that was observed."""
        for pattern, route in self._routes.items():
            for (method, status), durations in route.items():
                yield method, pattern, status, durations
