"""Posts made of attacks, in a real browser without any policy: nothing runs, nothing is asked of elsewhere.

Pictures of other sites may be shown, for writers may link to them: a request for a picture is not counted. Everything
else that a page could fetch before a click is: scripts, styles, frames, media, fonts, fetches, prefetches.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.text.safety import MARKDOWN, vectors
from westmarch.text.markdown import render
from westmarch.text.places import place

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Route

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:9/"
EMPTY_PICTURE = b64decode("R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


class Visit:
    """A page in which posts are opened, and what they did."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.body = ""
        self.deeds: list[str] = []
        page.route("**/*", self._answer)
        page.on("dialog", self._dialog)
        page.on("popup", lambda popup: self.deeds.append(f"popup {popup.url}"))
        page.on("download", lambda download: self.deeds.append(f"download {download.url}"))
        page.expose_function("caught", lambda what: self.deeds.append(f"script: {what}"))
        page.add_init_script(
            "for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])"
            " window[name] = () => window.caught(name);"
        )

    def _dialog(self, dialog: "Dialog") -> None:
        self.deeds.append("dialog")
        dialog.dismiss()

    def _answer(self, route: "Route") -> None:
        request = route.request
        if request.url == HERE and request.is_navigation_request():
            route.fulfill(body=self.body, content_type="text/html; charset=utf-8")
        elif request.resource_type == "image":
            route.fulfill(body=EMPTY_PICTURE, content_type="image/gif")
        else:
            self.deeds.append(f"{request.resource_type} {request.url}")
            route.abort()

    def open(self, bodies: list[str]) -> list[str]:
        """Open a page with these posts, touch and point at all that reacts, and give back what happened."""
        articles = "".join(f"<article>{body}</article>" for body in bodies)
        self.body = f"<!doctype html><html><head><title>Posts</title></head><body><main>{articles}</main></body></html>"
        self.deeds.clear()
        self.page.goto(HERE, wait_until="load")
        self.page.evaluate(
            "for (const element of document.querySelectorAll('main *'))"
            " for (const name of ['mouseover', 'focus', 'toggle', 'error', 'load', 'pointerenter', 'animationstart'])"
            " element.dispatchEvent(new Event(name, {bubbles: false}));"
        )
        self.page.wait_for_timeout(20)
        return list(self.deeds)


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Visit]:
    context = browser.new_context()
    yield Visit(context.new_page())
    context.close()


def post(markdown: str) -> str:
    """What a reader's page would hold of a text."""
    rendered = render(markdown)
    return place(rendered.html, "") + place(rendered.excerpt_html, "")


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<p onmouseover=alert(1)>x</p>",
        "<iframe src='https://x.example/'></iframe>",
        "<link rel=stylesheet href=https://x.example/a.css>",
        "<video src=https://x.example/a.mp4 preload=auto></video>",
    ],
)
def test_the_page_notices_what_is_not_sanitized(visit: Visit, attack: str) -> None:
    assert visit.open([attack])


def test_known_attacks_do_nothing(visit: Visit, inputs: Callable[[str], Path]) -> None:
    attacks = vectors(inputs)
    for start in range(0, len(attacks), 40):
        some = attacks[start : start + 40]
        bodies = [post(text) for attack in some for text in (attack, f"- {attack}", f"[x]({attack}) <p>{attack}")]
        assert visit.open(bodies) == []


def test_no_link_of_an_attack_runs_when_it_is_followed(visit: Visit, inputs: Callable[[str], Path]) -> None:
    bodies = [
        post(text) for attack in vectors(inputs) for text in (attack, f"[x]({attack})", f"<a href='{attack}'>y</a>")
    ]
    visit.open(bodies)
    schemes = visit.page.evaluate("[...new Set([...document.querySelectorAll('main a[href]')].map(a => a.protocol))]")
    # ":" is what Chromium says of an address that it cannot read.
    assert set(schemes) <= {":", "http:", "https:", "mailto:", "tel:", "sms:", "xmpp:", "irc:", "ircs:", "ftp:", "geo:"}


def test_videos_ask_nothing_of_their_hosts_before_a_click(visit: Visit) -> None:
    texts = [
        "https://youtu.be/dQw4w9WgXcQ",
        "https://vimeo.com/76979871",
        '::video{url="/media/ab/c.mp4" poster="/media/ab/c.webp"}',
        '<iframe src="https://player.bilibili.com/player.html?bvid=BV1xx411c7mD"></iframe>',
        '<video src="https://x.example/a.mp4" poster="https://x.example/a.png" autoplay preload="auto"></video>',
        '<audio src="https://x.example/a.mp3" autoplay controls></audio>',
    ]
    assert visit.open([post(text) for text in texts]) == []


def test_generated_texts_do_nothing(visit: Visit) -> None:
    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(MARKDOWN, min_size=20, max_size=20))
    def check(markdowns: list[str]) -> None:
        assert visit.open([post(markdown) for markdown in markdowns]) == []

    check()
