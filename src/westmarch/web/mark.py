"""The mark of a site, `static/icon.svg`: checked, given the owner's colour, and made into pictures.

The mark of the package is drawn in this process. One of the owner's own is drawn in another, with limits on time and
memory (`python -m westmarch.web.mark`): what is wrong with it costs that process alone.
"""

import base64
import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

from westmarch import confined
from westmarch.errors import Invalid

logger = logging.getLogger(__name__)

#: The longest file, the deepest nesting and the most elements of a mark.
LARGEST, DEEPEST, MOST = 100_000, 40, 5_000
SECONDS = 5.0
_MEMORY = 1024**3
_SVG = "http://www.w3.org/2000/svg"
_CURRENT = b"currentColor"
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg\b")
_COLOUR = re.compile(rb"""\scolor\s*=\s*("[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that was checked; `tinted` says that it takes the owner's colour, `packaged` that it is the package's."""

    svg: bytes
    tinted: bool
    packaged: bool


def checked(svg: bytes, colour: str, *, packaged: bool) -> Mark:
    """The mark with the colour (`#1f6f8b`) where it says `currentColor`. Raises Invalid, saying what cannot be taken.

    Refused are declarations (entities can be bombs), scripts and other documents, and what is too large or too deep.
    """
    if len(svg) > LARGEST:
        raise Invalid(f"it has {len(svg):,} bytes; {LARGEST:,} are the most")
    try:
        svg.decode()
    except UnicodeDecodeError as error:
        raise Invalid("it is not written in UTF-8") from error
    _walk(svg)
    if _CURRENT not in svg:
        return Mark(svg, tinted=False, packaged=packaged)
    opening = _ROOT.search(svg)
    end = svg.find(b">", opening.end()) if opening else -1
    if opening is None or end < 0:
        raise Invalid("its root is not to be found")
    attributes = _COLOUR.sub(b"", svg[opening.end() : end])
    tint = b' color="' + colour.encode() + b'"'
    return Mark(svg[: opening.end()] + tint + attributes + svg[end:], tinted=True, packaged=packaged)


def _walk(svg: bytes) -> None:
    depth = count = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        space, _, local = name.rpartition(" ")
        if count == 1 and (space, local) != (_SVG, "svg"):
            raise Invalid(f"its root is {local}, not svg of the namespace {_SVG}")
        if depth > DEEPEST or count > MOST:
            raise Invalid(f"it has more than {MOST:,} elements or {DEEPEST} levels of them")
        if local in ("script", "foreignObject"):
            raise Invalid(f"it holds <{local}>")
        for key, value in attributes.items():
            if key.rpartition(" ")[2] == "href" and not value.strip().startswith(("#", "data:image/")):
                raise Invalid(f"it refers to something else: {value[:80]}")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_arguments: object) -> None:
        raise Invalid("it has a DOCTYPE, which is not taken")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, refuse
    try:
        parser.Parse(svg, True)  # noqa: FBT003 - the function takes no names
    except (expat.ExpatError, LookupError, ValueError) as error:  # The last two of an encoding that it says it has.
        raise Invalid(f"it is no XML: {error}") from error


def pictures(mark: Mark, sizes: Iterable[int]) -> dict[int, bytes]:
    """Square PNGs of the mark by their size in pixels. Raises Invalid where it cannot be drawn."""
    if mark.packaged:
        return _draw(mark.svg, sizes)
    try:
        made = confined.ask("westmarch.web.mark", {"svg": mark.svg.decode(), "sizes": list(sizes)}, seconds=SECONDS)
    except Invalid as error:
        raise Invalid(f"it cannot be drawn: {error.message}") from error
    return {int(size): base64.b64decode(picture) for size, picture in made.items()}


def _draw(svg: bytes, sizes: Iterable[int]) -> dict[int, bytes]:
    import resvg_py

    text = svg.decode()
    return {
        size: _squared(resvg_py.svg_to_bytes(svg_string=text, width=size, height=size, skip_system_fonts=True), size)
        for size in sizes
    }


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


def _asked(question: dict[str, Any]) -> object:
    made = _draw(question["svg"].encode(), question["sizes"])
    return {size: base64.b64encode(picture).decode() for size, picture in made.items()}


if __name__ == "__main__":
    os.chdir(Path(__file__).parent)  # A reference that was overlooked finds nothing of the site.
    confined.answer(_asked, seconds=SECONDS, memory=_MEMORY)
