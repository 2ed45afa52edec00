"""A program that measures, and what it tells Prometheus."""

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.pagecache.cached import Cached, caching
from tests.pagecache.conftest import sqlite_filled
from westmarch.db.database import open_database
from westmarch.settings import Settings

__all__ = ["sqlite_filled"]

#: A secret for tests.
TOKEN = "a-secret-of-tests"
#: Makes a program with a page cache and these settings.
Opening = Callable[..., AbstractAsyncContextManager[Cached]]


@pytest.fixture
def opening(sqlite_filled: Path, tmp_path: Path) -> Opening:
    """Opens a program on a filled SQLite database, with the settings that are given."""

    @asynccontextmanager
    async def opened(**more: Any) -> AsyncIterator[Cached]:
        file = tmp_path / "westmarch.db"
        shutil.copyfile(sqlite_filled, file)
        settings = Settings(**{"site": tmp_path, "url": "https://example.org", **more})
        async with open_database(settings.database_url) as db, caching(settings, db) as cached:
            yield cached

    return opened


@pytest.fixture
async def measuring(opening: Opening) -> AsyncIterator[Cached]:
    """A program that tells its metrics to whoever asks from this machine."""
    async with opening(metrics_allow="127.0.0.1", metrics=True) as cached:
        yield cached


def samples(text: str) -> Mapping[tuple[str, frozenset[tuple[str, str]]], float]:
    """The values of an exposition by name and labels, read by Prometheus' own library."""
    from prometheus_client.parser import text_string_to_metric_families

    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def told(cached: Cached) -> Mapping[tuple[str, frozenset[tuple[str, str]]], float]:
    """What `/metrics` says."""
    answer = await cached.get("/metrics")
    assert answer.status_code == 200, answer.text
    return samples(answer.text)


def counted(found: Mapping[tuple[str, frozenset[tuple[str, str]]], float]) -> dict[tuple[str, str, str], float]:
    """How often requests were counted, by method, path and status."""
    counts = {}
    for (name, labels), value in found.items():
        if name == "fastapi_requests_duration_seconds_count":
            of = dict(labels)
            assert of["app_name"] == "westmarch"
            counts[of["method"], of["path"], of["status_code"]] = value
    return counts


def number(found: Mapping[tuple[str, frozenset[tuple[str, str]]], float], name: str) -> float:
    """The value of a metric without labels."""
    return found[name, frozenset()]
