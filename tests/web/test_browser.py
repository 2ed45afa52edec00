"""The demonstration site in a real browser: nothing overflows, nothing complains, nothing asks elsewhere."""

import re
import subprocess
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from tests.cli.test_doctor import write
from tests.factories import day, post
from tests.serving import COMMAND, serving
from westmarch.authors import actions as authors
from westmarch.topics import actions as topics

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served demonstration site."""
    site = tmp_path_factory.mktemp("demo")
    subprocess.run([*COMMAND, "--site", str(site), "init", "--demo"], check=True, capture_output=True)
    with serving(site) as server:
        yield server.url


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

    site = tmp_path_factory.mktemp("unbroken")
    subprocess.run([*COMMAND, "--site", str(site), "init", "--title", LONG], check=True, capture_output=True)
    write(site, fill)
    with serving(site) as server:
        yield server.url


@pytest.mark.parametrize("opened", [(360, "light"), (1280, "light")], indirect=True)
def test_long_words_break_and_no_page_overflows(opened: "Page", unbroken: str) -> None:
    for path in ("/", "/p0/", "/p1/", "/archive/", "/tags/", "/topics/", "/topics/long/", "/authors/", "/nothing/"):
        opened.goto(unbroken + path)
        over = opened.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, (path, over)


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


@pytest.fixture
def opened(browser: "Browser", request: pytest.FixtureRequest) -> "Iterator[Page]":
    """A page in a window of its own, of the given width and colour scheme."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


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


@pytest.mark.parametrize("opened", [(1280, "light")], indirect=True)
def test_the_colour_scheme_is_chosen_and_remembered(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration)
    light = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    opened.click("button.scheme")
    assert opened.evaluate("document.documentElement.dataset.scheme") == "dark"
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") != light
    opened.goto(demonstration + "/archive/", wait_until="domcontentloaded")
    assert opened.evaluate("document.documentElement.dataset.scheme") == "dark"


@pytest.mark.parametrize("opened", [(1280, "light")], indirect=True)
def test_code_can_be_copied_and_keys_lead_to_the_neighbours(opened: "Page", demonstration: str) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.goto(demonstration + "/leap-second/")
    opened.click("figure.code:has(.file) button.copy")
    opened.wait_for_function("document.querySelector('figure.code:has(.file) button.copy').textContent == 'Copied'")
    assert "import time" in opened.evaluate("navigator.clipboard.readText()")
    target = opened.get_attribute("a[rel=prev]", "href")
    opened.keyboard.press("ArrowLeft")
    opened.wait_for_url(f"**{target}")


@pytest.mark.parametrize("opened", [(1280, "light")], indirect=True)
def test_a_film_asks_nobody_before_it_is_wanted(opened: "Page", demonstration: str) -> None:
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(request.url))
    opened.goto(demonstration + "/writing-pictures-films/")
    assert [url for url in sent if not url.startswith((demonstration, "data:"))] == []
    opened.locator("a.video").first.click()
    frame = opened.locator("figure.embed iframe").first
    assert str(frame.get_attribute("src")).startswith("https://player.vimeo.com/")


def test_everything_can_be_read_without_script(browser: "Browser", demonstration: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demonstration + "/leap-second/")
    assert page.locator(".prose > p").first.is_visible()
    assert page.locator(".toc a").first.is_visible()
    context.close()
