"""Checkers of pages, and the sites that they check."""

import contextlib
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import missing
from tests.quality.sites import Sites, furnish
from tests.serving import new_site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PACKAGES = Path(__file__).parent / "node_modules"


def packaged(name: str) -> Path:
    """A file of an npm package; skips where `make test` has not fetched it."""
    file = PACKAGES / name
    if not file.is_file():
        missing(name.partition("/")[0], "it comes by npm, which `make test` runs")
    return file


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """A demonstration site and an empty one in staging, served until the tests end."""
    full, empty = tmp_path_factory.mktemp("full"), tmp_path_factory.mktemp("empty")
    furnish(new_site(full, "--demo"))
    new_site(empty)
    with serving(full) as one, serving(empty, environment={"WESTMARCH_ENVIRONMENT": "staging"}) as other:
        wait_for_index(one.url)
        yield Sites(one.url, full, other.url, empty)


def wait_for_index(url: str, seconds: float = 60) -> None:
    """Return when the search of the demonstration finds its books, which the server puts into the index."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with (
            contextlib.suppress(urllib.error.HTTPError),  # 503 until there is an index.
            urllib.request.urlopen(f"{url}/api/v1/find?q=Quijote", timeout=20) as answer,
        ):
            if b"Quijote" in answer.read():
                return
        time.sleep(0.2)
    raise AssertionError("the books are not found")


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page in a window of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
