"""What ten sign-ins a second cost others: `python -m benchmarks.bench_signing [--seconds N] [--json]`.

One worker on one core is asked for `/healthz`, one request after the other, while nobody signs in and while a client
on another core sends ten right names and passwords a second to `/auth`. How much longer an answer takes is what the
event loop was held up. Printed are milliseconds that half, 99 of 100 and all answers took at most, and how many signed
in a second.
"""

import argparse
import asyncio
import contextlib
import http.client
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.accounts import NAMES, PASSWORD, added
from benchmarks.figures import tell
from benchmarks.servers import served, uvicorn
from westmarch.accounts import passwords
from westmarch.ops import schema

A_SECOND = 10
FORM = {"content-type": "application/x-www-form-urlencoded"}


def answers(url: str, seconds: float) -> list[float]:
    """How long each answer took, in seconds, shortest first."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    taken, until = [], time.perf_counter() + seconds
    while (start := time.perf_counter()) < until:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        taken.append(time.perf_counter() - start)
        time.sleep(0.001)
    return sorted(taken)


def sign_in(url: str, number: int = 0) -> None:
    """Sign in once, each account from a place of its own: limits are for others. Raises RuntimeError where refused."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    body = urlencode({"grant_type": "password", "username": NAMES[number % len(NAMES)], "password": PASSWORD})
    place = f"203.0.113.{number % 250}"
    connection.request("POST", "/auth", body, FORM | {"x-forwarded-for": place})
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(answer.read().decode())


@contextlib.contextmanager
def signing_in(url: str, done: list[float]) -> Iterator[None]:
    """Ten sign-ins a second until the block ends; their moments are added to `done`."""
    stop = threading.Event()

    numbers = count()

    def one() -> None:
        sign_in(url, next(numbers))
        done.append(time.perf_counter())

    def run() -> None:
        while not stop.wait(1 / A_SECOND):
            threading.Thread(target=one, daemon=True).start()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        time.sleep(2)  # What has begun is answered.


def measure(folder: Path, seconds: float) -> dict[str, float]:
    """All figures."""
    (folder / "westmarch.toml").write_text('url = "http://127.0.0.1"\n')
    database = f"sqlite:///{folder / 'westmarch.db'}"
    asyncio.run(schema.upgrade(database))
    added(database, asyncio.run(passwords.made(PASSWORD)))
    found: dict[str, float] = {}
    with served(uvicorn("westmarch.app:from_environment"), {"WESTMARCH_SITE": str(folder)}) as server:
        sign_in(server.url)
        answers(server.url, 1)
        quiet = answers(server.url, seconds)
        done: list[float] = []
        with signing_in(server.url, done):
            loud = answers(server.url, seconds)
        for name, taken in (("nobody signs in", quiet), ("ten a second", loud)):
            found[f"{name}: half at most, ms"] = taken[len(taken) // 2] * 1e3
            found[f"{name}: 99 of 100 at most, ms"] = taken[len(taken) * 99 // 100] * 1e3
            found[f"{name}: all at most, ms"] = taken[-1] * 1e3
        found["sign-ins a second"] = len(done) / (seconds + 2)
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tell(measure(Path(place), given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
