"""What was measured as Prometheus reads it. Its library is imported here alone, where somebody asks."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from westmarch import __version__
from westmarch.metrics.durations import BOUNDS, Durations
from westmarch.metrics.measured import Measured

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
REQUESTS = "fastapi_requests_duration_seconds"
APP_NAME = "westmarch"

#: What the page cache has counted, by the name of the number.
CACHE_COUNTERS: Mapping[str, str] = {
    "hits": "Answers from the page cache.",
    "misses": "Answers of public pages that were not in the page cache.",
    "bypasses": "Answers of public pages with a query that the page does not know, which are rendered each time.",
    "renders": "Renderings of public pages.",
    "waited": "Requests that waited for the rendering of another one.",
    "evicted": "Pages that were least recently used and had to make room.",
    "thrown_out": "Pages that went because something they show had changed, or by command.",
    "checks": "Questions to the database whether anything has changed.",
}
#: What the page cache holds now.
CACHE_GAUGES: Mapping[str, str] = {
    "pages": "Pages in the page cache.",
    "bytes": "Memory that the page cache takes.",
    "limit_bytes": "Memory that the page cache may take.",
}
#: The one number of processes that is not summed up: the start of the youngest tells that one was started anew.
YOUNGEST = "process_start_time_seconds"
#: The one that the processes tell themselves, so that it can be remembered when they end.
CPU = "process_cpu_seconds"


class _Exposed(Collector):
    """The families of metrics: counters of all processes that ever told theirs, and the state of those that run."""

    def __init__(self, ever: Measured, now: Measured, processes: Iterable[int]) -> None:
        self._ever = ever
        self._now = now
        self._processes = list(processes)

    def collect(self) -> Iterator[Metric]:
        yield self._requests()
        yield from self._cache()
        lag = HistogramMetricFamily("westmarch_event_loop_lag_seconds", "How late the event loop came back.")
        lag.add_metric([], _buckets(self._ever.lag), self._ever.lag.seconds)
        yield lag
        yield CounterMetricFamily(CPU, "Total user and system CPU time spent in seconds.", self._ever.cpu)
        yield GaugeMetricFamily("westmarch_workers", "Processes that serve the site.", len(self._processes))
        about = GaugeMetricFamily("westmarch_info", "The version of the program.", labels=["version"])
        about.add_metric([__version__], 1)
        yield about
        yield from _of_processes(self._processes)

    def _requests(self) -> Metric:
        family = HistogramMetricFamily(
            REQUESTS, "How long requests took.", labels=["method", "path", "status_code", "app_name"]
        )
        for method, pattern, status, durations in self._ever.requests:
            family.add_metric([method, pattern, str(status), APP_NAME], _buckets(durations), durations.seconds)
        return family

    def _cache(self) -> Iterator[Metric]:
        for name, about in CACHE_COUNTERS.items():
            yield CounterMetricFamily(f"westmarch_cache_{name}", about, self._ever.cache[name])
        for name, about in CACHE_GAUGES.items():
            yield GaugeMetricFamily(f"westmarch_cache_{name}", about, self._now.cache[name])


def _buckets(durations: Durations) -> list[tuple[str, float]]:
    """Counts up to each bound, as a histogram of Prometheus has them."""
    bounds = [*map(floatToGoString, BOUNDS), "+Inf"]
    return list(zip(bounds, accumulate(durations.counts), strict=True))


def _of_processes(processes: Iterable[int]) -> Iterator[Metric]:
    """Memory, start and open files of processes, summed up; none where the system has no `/proc`."""
    families: dict[str, Metric] = {}
    for process in processes:
        for found in ProcessCollector(pid=partial(int, process), registry=None).collect():
            if found.name == CPU:
                continue
            family = families.setdefault(found.name, found)
            if family is not found:
                value = max if found.name == YOUNGEST else sum
                [before], [other] = family.samples, found.samples
                family.samples = [before._replace(value=value((before.value, other.value)))]
    yield from families.values()


def written(ever: Measured, now: Measured, processes: Iterable[int]) -> bytes:
    """The text format of Prometheus, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Exposed(ever, now, processes))
    return generate_latest(registry)
