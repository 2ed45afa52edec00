"""Fixtures of these tests."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import pytest

from tests.readers import reader as reader
from tests.serving import new_site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served demonstration site."""
    with serving(new_site(tmp_path_factory.mktemp("demo"), "--demo")) as server:
        yield server.url


@pytest.fixture
def opened(browser: "Browser", request: pytest.FixtureRequest) -> "Iterator[Page]":
    """A page in a window of its own: by `(width, scheme)`, else 1280 pixels wide and light."""
    width, scheme = getattr(request, "param", (1280, "light"))
    chosen: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=chosen)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
