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
#: Name, page of the demonstration, width and height of the window, scheme.
SHOTS: tuple[tuple[str, str, int, int, Scheme], ...] = (
    ("light", "front", 1280, 900, "light"),
    ("dark", "post with code", 1280, 900, "dark"),
    ("phone", "post en", 390, 844, "light"),
    ("chinese", "post zh", 1280, 900, "light"),
)


def take(browser: "Browser", pages: dict[str, str]) -> list[Path]:
    """Take them anew from the demonstration's pages."""
    FOLDER.mkdir(exist_ok=True)
    return [_take(browser, name, pages[page], (width, height), scheme) for name, page, width, height, scheme in SHOTS]


def _take(browser: "Browser", name: str, address: str, window: tuple[int, int], scheme: Scheme) -> Path:
    context = browser.new_context(
        viewport={"width": window[0], "height": window[1]}, color_scheme=scheme, device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(address)
    page.evaluate(ALL_THERE)
    taken = page.screenshot(type="png")
    context.close()
    file = FOLDER / f"{name}.webp"
    with Image.open(BytesIO(taken)) as image:
        for quality in range(90, 40, -10):
            image.convert("RGB").save(file, quality=quality, method=6)
            if file.stat().st_size <= LARGEST:
                break
    return file
