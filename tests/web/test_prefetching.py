"""Speculation rules are obeyed by a real browser."""

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.cli.test_doctor import write
from tests.factories import post
from tests.serving import new_site, serving
from westmarch.web.speculation import Speculation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_a_browser_takes_the_rules_and_fetches_the_page_of_a_link_that_is_pointed_at(
    browser: "Browser", tmp_path: Path
) -> None:
    new_site(tmp_path, "--title", "Tides")
    links = "[feed](/feed.xml) [find](/?q=x) [file](/media/x.pdf)\n"
    write(tmp_path, lambda session: post(session, "Bore", links, slug="bore"))
    rules: list[Any] = []
    ready: list[str] = []
    candidates: set[str] = set()
    said: list[str] = []

    def noted(found: Any) -> None:
        candidates.update(urlsplit(source["key"]["url"]).path for source in found["preloadingAttemptSources"])

    def fetched(found: Any) -> None:
        if found["status"] == "Ready":
            ready.append(urlsplit(found["prefetchUrl"]).path)

    with serving(tmp_path) as server:
        context = browser.new_context()
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        session = context.new_cdp_session(page)
        session.on("Preload.ruleSetUpdated", lambda found: rules.append(found["ruleSet"]))
        session.on("Preload.preloadingAttemptSourcesUpdated", noted)
        session.on("Preload.prefetchStatusUpdated", fetched)
        session.send("Preload.enable")
        page.goto(server.url + "/bore/")
        with page.expect_request("**/archive/") as sent:
            page.locator('a[href="/archive/"]').first.hover()
        assert sent.value.headers["sec-purpose"] == "prefetch"
        until = monotonic() + 20
        while not ready and monotonic() < until:
            page.wait_for_timeout(50)
        page.wait_for_timeout(300)  # No other one comes.
        context.close()
    assert [(urlsplit(one["url"]).path, one.get("errorType")) for one in rules] == [
        (Speculation("").asset.address, None)
    ]
    assert {"/", "/archive/", "/tags/"} <= candidates
    assert not [path for path in candidates if path.endswith((".xml", ".json", ".pdf"))]
    assert ready == ["/archive/"]
    assert said == []
