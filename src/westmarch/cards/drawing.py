"""Drawing a card: title, name and mark of the site on paper, with its colour, as a PNG of 1200 by 630 pixels."""

from io import BytesIO

import uharfbuzz as hb
from PIL import Image, ImageDraw

from westmarch.cards.card import Card
from westmarch.cards.fonts import Fonts
from westmarch.cards.setting import Glyphs, Setting, plain, setting, shortened
from westmarch.web import colours

WIDTH, HEIGHT = 1200, 630

#: The theme's paper, ink and rule in sRGB.
PAPER, INK, RULE = (252, 251, 248), (36, 31, 27), (222, 220, 214)
_MARGIN, _MEASURE = 88, 1200 - 2 * 88
#: Sizes of the title in pixels, each with the most lines that it may take; then it is cut.
_SIZES = ((116, 1), (100, 2), (86, 3), (72, 4), (60, 4), (52, 5))
#: From line to line, and how far the first one reaches up, in sizes of the letters: more than Literata for others.
_LITERATA, _OTHERS = (1.2, 0.72), (1.34, 0.88)
_BOTTOM = 462
_NAME_SIZE, _MARK_SIZE = 30, 52
#: So many tones have the edges of letters, so many colours the mark: enough for the eye, and small as a file.
_STEPS, _MARK_COLOURS = 11, 16


def draw(card: Card, mark: bytes, fonts: Fonts) -> bytes:
    """The card as PNG. `mark` is a PNG with transparency.

    A title that no font on the machine covers is left out, and so is the site's name: never is there an empty box.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    title = setting(plain(card.title), card.language, rtl=card.rtl, fonts=fonts)
    name = setting(plain(card.site), card.site_language, rtl=card.site_rtl, fonts=fonts)
    accent = colours.corrected(card.accent, *colours.ON_LIGHT)
    rtl = card.rtl if title is not None else card.site_rtl
    if title is None:
        title, name = name, None
    top = _title(image, title, fonts, rtl=rtl) if title is not None else _BOTTOM
    left = WIDTH - _MARGIN - 72 if rtl else _MARGIN
    pen.rectangle((left, top - 46, left + 71, top - 41), fill=accent)
    pen.rectangle((_MARGIN, 516, WIDTH - _MARGIN - 1, 517), fill=RULE)
    with Image.open(BytesIO(mark), formats=("PNG",)) as whole:
        picture = whole.convert("RGBA").resize((_MARK_SIZE, _MARK_SIZE), Image.Resampling.LANCZOS)
    _foot(image, name, picture, fonts, rtl=card.site_rtl)
    out = BytesIO()
    image.quantize(palette=_palette(accent, picture), dither=Image.Dither.NONE).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _palette(accent: colours.RGB, mark: Image.Image) -> Image.Image:
    """The colours of a card: steps from paper to ink for the edges of letters, and what else there is."""
    steps = [
        tuple(round(paper + (ink - paper) * step / (_STEPS - 1)) for paper, ink in zip(PAPER, INK, strict=True))
        for step in range(_STEPS)
    ]
    of_mark = mark.convert("RGB").quantize(_MARK_COLOURS).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in (*steps, RULE, accent) for part in colour), *of_mark])
    return palette


def _title(image: Image.Image, title: Setting, fonts: Fonts, *, rtl: bool) -> int:
    """Set the title as large as its length allows, its last line at the foot of its room; returns where it begins."""
    leading, rise = _LITERATA if all(face is fonts.literata for face in title.faces) else _OTHERS
    size, most = next(
        ((size, most) for size, most in _SIZES if title.fits(_MEASURE / size, most)),
        _SIZES[-1],
    )
    title = shortened(title, most, _MEASURE / size, rtl=rtl, fonts=fonts)
    lines = title.balanced(_MEASURE / size)
    first = _BOTTOM - (len(lines) - 1) * size * leading
    for number, (start, end) in enumerate(lines):
        _line(image, title.line(start, end), size, round(first + number * size * leading), rtl=rtl)
    return round(first - size * rise)


def _foot(image: Image.Image, name: Setting | None, mark: Image.Image, fonts: Fonts, *, rtl: bool) -> None:
    """The mark of the site, and beside it its name."""
    image.paste(mark, (WIDTH - _MARGIN - _MARK_SIZE if rtl else _MARGIN, 545), mark)
    if name is not None:
        indent = _MARK_SIZE + 20
        width = (_MEASURE - indent) / _NAME_SIZE
        name = shortened(name, 1, width, rtl=rtl, fonts=fonts)
        (start, end), *_ = name.lines(width)
        _line(image, name.line(start, end), _NAME_SIZE, 581, rtl=rtl, indent=indent)


def _line(image: Image.Image, glyphs: list[Glyphs], size: int, baseline: int, *, rtl: bool, indent: int = 0) -> None:
    """Draw a line of glyphs from the margin on which its text begins."""
    left: float = _MARGIN + indent
    if rtl:
        left = WIDTH - _MARGIN - indent - size * sum(run.width for run in glyphs)
    top, bottom = max(0, baseline - 2 * size), min(HEIGHT, baseline + size)
    raster = hb.RasterDraw()
    raster.extents = hb.RasterExtents(0, 0, WIDTH, bottom - top, WIDTH)
    for run in glyphs:
        scale = size / run.face.units
        for glyph, x, y, advance in run.glyphs:
            raster.transform = (scale, 0, 0, -scale, left + x * scale, baseline - top - y * scale)
            raster.draw_glyph(run.face.font, glyph)
            left += advance * scale
    drawn = raster.render()
    if drawn is not None:
        mask = Image.frombuffer("L", (WIDTH, bottom - top), bytes(drawn.buffer), "raw", "L", WIDTH, 1)
        image.paste(INK, (0, top, WIDTH, bottom), mask)
