"""How long it takes from a key to what it writes on the screen, in a real Chromium with a long text in the editor."""

import asyncio
import statistics
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks.asking import asking

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

WORDS, KEYS = 20_000, 200
#: Notes, for each key, the milliseconds until the browser has drawn what came of it.
_NOTE = """() => {
  window.took = [];
  addEventListener("keydown", ({ timeStamp }) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.took.push(performance.now() - timeStamp);
    port2.postMessage(0);
  }), true);
}"""
#: Frames are drawn when there is something to draw: waiting for the turn of a screen is no work of ours.
_ARGUMENTS = ("--disable-frame-rate-limit", "--disable-gpu-vsync")
#: Without a limit a caret that blinks would be drawn thousands of times a second, which takes a whole processor.
_STEADY = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".cm-cursorLayer { animation: none !important }");
  document.adoptedStyleSheets.push(sheet);
}"""


async def _written(url: str, cookie: str, text: str) -> str:
    """The path of the form of a post with a text."""
    ask, writer = await asking(url, cookie)
    fields = urlencode({"title": "Tides", "markdown": text, "language": "en", "do": "save"})
    try:
        await ask("POST", "/admin/posts/new/", fields.encode(), "application/x-www-form-urlencoded")
    except RuntimeError as error:
        for line in str(error).splitlines():
            if line.lower().startswith("location: "):
                return line.partition(": ")[2]
        raise
    finally:
        writer.close()
    raise RuntimeError("the post was not made")


def _pressed(page: "Page") -> tuple[list[float], float]:
    """Milliseconds from each key to the screen, sorted, and those of the processor for a key."""
    page.evaluate(_NOTE)
    asked = page.context.new_cdp_session(page)
    asked.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _worked(asked)
    for number in range(KEYS):
        page.keyboard.type("a tide "[number % 7])
        page.wait_for_timeout(40)
    worked = _worked(asked) - before
    took: list[float] = sorted(page.evaluate("window.took"))
    if len(took) < KEYS:
        raise RuntimeError(f"{len(took)} of {KEYS} keys were noted")
    return took, worked / KEYS * 1e3


def _worked(asked: "CDPSession") -> float:
    """Seconds of the processor that the main thread of a page has taken, also for what is kept of what is typed."""
    metrics: dict[str, float] = {
        each["name"]: each["value"] for each in asked.send("Performance.getMetrics")["metrics"]
    }
    return metrics["TaskDuration"]


def measure(url: str, cookie: str, text: str) -> Mapping[str, float]:
    """Milliseconds from a key to the screen; nothing where there is no Chromium."""
    from playwright.sync_api import Error, sync_playwright

    from tests.conftest import CHROMIUM_ARGUMENTS, chromium_of_the_system

    path = asyncio.run(_written(url, cookie, text))
    name, _, secret = cookie.partition("=")
    with sync_playwright() as playwright:
        arguments = [*CHROMIUM_ARGUMENTS, *_ARGUMENTS]
        try:
            browser = playwright.chromium.launch(executable_path=chromium_of_the_system(), args=arguments)
        except Error:
            return {}
        context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": name, "value": secret, "url": url}])
        page = context.new_page()
        page.set_content("<textarea autofocus rows=20 cols=80></textarea>")
        bare, _ = _pressed(page)
        page.goto(path)
        page.evaluate(_STEADY)
        page.locator(".cm-content").focus()
        for _ in range(20):  # Into the text: before and behind it are words.
            page.keyboard.press("PageDown")
        took, worked = _pressed(page)
        browser.close()
    return {
        "a key in 20,000 words, ms, half of them": statistics.median(took),
        "a key in 20,000 words, ms, 95 of 100": took[int(len(took) * 0.95)],
        "a key in 20,000 words, ms of the processor": worked,
        "a key in an empty field of a bare page, ms, half of them": statistics.median(bare),
    }
