"""The demonstration site in a real browser: nothing overflows, nothing complains, nothing asks elsewhere."""

import re
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from tests.cli.test_doctor import write
from tests.factories import day, post
from tests.serving import new_site, serving
from westmarch.authors import actions as authors
from westmarch.topics import actions as topics

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


#: What people wrote, unbroken and as long as it may be.
LONG = "W" * 200


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served site full of long words, half of it written from right to left."""

    def fill(session: Session) -> None:
        authors.create(session, LONG, slug="long", bio_html=f"<p>{LONG}</p>")
        topics.create(session, LONG, slug="long", language="en", introduction_html=f"<p>{LONG}</p>")
        for number, language in enumerate(("en", "ar", "en")):
            post(
                session, f"{LONG} {number}", f"{LONG}\n: {LONG}\n\n# {LONG}\n", slug=f"p{number}", language=language,
                published_at=day(number), tags=(LONG,), authors=(LONG,), topic=LONG,
            )  # fmt: skip

    site = new_site(tmp_path_factory.mktemp("unbroken"), "--title", LONG)
    write(site, fill)
    with serving(site) as server:
        yield server.url


@pytest.mark.parametrize("opened", [(360, "light"), (1280, "light")], indirect=True)
def test_long_words_break_and_no_page_overflows(opened: "Page", unbroken: str) -> None:
    for path in ("/", "/p0/", "/p1/", "/archive/", "/tags/", "/topics/", "/topics/long/", "/authors/", "/nothing/"):
        opened.goto(unbroken + path)
        over = opened.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, (path, over)


@pytest.mark.parametrize("opened", [(320, "light"), (390, "light"), (800, "light")], indirect=True)
def test_a_long_title_leaves_room_for_the_signs_beside_it(opened: "Page", unbroken: str) -> None:
    opened.goto(unbroken + "/")
    room = opened.evaluate(
        """() => {
          const lines = document.createRange();
          lines.selectNodeContents(document.querySelector(".plate"));
          const signs = [...document.querySelectorAll(".tools > *")].filter((each) => each.offsetWidth);
          const right = Math.max(...[...lines.getClientRects()].map((line) => line.right));
          return Math.min(...signs.map((sign) => sign.getBoundingClientRect().left)) - right;
        }"""
    )
    assert room >= 4


@pytest.mark.parametrize("opened", [(1280, "light")], indirect=True)
def test_lines_of_another_direction_stand_with_their_neighbours(opened: "Page", unbroken: str) -> None:
    for path, side in (("/p0/", "left"), ("/p1/", "right")):
        opened.goto(unbroken + path)
        sides = opened.eval_on_selector_all(
            ".after .thirds [dir], .parts [dir], .site-foot [dir]",
            "all => all.map(it => getComputedStyle(it).textAlign)",
        )
        assert sides
        assert {each.removeprefix("-webkit-") for each in sides} == {side}


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        text: str = answer.read().decode()
        return text


@pytest.fixture(scope="module")
def pages(demonstration: str) -> list[str]:
    """Paths of all pages: those of the sitemaps, and the listings."""
    sitemaps = re.findall("<loc>https?://[^/]*(.*?)</loc>", fetched(demonstration + "/sitemap.xml"))
    found = [
        path
        for part in sitemaps
        for path in re.findall("<loc>https?://[^/]*(.*?)</loc>", fetched(demonstration + part))
    ]
    return [*found, "/page/2/", "/archive/", "/tags/", "/topics/", "/authors/", "/specimen-sheet/"]


@pytest.mark.parametrize("opened", [(360, "dark"), (1280, "light")], indirect=True)
def test_no_page_overflows_or_complains(opened: "Page", demonstration: str, pages: list[str]) -> None:
    said: list[str] = []
    opened.on("console", lambda message: said.append(f"{opened.url}: {message.text}"))
    opened.on("pageerror", lambda error: said.append(f"{opened.url}: {error}"))
    opened.on(
        "request", lambda sent: said.append(sent.url) if not sent.url.startswith((demonstration, "data:")) else None
    )
    for path in pages:
        answer = opened.goto(demonstration + path)
        assert answer is not None
        assert answer.status == 200
        over = opened.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, (path, over)
    assert said == []


def test_every_page_is_valid_html_with_one_heading_and_ids_of_its_own(demonstration: str, pages: list[str]) -> None:
    html5lib = import_module("html5lib")  # It has no types.
    for path in pages:
        text = fetched(demonstration + path)
        html5lib.HTMLParser(strict=True).parse(text)
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), path
        assert text.count("<h1") == 1, path
        assert text.count("<main") == 1, path
