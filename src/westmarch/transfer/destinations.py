"""Where a Markdown text points: the destinations of its links and pictures, to look at and to rewrite."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from westmarch.transfer.code_regions import CodeRegions

# `](` and what stands behind it: `<…>`, or text without white space in which brackets may be paired once.
_INLINE = re.compile(
    r"\]\([ \t]*\n?[ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>(?:[^\s()<>\\]|\\.|\((?:[^\s()\\]|\\.)*\))+))"
    r"(?=[ \t\n]*\)|[ \t\n]+[\"'(])"
)
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)(?:[^\[\]\\\n]|\\.){1,999}\]:[ \t]*\n?[ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>[^\s<]\S*))",
    re.MULTILINE,
)
_ELEMENT = re.compile(r"<(?P<name>a|img|video|audio|source|iframe)\b(?P<attributes>[^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w-])(?:href|src|poster)\s*=\s*(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)')", re.I)
_STILL = re.compile(
    r"^ {0,3}::video\{[^{}\n]*?\bposter=(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)')", re.MULTILINE
)
_PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic|ico)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Destination:
    """One address in a text: its place from `start` to `end`, and what kind of thing points there.

    A definition (`[label]: address`) and a link count as a picture where the address ends like one.
    """

    address: str
    start: int
    end: int
    kind: Literal["link", "picture"]
    form: Literal["markdown", "angled", "html"]


def destinations(text: str) -> Iterator[Destination]:
    """All destinations outside of code, in order."""
    if "](" not in text and "]:" not in text and "<" not in text and "::video" not in text:
        return
    found = [*_in_brackets(text), *_in_definitions(text), *_in_elements(text), *_stills(text)]
    if not found:
        return
    regions = CodeRegions(text)
    found.sort(key=lambda one: one.start)
    last = 0
    for one in found:
        if one.start >= last and one.start not in regions:
            yield one
            last = one.end


def _of(match: re.Match[str]) -> tuple[str, int, int, Literal["markdown", "angled"]]:
    group: Literal["angled", "bare"] = "angled" if match["angled"] is not None else "bare"
    return match[group], match.start(group), match.end(group), "angled" if group == "angled" else "markdown"


def _in_brackets(text: str) -> Iterator[Destination]:
    opened = _Pictures(text)
    for match in _INLINE.finditer(text):
        address, start, end, form = _of(match)
        picture = opened.at(match.start()) or bool(_PICTURE_NAME.search(address))
        yield Destination(address, start, end, "picture" if picture else "link", form)


class _Pictures:
    """Which closing brackets belong to a `![`: found in one pass, brackets within brackets counted."""

    def __init__(self, text: str) -> None:
        self._closings: set[int] = set()
        open_: list[bool] = []
        for token in re.compile(r"\\.|!?\[|\]|\n[ \t]*\n").finditer(text):
            written = token[0]
            if written.endswith("["):
                open_.append(written[0] == "!")
            elif written == "]" and open_:
                if open_.pop():
                    self._closings.add(token.start())
            elif written[0] == "\n":
                open_.clear()

    def at(self, position: int) -> bool:
        return position in self._closings


def _in_definitions(text: str) -> Iterator[Destination]:
    if "]:" not in text:
        return
    for match in _DEFINITION.finditer(text):
        address, start, end, form = _of(match)
        yield Destination(address, start, end, "picture" if _PICTURE_NAME.search(address) else "link", form)


def _in_elements(text: str) -> Iterator[Destination]:
    for element in _ELEMENT.finditer(text):
        name = element["name"].lower()
        for match in _ATTRIBUTE.finditer(text, element.start("attributes"), element.end("attributes")):
            group = "double" if match["double"] is not None else "single"
            address = html.unescape(match[group])
            picture = name == "img" or "poster" in match[0][:6].lower() or bool(_PICTURE_NAME.search(address))
            kind: Literal["link", "picture"] = "picture" if picture else "link"
            yield Destination(address, match.start(group), match.end(group), kind, "html")


def _stills(text: str) -> Iterator[Destination]:
    """The stills of our own `::video{poster="…"}`."""
    for match in _STILL.finditer(text):
        group = "double" if match["double"] is not None else "single"
        yield Destination(match[group], match.start(group), match.end(group), "picture", "markdown")


def rewrite(text: str, replace: Callable[[Destination], str | None]) -> str:
    """The text with each destination replaced by what `replace` gives for it; None leaves it as it is."""
    out: list[str] = []
    last = 0
    for one in destinations(text):
        address = replace(one)
        if address is None or address == one.address:
            continue
        out += [text[last : one.start], _written(address, one.form)]
        last = one.end
    return "".join([*out, text[last:]]) if out else text


def _written(address: str, form: str) -> str:
    if form == "html":
        return html.escape(address)
    # White space and brackets would end the destination; percent-encoded they mean the same.
    safe = re.sub(r"[\s<>()\\]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)
    return safe if safe else "#"
