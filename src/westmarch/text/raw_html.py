"""Raw HTML within Markdown: made harmless to the text around it, and read for what the sanitizer will take out.

Safety is the sanitizer's, which does not say what it removed; this tells the writer. And it keeps a mention such as
`<script>`, a comment or a quotation mark that is never closed from swallowing the rest of the text: as with GitHub's
"disallowed raw HTML", such a `<` is shown. So is that of what is no element at all, as in `List<int>`: whoever wrote it
meant the words.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from westmarch.text.cleaning import clean
from westmarch.text.notices import warn
from westmarch.text.sanitizer import ATTRIBUTES, EVERYWHERE, SCHEMES, TAGS, classes_of

_TAG = re.compile(r"<(?:([A-Za-z][^\s/><]{0,60})|!--)")
_ATTRIBUTE = re.compile(r"[\s/]*+([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:(\")|(')|([^\s>\"'][^\s>]*+)))?")
_END = re.compile(r"[\s/]*+>")
_REFERENCE = re.compile(r"&#(?:[xX]0*+([0-9a-fA-F]{1,7})|0*+([0-9]{1,7}));?")
# Browsers pass over tabs and line ends anywhere in an address, and over controls and spaces before it.
_SCHEME = re.compile(r"[\0-\x20]*([A-Za-z][A-Za-z0-9+.\t\r\n-]{0,40}):")
_URLS = frozenset({"href", "src", "cite", "poster"})
_SWALLOW = frozenset(
    {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"}
    | {"select", "template", "svg", "frameset", "object"}
)
# The elements of HTML that are not allowed, those of old (https://html.spec.whatwg.org/#non-conforming-features) and
# what drawings are made of: they are taken out. Names with `-` or `:` are elements of somebody's own.
_OTHERS = (
    "html head body base link meta button canvas data datalist dialog embed fieldset form hgroup legend main map area "
    "menu meter optgroup option output param portal progress search slot applet acronym basefont bgsound big blink "
    "center dir font frame isindex image keygen listing marquee menuitem multicol nextid nobr rb rtc spacer strike tt "
    "path g rect circle ellipse line polyline polygon text tspan textpath defs use symbol marker pattern clippath mask "
    "filter lineargradient radialgradient stop desc metadata foreignobject animate animatetransform"
)
_ELEMENTS = TAGS | _SWALLOW | frozenset(_OTHERS.split())
_CLOSING = re.compile(r"</([A-Za-z][^\s/><]{0,60})")
_QUIET = frozenset({"style", "class", "target", "align", "border", "loading", "decoding", "preload"})
"""Attributes that leave no gap when they go: old posts are full of them, and one warning for each kind is enough."""


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening tag (or a comment, named `!--`), and whether it ends; what a `_SWALLOW` element holds is not read."""

    start: int
    name: str
    attributes: tuple[tuple[str, str], ...]
    closed: bool


def defuse(html: str, line: int | None, env: Any) -> str:
    """Raw HTML that keeps to itself, with warnings of what of it will not be kept."""
    html = _REFERENCE.sub(_fit, html) if "&#" in html else html
    html = _CLOSING.sub(lambda match: match[0] if _is_element(match[1].lower()) else f"&lt;{match[0][1:]}", html)
    pieces: list[str] = []
    done = 0
    for tag in tags(html):
        if tag.closed and _is_element(tag.name):
            _report(tag, line, env)
            continue
        if tag.closed:
            warn(env, line, f"<{tag.name}> is no element of HTML, and shown as text.")
        else:
            shown = html[tag.start : tag.start + 40].split("\n")[0]
            warn(env, line, f"“{shown}” is never closed, and shown as text.")
        pieces += [html[done : tag.start], "&lt;"]
        done = tag.start + 1
    return "".join(pieces) + html[done:]


def _is_element(name: str) -> bool:
    """Whether a name is that of an element, be it allowed or not (a comment is one here)."""
    return name in _ELEMENTS or name == "!--" or "-" in name or ":" in name


def _fit(match: re.Match[str]) -> str:
    """A character reference, unless it stands for what may not stand in a text: controls, noncharacters."""
    code = int(match[1], 16) if match[1] else int(match[2])
    # From 128 to 159 browsers read the letters of Windows-1252; above the last code point a replacement character.
    return match[0] if 0x80 <= code <= 0x9F or code > 0x10FFFF or clean(chr(code)) else ""


def bad_scheme(url: str) -> str:
    """The scheme of an address, if it is one that is not allowed."""
    match = _SCHEME.match(url)
    scheme = re.sub(r"[\t\r\n]", "", match[1]).lower() if match else ""
    return scheme if scheme and scheme not in SCHEMES else ""


def tags(html: str) -> Iterator[Tag]:
    """Each opening tag and comment, read as a browser reads them, in one pass."""
    last = {mark: html.rfind(mark) for mark in ("-->", '"', "'")}
    ends: dict[str, list[int]] = {}
    position = 0
    while match := _TAG.search(html, position):
        if not match[1]:
            closed = last["-->"] >= match.end()
            position = html.find("-->", match.end()) if closed else match.end()
            yield Tag(match.start(), "!--", (), closed)
            continue
        name = match[1].lower()
        attributes, position, closed = _attributes(html, match.end(), last)
        if closed and name in _SWALLOW:
            if name not in ends:
                ends[name] = [each.start() for each in re.finditer(f"</{name}", html, re.IGNORECASE)]
            later = bisect_left(ends[name], position)
            closed = later < len(ends[name])
            position = ends[name][later] if closed else position
        yield Tag(match.start(), name, attributes, closed)


def _attributes(html: str, position: int, last: dict[str, int]) -> tuple[tuple[tuple[str, str], ...], int, bool]:
    """The attributes of a tag, where it ends, and whether it does."""
    attributes: list[tuple[str, str]] = []
    while found := _ATTRIBUTE.match(html, position):
        value = found[4] or ""
        position = found.end()
        if quote := found[2] or found[3]:
            if last[quote] < position:
                return tuple(attributes), position, False
            end = html.find(quote, position)
            value, position = html[position:end], end + 1
        attributes.append((found[1].lower()[:60], value))
    end_of_tag = _END.match(html, position)
    return tuple(attributes), end_of_tag.end() if end_of_tag else position, end_of_tag is not None


def _report(tag: Tag, line: int | None, env: Any) -> None:
    if tag.name == "!--":
        return
    if tag.name not in TAGS:
        warn(env, line, f"<{tag.name}> is not allowed: taken out.")
        return
    known = ATTRIBUTES.get(tag.name, frozenset()) | EVERYWHERE
    for name, value in tag.attributes:
        if name == "class":
            if any(each not in classes_of(tag.name) for each in value.split()):
                warn(env, None, "Classes that the theme does not know were taken out of raw HTML.")
        elif name not in known:
            if name in _QUIET:
                warn(env, None, f"The attribute {name} was taken out of raw HTML.")
            else:
                warn(env, line, f"The attribute {name} of <{tag.name}> is not allowed: taken out.")
        elif name in _URLS and (scheme := bad_scheme(value)):
            warn(env, line, f"An address with “{scheme}:” is not allowed: taken out.")
