"""The browser of the tests."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_the_browser_shows_a_page_and_reaches_nothing_else(browser: "Browser") -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<h1>Westmarch</h1>")
        assert page.inner_text("h1") == "Westmarch"
        failures: list[str | None] = []
        page.on("requestfailed", lambda request: failures.append(request.failure))
        page.evaluate("fetch('http://example.org/').catch(() => null)")
        assert failures == ["net::ERR_NAME_NOT_RESOLVED"]
