"""Takes the pictures: each page once loaded, then shown in every width and scheme."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Page

Scheme = Literal["light", "dark"]
WIDTHS = (360, 768, 1280, 1920)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
#: Pixels of a page that are shown at most.
TALLEST = 7_000
#: The height of the window.
WINDOW = 900
#: Let pictures that wait for being scrolled to come at once, and wait for them and for the fonts.
ALL_THERE = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode().catch(() => null))]);
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a page of a site, as a file."""

    site: str
    page: str
    width: int
    scheme: Scheme
    file: Path


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A Chromium of the system, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM_ARGUMENTS, chromium_of_the_system

    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses to run as root otherwise.
    with sync_playwright() as playwright:
        arguments = [*CHROMIUM_ARGUMENTS, "--hide-scrollbars", *sandbox]
        browser = playwright.chromium.launch(executable_path=chromium_of_the_system(), args=arguments)
        yield browser
        browser.close()


def take(
    page: "Page",
    site: str,
    name: str,
    address: str,
    folder: Path,
    widths: Sequence[int],
    schemes: Sequence[Scheme],
    step: Callable[[], None],
) -> Iterator[Picture]:
    """Pictures of a page in all widths and schemes; `step` is called after each."""
    page.set_viewport_size({"width": widths[0], "height": WINDOW})
    page.goto(address)
    page.evaluate(ALL_THERE)
    for width in widths:
        page.set_viewport_size({"width": width, "height": WINDOW})
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            tall = min(TALLEST, page.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)"))
            file = folder / f"{site}-{name.replace(' ', '-').replace(',', '')}-{width}-{scheme}.jpg"
            clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": max(tall, WINDOW)}
            page.screenshot(path=file, full_page=True, clip=clip, type="jpeg", quality=82)
            step()
            yield Picture(site, name, width, scheme, file)
