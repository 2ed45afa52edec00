"""Speculation rules: named on every page, served as what they are, and obeyed by a real browser."""

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.cli.test_doctor import write
from tests.factories import post
from tests.readers import Reader
from tests.serving import COMMAND, serving
from westmarch.web.speculation import Speculation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MIME = "application/speculationrules+json"


async def test_every_page_names_the_rules_and_nothing_else_does(reader: Reader) -> None:
    await reader.do(post, slug="a", tags=("T",))
    for path in ("/", "/a/", "/tags/t/", "/archive/"):
        named = (await reader.get(path)).headers["speculation-rules"]
        answer = await reader.get(named.strip('"'))
        assert (answer.status_code, answer.headers["content-type"]) == (200, MIME)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.json()["prefetch"][0]["eagerness"] == "moderate"
    for path in ("/feed.xml", "/sitemap.xml", "/robots.txt", "/nothing/", "/a", "/static/theme.css"):
        assert "speculation-rules" not in (await reader.get(path)).headers, path


async def test_rules_of_another_version_are_the_current_ones(reader: Reader) -> None:
    answer = await reader.get("/static/speculation.00000000.json")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.unit
@pytest.mark.parametrize(("base", "below"), [("", ""), ("/blog", "/blog"), ("/a+(b)", "/a\\+\\(b\\)")])
def test_rules_stay_below_the_base_path(base: str, below: str) -> None:
    made = Speculation(base)
    where = json.loads(made.asset.body)["prefetch"][0]["where"]["and"]
    assert where[0] == {"href_matches": f"{below}/*"}
    assert all(pattern.startswith(below + "/") for pattern in where[1]["not"]["href_matches"])
    assert made.header[1].startswith(f'"{base}/static/speculation.')


@pytest.mark.unit
def test_a_base_path_of_another_script_can_stand_in_a_header() -> None:
    assert Speculation("/блог").header[1].isascii()


def test_a_browser_takes_the_rules_and_fetches_the_page_of_a_link_that_is_pointed_at(
    browser: "Browser", tmp_path: Path
) -> None:
    subprocess.run([*COMMAND, "--site", str(tmp_path), "init", "--title", "Tides"], check=True, capture_output=True)
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
        page.wait_for_timeout(300)
        context.close()
    assert [(urlsplit(one["url"]).path, one.get("errorType")) for one in rules] == [
        (Speculation("").asset.address, None)
    ]
    assert {"/", "/archive/", "/tags/"} <= candidates
    assert not [path for path in candidates if path.endswith((".xml", ".json", ".pdf"))]
    assert ready == ["/archive/"]
    assert said == []
