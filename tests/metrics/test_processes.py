"""Metrics of real servers: any process tells the sum of all, and it does not fall when one is killed."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest

from tests.metrics.conftest import TOKEN, counted, number, samples
from tests.serving import Serving, serving


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Path:
    """An empty site that tells its metrics on this machine."""
    shutil.copyfile(sqlite_template, tmp_path / "westmarch.db")
    (tmp_path / "westmarch.toml").write_text(
        'url = "https://example.org"\nprocess_time = true\nmetrics = true\nmetrics_allow = "127.0.0.1"\n'
        f'metrics_token = "{TOKEN}"\n',
        encoding="utf-8",
    )
    return tmp_path


def got(server: Serving, path: str) -> str:
    """An answer, on a connection of its own, which any worker may take."""
    address = urlsplit(server.url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
    try:
        connection.request("GET", path, headers={"authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert answer.status == 200, text
    return text


def scraped(server: Serving) -> str:
    """What Prometheus gets."""
    return got(server, "/metrics")


def fronts(server: Serving) -> float:
    """How many requests for the front page all processes together say they had."""
    counts = counted(samples(scraped(server)))
    return sum(count for (_, path, _), count in counts.items() if path == "/")


def until(true: Callable[[], bool]) -> None:
    """Wait for something to come true, a minute at most."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def workers(server: Serving) -> float:
    return number(samples(scraped(server)), "westmarch_workers")


def test_any_worker_tells_the_sum_of_all_also_after_one_was_killed(site: Path) -> None:
    with serving(site, "--workers", "2") as server:
        until(lambda: workers(server) == 2)
        for _ in range(40):
            got(server, "/")
        assert {fronts(server) for _ in range(6)} == {40}
        found = samples(scraped(server))
        children = [child for child in psutil.Process(server.process.pid).children() if "resource" not in child.name()]
        rss = sum(child.memory_info().rss for child in children if _serves(child))
        assert number(found, "process_resident_memory_bytes") == pytest.approx(rss, rel=0.2)
        cpu = number(found, "process_cpu_seconds_total")
        victim = next(child for child in children if _serves(child))
        os.kill(victim.pid, signal.SIGKILL)
        until(lambda: victim.pid not in [child.pid for child in psutil.Process(server.process.pid).children()])
        until(lambda: workers(server) == 2)
        assert fronts(server) == 40
        for _ in range(10):
            got(server, "/")
        after = samples(scraped(server))
        assert fronts(server) == 50
        assert number(after, "process_cpu_seconds_total") > cpu
        assert number(after, "process_start_time_seconds") > number(found, "process_start_time_seconds")


def _serves(child: psutil.Process) -> bool:
    """Whether it is a worker: the other child of the server tracks what they share."""
    return any("spawn_main" in part for part in child.cmdline())


def test_what_the_server_answers_from_the_cache_is_counted_and_timed(site: Path) -> None:
    with serving(site) as server, httpx2.Client(base_url=server.url, timeout=60) as client:
        answers = [client.get("/") for _ in range(5)]
        etag = answers[-1].headers["etag"]
        answers += [client.get("/", headers={"if-none-match": etag}) for _ in range(2)]
        answers.append(client.head("/", headers={"x-request-id": "named-by-a-proxy"}))
        hits = [answer for answer in answers if answer.headers["cache-status"] == "westmarch; hit"]
        assert len(hits) >= 5
        assert all(0 < float(answer.headers["x-process-time"]) < 60 for answer in answers)
        assert answers[-1].headers["x-request-id"] == "named-by-a-proxy"
        assert "x-request-id" not in answers[-2].headers
        found = samples(scraped(server))
        # The loop is first looked at after a moment.
        assert any(number(samples(scraped(server)), "westmarch_event_loop_lag_seconds_count") for _ in range(300))
    counts = counted(found)
    assert [counts[key] for key in (("GET", "/", "200"), ("GET", "/", "304"), ("HEAD", "/", "200"))] == [5, 2, 1]
    assert number(found, "westmarch_cache_hits_total") == len(hits)
    # Whoever starts the server again goes on counting, also where it listens on a Unix socket.
    toml = site / "westmarch.toml"
    toml.write_text(toml.read_text().replace('metrics_allow = "127.0.0.1"\n', ""))
    with serving(site, "--uds", str(site / "s")) as server:
        transport = httpx2.HTTPTransport(uds=server.url)
        with httpx2.Client(transport=transport, base_url="http://example.org", timeout=60) as client:
            assert client.get("/").status_code == 200
            assert client.get("/metrics").status_code == 401
            found = samples(client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text)
    assert counted(found)["GET", "/", "200"] == 6
    assert number(found, "westmarch_workers") == 1
