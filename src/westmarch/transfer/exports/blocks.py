"""Sanitized HTML in blocks: paragraphs, lists, tables and their like, one after the other."""

import html as entities
import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

# The sanitizer writes attributes in double quotes.
_TAG = re.compile(r'<(/?)([A-Za-z][A-Za-z0-9-]*)((?:[^<>"]|"[^"]*")*)>')
_VOID = frozenset({"br", "col", "hr", "img", "input", "source", "track", "wbr"})
#: What begins a block of HTML in Markdown (https://spec.commonmark.org/0.31.2/#html-blocks, kinds 1 and 6).
_NAMES = (
    "address article aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_NAMES.split())
#: Elements that only group what is in them, where they say nothing more.
_GROUPS = frozenset({"article", "div", "footer", "header", "main", "section"})
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_FIGURE = re.compile(
    r"<figure[^<>]*>\s*(?P<open><a\b[^<>]*>)?\s*(?P<img><img\b[^<>]*>)\s*(?(open)</a>)\s*"
    r"<figcaption[^<>]*>(?P<caption>[^<>]*)</figcaption>\s*</figure>"
)
_IMG = re.compile(r"<img\b[^<>]*>")
_ATTRIBUTE = re.compile(r'\s(src|alt|title)="([^"]*)"')


def split(html: str) -> list[str]:
    """The blocks of sanitized HTML; text that stands in none becomes a paragraph. Empty paragraphs are left out.

    Elements that only group are opened up. Titles of pictures that only repeat their name are taken off.
    """
    html = _IMG.sub(_untitled, html)
    found: list[str] = []
    depth, mark, begun = 0, 0, -1
    for tag in _TAG.finditer(html):
        closing, name = bool(tag[1]), tag[2].lower()
        if depth:
            if name not in _VOID:
                depth += -1 if closing else 1
            if not depth and begun >= 0:
                found.append(html[begun : tag.end()])
                mark, begun = tag.end(), -1
            continue
        if closing or name in _BLOCKS:
            found.append(_paragraph(html[mark : tag.start()]))
            mark = tag.end()
            if closing or (name in _GROUPS and not _says(tag[3])):
                continue
            if name in _VOID:
                found.append(tag[0])
                continue
            depth, begun = 1, tag.start()
        elif name not in _VOID:
            depth = 1
    found.append(_paragraph(html[mark:]))
    return [block for block in found if block and not _EMPTY.fullmatch(block)]


def _paragraph(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    holds = any(tag[2].lower() in _BLOCKS for tag in _TAG.finditer(text))
    return f"<div>{text}</div>" if holds else f"<p>{text}</p>"


def _says(attributes: str) -> bool:
    """Whether a grouping element says more than how it looks."""
    return re.search(r"\s(?:id|lang|dir|title|aria-[a-z]+)=", attributes) is not None


def _untitled(img: re.Match[str]) -> str:
    said = {name: entities.unescape(value) for name, value in _ATTRIBUTE.findall(img[0])}
    title = _folded(said.get("title", ""))
    names = {"", _folded(said.get("alt", "")), _folded(_stem(said.get("src", "")))}
    return _ATTRIBUTE.sub(lambda one: "" if one[1] == "title" else one[0], img[0]) if title in names else img[0]


def _stem(src: str) -> str:
    try:
        path = unquote(urlsplit(src).path)
    except ValueError:
        return ""
    return re.sub(r"-\d+x\d+$", "", PurePosixPath(path).stem)


def _folded(text: str) -> str:
    return " ".join(re.split(r"[-_\s]+", text.casefold())).strip()


def captioned(block: str) -> str:
    """A figure with a plain caption as a picture with a title, which in our Markdown is its caption."""
    figure = _FIGURE.fullmatch(block)
    if figure is None or 'title="' in figure["img"]:
        return block
    caption = entities.escape(entities.unescape(figure["caption"]).strip())
    img = f'{figure["img"].removesuffix(">").rstrip("/ ")} title="{caption}">'
    return f"<p>{figure['open']}{img}</a></p>" if figure["open"] else f"<p>{img}</p>"


def name(block: str) -> str:
    """The name of the element that a block is."""
    opening = _TAG.match(block)
    assert opening is not None
    return opening[2].lower()


def kept(block: str) -> str:
    """A block as Markdown holds it: an empty line would end it there, so none stays.

    Within preformatted text a character reference stands for the end of a line.
    """
    if block.startswith("<pre"):
        return block
    pieces = _PRE.split(block)
    return "".join(
        re.sub(r"\n(?=[ \t]*\n)", "&#10;", piece) if number % 2 else re.sub(r"\n\s*\n", "\n", piece)
        for number, piece in enumerate(pieces)
    )
