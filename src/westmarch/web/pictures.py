"""The pictures that are made of a site's mark, in a process of their own: `python -m westmarch.web.pictures`.

What is wrong with a mark costs that process alone, which has limits on time and memory; and what draws would take 12 MB
of the server's memory for good, for work that is done once.
"""

import base64
import os
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from westmarch import confined
from westmarch.web.mark import Mark

SECONDS = 5.0
_MEMORY = 1024**3
#: The part of a maskable icon that is never cut off is a circle of 80 % of its width (W3C Manifest, purpose
#: `maskable`); the square within that circle has so many of 512 pixels.
SAFE = 288
#: The sizes in a favicon, the largest first.
FAVICON = (48, 32, 16)

#: Draws the mark as a PNG of so many pixels, square.
Draw = Callable[[int], bytes]


def pictures(mark: Mark, ground: str) -> dict[str, bytes]:
    """The pictures of `PICTURES` by their names. Raises Invalid, saying why the mark cannot be drawn.

    The mark stands on `ground` (`#1f6f8b`) where a picture may not be transparent.
    """
    made = confined.ask("westmarch.web.pictures", {"svg": mark.svg.decode(), "ground": ground}, seconds=SECONDS)
    return {name: base64.b64decode(picture) for name, picture in made.items()}


def draw(svg: str, size: int) -> bytes:
    """A square PNG of an SVG."""
    import resvg_py

    return _squared(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True), size)


def _squared(picture: bytes, size: int) -> bytes:
    """The picture in the middle of a square; what is broader than high is drawn as broad as the square, and lower."""
    from PIL import Image

    with Image.open(BytesIO(picture), formats=("PNG",)) as drawn:
        if drawn.size == (size, size):
            return picture
        whole = Image.new("RGBA", (size, size))
        whole.paste(drawn, ((size - drawn.width) // 2, (size - drawn.height) // 2))
    out = BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


def _ico(draw: Draw, _ground: str) -> bytes:
    """A favicon: PNGs of several sizes in one file."""
    from PIL import Image

    out = BytesIO()
    largest, *smaller = (Image.open(BytesIO(draw(size))) for size in FAVICON)
    largest.save(out, "ICO", sizes=[(size, size) for size in FAVICON], append_images=smaller)
    return out.getvalue()


def _bare(size: int) -> Callable[[Draw, str], bytes]:
    """The mark as it is, with what is transparent in it."""
    return lambda draw, _ground: draw(size)


def _filled(size: int, inner: int) -> Callable[[Draw, str], bytes]:
    """The mark in `inner` pixels on its ground, which fills a square of `size` pixels."""

    def make(draw: Draw, ground: str) -> bytes:
        from PIL import Image

        with Image.open(BytesIO(draw(inner))) as picture:
            mark = picture.convert("RGBA")
        whole = Image.new("RGB", (size, size), ground)
        whole.paste(mark, ((size - inner) // 2, (size - inner) // 2), mark)
        out = BytesIO()
        whole.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        return out.getvalue()

    return make


#: How each picture is made, of what draws the mark and the colour of its ground.
PICTURES: Mapping[str, Callable[[Draw, str], bytes]] = {
    "favicon.ico": _ico,
    "apple-touch-icon.png": _filled(180, 180),
    "icon-192.png": _bare(192),
    "icon-512.png": _bare(512),
    "icon-maskable-512.png": _filled(512, SAFE),
    "card.png": _bare(208),
}


def _asked(question: dict[str, Any]) -> object:
    mark = partial(draw, question["svg"])
    made = {name: make(mark, question["ground"]) for name, make in PICTURES.items()}
    return {name: base64.b64encode(picture).decode() for name, picture in made.items()}


if __name__ == "__main__":
    os.chdir(Path(__file__).parent)  # A reference that was overlooked finds nothing of the site.
    confined.answer(_asked, seconds=SECONDS, memory=_MEMORY)
