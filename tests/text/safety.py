"""A second opinion on safe HTML: the parser of the standard library, and the rules written out once more."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import strategies as st

from westmarch.text.places import MARK
from westmarch.text.sanitizer import ATTRIBUTES, EVERYWHERE, SCHEMES, TAGS, classes_of

_NEVER = frozenset({"script", "style", "iframe", "object", "embed", "form", "link", "meta", "base", "svg", "template"})
# Browsers pass over tabs and line ends anywhere in an address, and over controls and spaces before it.
_SCHEME = re.compile(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.\t\r\n-]*):")
_ADDRESSES = frozenset({"href", "src", "cite", "poster"})


class Reader(HTMLParser):
    """Collects what is wrong with a piece of HTML, and its ids."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS or tag in _NEVER:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES.get(tag, frozenset()) | EVERYWHERE or name.startswith("on") or name == "style":
            self.faults.append(f"<{tag} {name}>")
        if name == "id":
            self.ids.append(value)
        if name == "class" and not set(value.split()) <= classes_of(tag):
            self.faults.append(f"<{tag} class={value}>")
        scheme = _SCHEME.match(value.lstrip(MARK)) if name in _ADDRESSES else None
        if scheme and re.sub(r"\s", "", scheme[1]).lower() not in SCHEMES:
            self.faults.append(f"<{tag} {name}={value}>")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data}-->")


def read(html: str) -> Reader:
    """A piece of HTML, read."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def faults(html: str) -> list[str]:
    """What is not allowed in a piece of HTML."""
    reader = read(html)
    return reader.faults + [f"id={id_}" for id_ in set(reader.ids) if reader.ids.count(id_) > 1]


def vectors(inputs: Callable[[str], Path]) -> list[str]:
    """The sanitizer's vectors of bleach and the Big List of Naughty Strings."""
    bleach = sorted(inputs("sanitizer-bleach").glob("*.test"))
    naughty: list[str] = json.loads((inputs("blns") / "blns.json").read_text(encoding="utf-8"))
    return [path.read_text(encoding="utf-8").rpartition("\n--\n")[0] for path in bleach] + naughty


PIECES = (
    *"abc 1\n\n\t*_`~[]()<>!#&$^|:=-+\\{}\"'.%@/?;,中é",
    *(
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        "- [x] ",
        "## ",
        "```",
        "```python\n",
        "~~~",
        "$$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
    ),
    *(
        "[^1]",
        "[^1]: ",
        "^[",
        "*[a]: ",
        "[[toc]]",
        "::: note\n",
        ":::\n",
        "::: details x\n",
        "> [!TIP]\n",
        "<!-- more -->",
    ),
    *(
        "{.wide}",
        "{#main}",
        "{#x}",
        "{onclick=x}",
        "![a](/media/x)",
        "![a](https://x.org/y 't')",
        "[a](/b/)",
        "[a]: /b\n",
    ),
    *(
        "[a](javascript:alert(1))",
        "<javascript:alert(1)>",
        "https://youtu.be/dQw4w9WgXcQ",
        '::video{url="javascript:x"}',
    ),
    *("<script>", "</script>", "<b onclick=x>", "<img src=x onerror=alert(1)>", "<a href='java\tscript:x'>", "<style>"),
    *(
        '<p id="main">',
        '<p id="x" class="wide q">',
        "<svg><style>",
        "<math><mtext><table><mglyph><style>",
        "<iframe src=",
    ),
    *(
        "<!--",
        "-->",
        "<?",
        "<![CDATA[",
        "&#xfdd0;",
        "&#xFDD1;x",
        "&lt;script&gt;",
        "&#106;avascript:",
        "<textarea>",
        "<noscript>",
    ),
    *(
        '<a data-embed="javascript:x" data-hx-get=/x>',
        "<video src=//x.org poster=//y.org autoplay>",
        "<p style=x>",
        "<input>",
    ),
    *(
        "$\\frac{a}{b}$",
        "$\\href{javascript:x}{y}$",
        "$$\\begin{aligned}a&=b\\end{aligned}$$",
        "\x00",
        "\ufdd0",
        "\ud800",
        "\r",
    ),
    *(
        "| a | b |\n|---|---|\n| c | d |\n",
        "Term\n: text\n",
        "==m==",
        "H~2~O",
        ":smile:",
        "www.x.org",
        "me@x.org",
        "https://x.org",
    ),
)
"""What texts are made of, to be put together anyhow."""

MARKDOWN = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)
