"""What a first view of a post without pictures weighs: text compressed as a proxy in front does, fonts as they are."""

import gzip
from typing import TYPE_CHECKING

import pytest

from westmarch.web.theme import DEFAULT

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

pytestmark = pytest.mark.browser

KILO = 1000
POST = "/how-a-cache-decides/"


def over_the_wire(body: bytes, mime: str) -> int:
    """Bytes that are sent of a body: nginx, Caddy and the like compress text by gzip at level 6 or better."""
    return len(body) if mime.startswith(("font/", "image/")) and "svg" not in mime else len(gzip.compress(body, 6))


@pytest.fixture
def sent(opened: "Page", demonstration: str) -> list[tuple[str, str, int]]:
    """Address, kind and bytes of all that a browser with an empty cache asks for to show the post, read to its end."""
    answers: list[Response] = []
    opened.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright takes no built-in
    opened.goto(demonstration + POST, wait_until="networkidle")
    opened.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    opened.wait_for_load_state("networkidle")
    weighed = []
    for answer in answers:
        if answer.url.startswith(demonstration) and answer.status == 200:
            mime = answer.headers["content-type"].partition(";")[0]
            weighed.append((answer.url, mime, over_the_wire(answer.body(), mime)))
    return weighed


def total(sent: list[tuple[str, str, int]], *kinds: str) -> int:
    return sum(size for _, mime, size in sent if not kinds or mime in kinds)


def test_a_post_weighs_80_kilobytes_at_most_and_30_without_fonts(sent: list[tuple[str, str, int]]) -> None:
    posts = [entry for entry in sent if not entry[1].startswith("image/") or "svg" in entry[1]]
    assert total(posts) <= 80 * KILO, posts
    assert total(posts) - total(posts, "font/woff2") <= 30 * KILO, posts
    assert total(posts, "font/woff2") > 0


def test_all_script_of_ours_together_weighs_15_kilobytes_at_most() -> None:
    scripts = [path for path in (DEFAULT / "static").rglob("*.js") if path.parent.name != "htmx"]
    assert len(scripts) > 5
    assert sum(over_the_wire(path.read_bytes(), "text/javascript") for path in scripts) <= 15 * KILO


def test_a_post_loads_15_kilobytes_of_script_at_most_and_no_library(sent: list[tuple[str, str, int]]) -> None:
    assert 0 < total(sent, "text/javascript") <= 15 * KILO
    assert not [url for url, _, _ in sent if "htmx" in url]


def test_there_is_one_style_sheet(sent: list[tuple[str, str, int]]) -> None:
    sheets = [url for url, mime, _ in sent if mime == "text/css"]
    assert len(sheets) == 1
    assert "/static/theme." in sheets[0]
