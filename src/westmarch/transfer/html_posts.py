"""Texts that a blog has in HTML, as our Markdown; the tags of its program stay where they are, for its own dialect."""

import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import PurePosixPath

from westmarch.transfer.exports.html import to_markdown
from westmarch.transfer.frontmatter import FrontMatter
from westmarch.transfer.held import Held
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.template_tags import Tag
from westmarch.transfer.yaml_fields import PlainScalar

#: Tags whose content is no HTML, or that hide what is in them.
_WHOLE = frozenset({"comment", "highlight", "raw"})
#: A head is not looked for any further than this.
_LONGEST_HEAD = 64 * 1024
_BODY = re.compile(r"<body\b[^<>]*>|</head\s*>(?!\s*<body\b)", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>\s*(?:</html\s*>\s*)?\Z", re.IGNORECASE)


def is_html(name: str) -> bool:
    """Whether the name of a file ends like HTML's."""
    return PurePosixPath(name).suffix.lower() in {".html", ".htm"}


def convert(body: Body, scan: Callable[[Body], Iterable[Tag]], warnings: list[FileWarning]) -> Body:
    """The text in Markdown, in which the tags that `scan` finds stand as they stood in the HTML.

    Lines cannot be told any more: what is said of the text behind this has none.
    """
    held = Held(body.text)
    pieces: list[str] = []
    last = 0
    for start, end in _spans(list(scan(body))):
        if start >= last:
            pieces += [body.text[last:start], held.hold(body.text[start:end])]
            last = end
    markdown, more = to_markdown("".join([*pieces, body.text[last:]]))
    warnings += more
    return Body(held.put_back(markdown), body.line)


def _spans(found: list[Tag]) -> list[tuple[int, int]]:
    """From where to where each tag stands, with its content where that is no HTML."""
    closings: dict[str, int] = {}
    spans: list[tuple[int, int]] = []
    for tag in reversed(found):
        if tag.closes:
            closings[tag.closes] = tag.end
        whole = tag.name in _WHOLE and not tag.closes
        spans.append((tag.start, closings.get(tag.name, tag.end) if whole else tag.end))
    return spans[::-1]


def page(text: str) -> FrontMatter:
    """A whole page: its title and its `<meta name content>` are the fields, as Pelican reads them."""
    opening = _BODY.search(text, 0, _LONGEST_HEAD)
    start = opening.end() if opening else 0
    head = _Head()
    head.feed(text[: min(start or len(text), _LONGEST_HEAD)])
    head.close()
    ending = _BODY_END.search(text, max(start, len(text) - 1_000))
    body = Body(text[start : ending.start() if ending else len(text)], text.count("\n", 0, start) + 1)
    return FrontMatter("lines", head.fields, body)


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, object] = {}
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "title" and "title" not in self.fields:
            self._title = []
        name = (said.get("name") or "").lower()
        if tag == "meta" and name:
            # `contents` is a slip of the pen that Pelican takes as well.
            value = said.get("content") or said.get("contents") or ""
            self.fields["tags" if name == "keywords" else name] = PlainScalar(value.strip())

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.fields["title"] = PlainScalar(" ".join("".join(self._title).split()))
            self._title = None


def without_lines(warnings: Iterable[FileWarning]) -> list[FileWarning]:
    """The warnings of a text that was HTML: its lines are not those of the file."""
    return [FileWarning(None, one.message) for one in warnings]
