"""What metrics cost: `python benchmarks/bench_metrics.py`.

Hits of one page in the middleware, in turns without metrics, with them, and with X-Process-Time. One observation, as it
is done here and by prometheus-client. What a scrape takes. Of each the best of many short rounds is printed: what else
the machine does makes a round slower, never quicker.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks.filling import fill
from westmarch.app import create_app
from westmarch.db.database import open_database
from westmarch.metrics.durations import BOUNDS, Durations
from westmarch.metrics.measured import Measured
from westmarch.ops import schema
from westmarch.settings import Settings

ROUNDS, HITS, OBSERVATIONS = 600, 100, 1_000
#: More series than the program has: 30 kinds of pages, by GET and HEAD, 200 and 304.
ROUTES = 30
KINDS: dict[str, dict[str, Any]] = {
    "without metrics": {},
    "with metrics": {"metrics_allow": "127.0.0.1", "metrics": True},
    "with `X-Process-Time`": {"process_time": True},
}
IMPORT = "import time; t = time.process_time(); import prometheus_client; print(time.process_time() - t)"


async def hits(folder: Path) -> dict[str, float]:
    """Microseconds that a hit takes in the middleware, each kind of program in turns."""
    settings = {kind: Settings(site=folder, url="https://example.org", **more) for kind, more in KINDS.items()}
    url = settings["with metrics"].database_url
    await schema.upgrade(url)
    best = dict.fromkeys(KINDS, float("inf"))
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_database(url))
        await first.write(fill, 20)
        path = "/post-1/"
        apps = {kind: create_app(each) for kind, each in settings.items()}
        for app in apps.values():
            app.state.db = await stack.enter_async_context(open_database(url))
            await stack.enter_async_context(app.state.pages.opened(app.state.db))
            for _ in range(3):
                status = await asked(app, path)
            assert status == b"westmarch; hit", status
        for _ in range(ROUNDS):
            for kind, app in apps.items():
                await asyncio.sleep(0)
                started = time.perf_counter()
                for _ in range(HITS):
                    await app(scope(path), nothing, ignored)
                best[kind] = min(best[kind], (time.perf_counter() - started) / HITS * 1e6)
    return {f"a hit, {kind}: µs": taken for kind, taken in best.items()}


async def asked(app: Any, path: str) -> bytes:
    """What the answer says of the page cache."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope(path), nothing, send)
    return bytes(dict(sent[0]["headers"])[b"cache-status"])


async def nothing() -> Any:
    """The body of a request that has none."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def ignored(_message: Any) -> None:
    """Whoever was to get the answer."""


def scope(path: str) -> dict[str, Any]:
    """A request of a browser, a new one each time as a server makes it."""
    headers = [(b"host", b"example.org"), (b"user-agent", b"Mozilla/5.0"), (b"accept", b"*/*"), (b"cookie", b"a=b")]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 443),
    }  # fmt: skip


def best_of(call: Callable[[], object]) -> float:
    """Microseconds that a call takes."""
    return min(timeit.repeat(call, number=OBSERVATIONS, repeat=ROUNDS)) / OBSERVATIONS * 1e6


def observations() -> dict[str, float]:
    """Microseconds of one observation, of ours and of prometheus-client's."""
    from prometheus_client import CollectorRegistry, Histogram

    labels = {"method": "GET", "path": "/{post}/", "status_code": "200", "app_name": "westmarch"}
    theirs = Histogram("requests", "requests", list(labels), registry=CollectorRegistry(), buckets=BOUNDS)
    ours, child = Durations(), theirs.labels(**labels)
    return {
        "one observation: µs": best_of(lambda: ours.observe(0.0001)),
        "the same by prometheus-client, of a child that is kept: µs": best_of(lambda: child.observe(0.0001)),
        "and of one that is looked up: µs": best_of(lambda: theirs.labels(**labels).observe(0.0001)),
    }


def scrapes() -> dict[str, float]:
    """What writing the answer takes of the processor, with more series than there are, and loading the library."""
    from westmarch.metrics.exposition import written

    measured = Measured()
    for number in range(ROUTES):
        for method in ("GET", "HEAD"):
            for status in (200, 304):
                measured.requests.route(f"/{number}/")[method, status].observe(0.001)
    loading = min(
        float(subprocess.run([sys.executable, "-c", IMPORT], stdout=subprocess.PIPE, check=True).stdout)
        for _ in range(5)
    )
    rounds = timeit.repeat(
        lambda: written(measured, measured, [os.getpid()]), number=1, repeat=50, timer=time.process_time
    )
    return {
        f"a scrape of {4 * ROUTES} series of requests: ms of a processor": min(rounds) * 1e3,
        "its answer: KB": len(written(measured, measured, [os.getpid()])) / 1000,
        "loading prometheus-client, at the first scrape: ms of a processor": loading * 1e3,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(hits(Path(folder))) | observations() | scrapes()
    if given.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name} {value:.3g}")


if __name__ == "__main__":
    main()
