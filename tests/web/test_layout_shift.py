"""Nothing moves while a page arrives: measured by Chromium, with fonts and pictures that come late."""

import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

#: What rounding may make of nothing; 0.1 still counts as good.
MOST = 0.0005
WATCH = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const name = (node) => node?.nodeName ? `${node.nodeName}.${node.className ?? ""}` : "";
      shifts.push([entry.value, entry.sources.map((source) =>
        `${name(source.node)} ${Math.round(source.previousRect.y)}>${Math.round(source.currentRect.y)}`)]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
PATHS = (
    "/",
    "/brass-wheels/",
    "/leap-second/",
    "/four-ways-to-draw-a-mountain/",
    "/specimen-sheet/",
    "/writing-pictures-films/",
    "/archive/",
)


def late(route: "Route") -> None:
    """Let a font come after a second, and a picture after a moment."""
    time.sleep(0.3 if "/media/" in route.request.url else 1)
    route.continue_()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_moves_when_fonts_pictures_and_scripts_arrive(
    browser: "Browser", demonstration: str, path: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.route("**/fonts/*", late)
    page.route("**/media/**", late)
    page.goto(demonstration + path, wait_until="domcontentloaded")
    stands_in = page.evaluate(
        """Promise.all(["Georgia", "Noto", "Times"].map(
            (name) => document.fonts.load(`1em "Literata as ${name}"`).then((faces) => faces.length > 0, () => false)
        )).then((there) => there.some(Boolean))"""
    )
    if not stands_in:
        missing("a serif that stands in for Literata", "none of Georgia, Noto Serif, Times New Roman, Liberation Serif")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => {})")
    page.wait_for_timeout(400)
    assert page.evaluate("[...document.fonts].some(face => face.family == 'Literata' && face.status == 'loaded')")
    shifts: list[tuple[float, list[str]]] = page.evaluate("shifts")
    context.close()
    assert sum(value for value, _ in shifts) <= MOST, shifts
