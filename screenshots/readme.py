"""The four pictures of the README, as small files."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from screenshots.camera import ALL_THERE, Scheme

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
#: Bytes of a picture at most.
LARGEST = 250_000
#: Name, page of the demonstration and what of it is scrolled to, width and height of the window, scheme.
SHOTS: tuple[tuple[str, str, str, int, int, Scheme], ...] = (
    ("light", "front", "body", 1280, 900, "light"),
    ("dark", "post en", "figure.code", 1280, 900, "dark"),
    ("phone", "post en", "body", 390, 844, "light"),
    ("chinese", "post zh", "body", 1280, 900, "light"),
)
#: Scroll so far that an element stands in the middle of the window, the whole page at its top.
SHOWN = """(element) => {
  element.scrollIntoView({ block: element === document.body ? "start" : "center", behavior: "instant" });
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def take(browser: "Browser", pages: dict[str, str]) -> list[Path]:
    """Take them anew from the demonstration's pages."""
    FOLDER.mkdir(exist_ok=True)
    return [
        _take(browser, name, pages[page], part, (width, height), scheme)
        for name, page, part, width, height, scheme in SHOTS
    ]


def _take(browser: "Browser", name: str, address: str, part: str, window: tuple[int, int], scheme: Scheme) -> Path:
    context = browser.new_context(
        viewport={"width": window[0], "height": window[1]}, color_scheme=scheme, device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(address)
    page.evaluate(ALL_THERE)
    page.locator(part).first.evaluate(SHOWN)
    taken = page.screenshot(type="png")
    context.close()
    file = FOLDER / f"{name}.webp"
    with Image.open(BytesIO(taken)) as image:
        for quality in range(90, 40, -10):
            image.convert("RGB").save(file, quality=quality, method=6)
            if file.stat().st_size <= LARGEST:
                break
    return file
