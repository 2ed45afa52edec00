"""What Prometheus reads: every metric is in the docs, and every number of the page cache is a metric."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.metrics.conftest import counted, samples
from westmarch.metrics.durations import BOUNDS
from westmarch.metrics.exposition import CACHE_COUNTERS, CACHE_GAUGES, written
from westmarch.metrics.measured import Measured, Measuring, together
from westmarch.pagecache.cache import PageCache

pytestmark = pytest.mark.unit

DOCS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def exposed() -> str:
    measured = Measured()
    measured.requests.route("/{post}/")["GET", 200].observe(0.002)
    measured.requests.route("/{post}/")["GET", 200].observe(20.0)
    return written(measured, measured, [os.getpid()]).decode()


def families(text: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))


@pytest.mark.skipif(sys.platform != "linux", reason="numbers of processes are told on Linux only")
def test_the_docs_list_every_metric_and_no_other() -> None:
    chapter = DOCS.read_text(encoding="utf-8").partition("## Metrics\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", chapter, re.MULTILINE)) == families(exposed())


def test_every_number_of_the_page_cache_is_a_metric() -> None:
    assert PageCache(0).numbers().keys() == CACHE_COUNTERS.keys() | CACHE_GAUGES.keys()


def test_a_histogram_counts_up_to_each_bound() -> None:
    found = samples(exposed())
    labels = {"method": "GET", "path": "/{post}/", "status_code": "200", "app_name": "westmarch"}
    name = "fastapi_requests_duration_seconds"
    for bound in BOUNDS:
        assert found[f"{name}_bucket", frozenset((labels | {"le": str(bound)}).items())] == (bound >= 0.002)
    assert found[f"{name}_bucket", frozenset((labels | {"le": "+Inf"}).items())] == 2
    assert found[f"{name}_sum", frozenset(labels.items())] == 20.002
    assert counted(found) == {("GET", "/{post}/", "200"): 2}


def test_what_processes_tell_is_summed_up() -> None:
    pages = PageCache(1000)
    one, other = (Measuring(pages.requests or Measured().requests, pages.numbers) for _ in range(2))
    for each in (one, other):
        each.requests.route("/")["GET", 200].observe(0.5)
        each.lag.observe(0.002)
    summed = together([one.told(), other.told()])
    assert one.process != other.process
    assert [(status, sum(durations.counts), durations.seconds) for _, _, status, durations in summed.requests] == [
        (200, 2, 1.0)
    ]
    assert (sum(summed.lag.counts), summed.cache["limit_bytes"]) == (2, 2000)
    assert summed.cpu > 0


def test_a_process_that_has_ended_meanwhile_is_left_out() -> None:
    text = written(Measured(), Measured(), [os.getpid(), 2**22 + 1]).decode()
    assert "process_resident_memory_bytes" in families(text) or sys.platform != "linux"
