"""Metrics of real servers: any process tells the sum of all, and it does not fall when one is killed."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

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
        f'url = "https://example.org"\nmetrics = true\nmetrics_allow = "127.0.0.1"\nmetrics_token = "{TOKEN}"\n',
        encoding="utf-8",
    )
    return tmp_path


def scraped(server: Serving) -> str:
    """What Prometheus gets, on a connection of its own."""
    answer = httpx2.get(f"{server.url}/metrics", headers={"authorization": f"Bearer {TOKEN}"}, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.text


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
        for _ in range(40):  # Each on a connection of its own, which any worker takes.
            assert httpx2.get(server.url).status_code == 200
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
            assert httpx2.get(server.url).status_code == 200
        after = samples(scraped(server))
        assert fronts(server) == 50
        assert number(after, "process_cpu_seconds_total") > cpu
        assert number(after, "process_start_time_seconds") > number(found, "process_start_time_seconds")


def _serves(child: psutil.Process) -> bool:
    """Whether it is a worker: the other child of the server tracks what they share."""
    return any("spawn_main" in part for part in child.cmdline())


def test_a_server_that_is_started_again_goes_on_counting_also_over_a_unix_socket(site: Path) -> None:
    with serving(site) as server:
        for _ in range(3):
            assert httpx2.get(server.url).status_code == 200
        assert fronts(server) == 3
    toml = site / "westmarch.toml"
    toml.write_text(toml.read_text().replace('metrics_allow = "127.0.0.1"\n', ""))
    with serving(site, "--uds", str(site / "s")) as server:
        transport = httpx2.HTTPTransport(uds=server.url)
        with httpx2.Client(transport=transport, base_url="http://example.org") as client:
            assert client.get("/").status_code == 200
            assert client.get("/metrics").status_code == 401
            found = samples(client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text)
    assert counted(found)["GET", "/", "200"] == 4
    assert number(found, "westmarch_workers") == 1
