"""The mark of a site, `static/icon.svg`: checked, and given the owner's colour."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from westmarch.errors import Invalid

#: The longest file, the deepest nesting and the most elements of a mark.
LARGEST, DEEPEST, MOST = 100_000, 40, 5_000
_SVG = "http://www.w3.org/2000/svg"
_CURRENT = b"currentColor"
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg\b")
_COLOUR = re.compile(rb"""\scolor\s*=\s*("[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that was checked; `tinted` says that it takes the owner's colour."""

    svg: bytes
    tinted: bool


def checked(svg: bytes, colour: str) -> Mark:
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
        return Mark(svg, tinted=False)
    opening = _ROOT.search(svg)
    end = svg.find(b">", opening.end()) if opening else -1
    if opening is None or end < 0:
        raise Invalid("its root is not to be found")
    attributes = _COLOUR.sub(b"", svg[opening.end() : end])
    tint = b' color="' + colour.encode() + b'"'
    return Mark(svg[: opening.end()] + tint + attributes + svg[end:], tinted=True)


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
