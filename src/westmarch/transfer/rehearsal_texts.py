"""One text in two renderings, each a document of its own for a frame that may do nothing.

As it was: HTML as it stands, Markdown by the rules of CommonMark alone, so that what only the old program understood
is seen as it is written. As it will be: by the renderer and the default theme. Both have passed the sanitizer; the
frames run no script and load nothing, pictures are in them as small copies.
"""

import base64
import re
from collections.abc import Callable
from functools import cache
from html import escape, unescape
from importlib.resources import files
from io import BytesIO
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from westmarch.text import places
from westmarch.text.sanitizer import DEEPEST_HTML, nesting, sanitize
from westmarch.transfer.rehearsal import Doubtful, Original

#: Longer texts are cut in the page.
_LONGEST = 40_000
#: The longer side of a picture's copy, in pixels, and how many of a text are shown.
_SIDE, _PICTURES = 640, 8
_SRC = re.compile(r'(<img\b[^>]*?\ssrc=")([^"]*)(")')
_FACE = re.compile(r"@font-face \{.*?\}\n?", re.DOTALL)
_FONT = re.compile(r'url\("fonts/([a-z-]+\.woff2)"\)')
#: Faces that a copy of the style has; the others are for letters that come seldom.
_FONTS = frozenset({"literata-roman.woff2", "literata-italic.woff2"})


@cache
def pages() -> Environment:
    """The templates of the page, which escape all that they are given."""
    return Environment(
        loader=PackageLoader("westmarch.transfer", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


@cache
def style() -> Markup:
    """The style of the default theme, with its two most used fonts in it."""
    static = files("westmarch.theme") / "static"
    text = (static / "theme.css").read_text(encoding="utf-8").removeprefix('@charset "utf-8";\n')

    def face(match: re.Match[str]) -> str:
        font = _FONT.search(match[0])
        used = font is None or (font[1] in _FONTS and "font-family: Literata;" in match[0])
        return match[0] if used else ""

    def font(match: re.Match[str]) -> str:
        data = base64.b64encode((static / "fonts" / match[1]).read_bytes()).decode("ascii")
        return f'url("data:font/woff2;base64,{data}")'

    # A file of the package, that no visitor writes: it holds no end of an element.
    return Markup(_FONT.sub(font, _FACE.sub(face, text)))  # noqa: S704


def before(one: Doubtful) -> str:
    """The document of a text as it was."""
    pictures = {PurePosixPath(path.name).name: path for path in one.pictures.values()}

    def find(src: str) -> Path | None:
        return pictures.get(PurePosixPath(unquote(urlsplit(src).path)).name)

    return _document(one, "before", _shown(_plainly(one.original), find))


def after(one: Doubtful) -> str:
    """The document of a text as it will be."""
    html = one.rendered.html.replace(places.MARK, "")
    if len(html) > _LONGEST:
        html = sanitize(html[:_LONGEST])
    return _document(one, "after", _shown(html, one.pictures.get))


def _document(one: Doubtful, side: str, html: str) -> str:
    # Both passed the sanitizer; addresses of pictures alone were replaced since.
    return (
        pages()
        .get_template("shown.html")
        .render(
            side=side,
            title=one.title,
            language=one.language,
            style=style(),
            html=Markup(html),  # noqa: S704
        )
    )


def _plainly(original: Original) -> str:
    """The text as a program without any ways of its own would show it."""
    text = original.text[:_LONGEST]
    if original.format == "markdown":
        from markdown_it import MarkdownIt

        text = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    if original.format == "plain" or nesting(text) > DEEPEST_HTML:
        return f"<pre>{escape(text)}</pre>"
    return sanitize(text).replace(places.MARK, "")


def _shown(html: str, find: Callable[[str], Path | None]) -> str:
    """The HTML with small copies in place of its pictures, and with nothing in place of those that are not here."""
    left = [_PICTURES]

    def copied(match: re.Match[str]) -> str:
        path = find(unescape(match[2]))
        data = _copy(path) if path and left[0] else None
        left[0] -= data is not None
        return f"{match[1]}{data or 'data:,'}{match[3]}"

    return _SRC.sub(copied, html)


def _copy(path: Path) -> str | None:
    """A small copy of a picture as an address that holds it; None of what is none."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (_SIDE, _SIDE))
            small = ImageOps.exif_transpose(picture).convert("RGBA" if "A" in picture.getbands() else "RGB")
            small.thumbnail((_SIDE, _SIDE))
            content = BytesIO()
            small.save(content, "WEBP", quality=60)
    except (UnidentifiedImageError, OSError, ValueError):
        return None
    return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
