"""The mark of a site: given the owner's colour, and harmless whatever is in the file."""

import time
from io import BytesIO

import pytest
from PIL import Image

from westmarch.errors import Invalid
from westmarch.web.mark import LARGEST, Mark, checked
from westmarch.web.pictures import draw
from westmarch.web.theme import DEFAULT

PACKAGED = (DEFAULT / "static" / "icon.svg").read_bytes()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 32 32">%b</svg>'
SQUARE = SVG % b'<rect width="32" height="32" fill="#123456"/>'
BOMB = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">%b]>' % b"".join(
    b'<!ENTITY %c "%b">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghij"
)


def drawn(mark: Mark, size: int = 64) -> bytes:
    return draw(mark.svg.decode(), size)


def colour(picture: bytes) -> tuple[int, ...]:
    """The colour in the middle of its upper part."""
    with Image.open(BytesIO(picture)) as image:
        return tuple(image.convert("RGBA").getpixel((image.width // 2, image.height // 10)))  # type: ignore[arg-type]  # four parts


@pytest.mark.unit
@pytest.mark.parametrize(
    ("svg", "why"),
    [
        (b"", "no XML"),
        (b"GIF89a", "no XML"),
        (b"<svg/>", "root"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "root is html"),
        (SVG % b"<script>alert(1)</script>", "script"),
        (SVG % b"<g><foreignObject/></g>", "foreignObject"),
        (SVG % b'<image xlink:href="https://example.com/x.png"/>', "refers"),
        (SVG % b'<image href="/etc/passwd"/>', "refers"),
        (SVG % b'<use href="file:///etc/passwd#a"/>', "refers"),
        (SVG % b'<a href="javascript:alert(1)"><g/></a>', "refers"),
        (BOMB + SVG % b"<text>&j;</text>", "DOCTYPE"),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SQUARE, "DOCTYPE"),
        (SVG % (b"<g>" * 100_000), "levels|bytes"),
        (SVG % (b"<g>" * 60 + b"</g>" * 60), "levels"),
        (SVG % (b"<g/>" * 6_000), "elements"),
        (SVG % (b" " * LARGEST), "bytes"),
        (SQUARE.replace(b"#123456", b"\xff"), "UTF-8"),
        (SQUARE.decode().encode("utf-16"), "UTF-8"),
        (SQUARE[:-5], "no XML"),
        *((b'<?xml version="1.0" encoding="%b"?>' % name + SQUARE, "no XML") for name in (b"cp932", b"rot13", b"none")),
    ],
)
def test_what_could_do_harm_is_refused_with_its_reason(svg: bytes, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(Invalid, match=why):
        checked(svg, "#175d78")
    assert time.monotonic() - began < 2


@pytest.mark.unit
def test_the_mark_of_the_package_takes_the_colour_of_the_owner() -> None:
    red, green = (drawn(checked(PACKAGED, tint)) for tint in ("#b00000", "#00a000"))
    assert colour(red) == (0xB0, 0, 0, 255)
    assert colour(green) == (0, 0xA0, 0, 255)


@pytest.mark.unit
@pytest.mark.parametrize(
    "root",
    [b"<svg %b>", b"<svg %b color='#fff'>", b'<svg color="currentColor" %b>', b"<!-- mine -->\n<svg\n%b\n>"],
)
def test_a_mark_gets_one_colour_whatever_it_had(root: bytes) -> None:
    namespace = b'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"'
    svg = root % namespace + b'<rect width="32" height="32" fill="currentColor"/></svg>'
    found = checked(svg, "#b00000")
    assert found.tinted
    assert colour(drawn(found)) == (0xB0, 0, 0, 255)
    assert checked(found.svg, "#b00000") == found


@pytest.mark.unit
def test_a_mark_with_colours_of_its_own_keeps_them() -> None:
    found = checked(SQUARE, "#b00000")
    assert not found.tinted
    assert found.svg == SQUARE
    assert colour(drawn(found)) == (0x12, 0x34, 0x56, 255)


@pytest.mark.unit
@pytest.mark.parametrize(("width", "height", "middle"), [(100, 50, 16), (50, 100, 16), (100_000, 1, 1)])
def test_a_mark_that_is_no_square_stands_in_the_middle_of_one(width: int, height: int, middle: int) -> None:
    root = b'<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d">' % (width, height)
    svg = root + b'<rect width="100%" height="100%" fill="#123456"/></svg>'
    with Image.open(BytesIO(drawn(checked(svg, "#b00000"), 32))) as image:
        assert image.size == (32, 32)
        lengths = (32, middle) if width > height else (middle, 32)
        left, top = ((32 - length) // 2 for length in lengths)
        assert image.getbbox() == (left, top, left + lengths[0], top + lengths[1])
