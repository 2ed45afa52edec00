"""What two pieces of HTML have in common when a reader sees the same: text, emphasis, links, pictures, lists, tables.

How our renderer dresses a text (anchors of headings, colours of code, figures around lone pictures, quotation marks of
the language, dashes and ellipses for `--` and `...`, addresses that became links) does not count, nor does white space.
"""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

_SAME = {"b": "strong", "i": "em", "strike": "s", "del": "s"}
_GROUPS = frozenset(
    {"article", "col", "colgroup", "div", "figure", "footer", "header", "main", "p", "section", "tbody", "tfoot"}
    | {"thead"}
)
_BLOCKS = (
    "blockquote|br|dd|details|dl|dt|figcaption|h[1-6]|hr|img[^\x02]*|li[^\x02]*|ol[^\x02]*|pre|summary|table|td[^\x02]*"
    "|th[^\x02]*|tr|ul"
)
#: Attributes that a reader notices. Others are how it looks, or are made by the renderer.
_TOLD = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "bdo": ("dir",),
    "li": ("value",),
    "ol": ("start", "reversed"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
    "time": ("datetime",),
}
_VOID = frozenset({"br", "col", "hr", "img", "input", "source", "track", "wbr"})
# At the edges of a block no space is seen; Chinese and old editors indent paragraphs by wide ones.
_EDGE = "[ \u00a0\u3000]*"
_EMPHASIS = "strong|em|s|a [^\x02]*|a"
_BREAK = "\x06"
#: Our renderer puts one of them before addresses from the root of the site; no text may hold them.
NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
_SIGNS = re.compile(r"-{2,}|\.{3,}")
_SHAPES = {"--": "–", "---": "—", "...": "…"}
_QUOTES = re.compile(r"[ \u00a0\u202f]*[\"'“”„‚‘’«»‹›][ \u00a0\u202f]*")


def skeleton(html: str) -> str:
    """A text that is equal for two pieces of HTML that say the same."""
    reading = _Reading()
    reading.feed(NONCHARACTERS.sub("", html))
    reading.close()
    return _tidied("".join(reading.out))


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.preformatted = 0
        self.passing = ""
        self.passed = 0
        self.links: list[tuple[int, str]] = []
        self.codes: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.passing:
            self.passed += tag == self.passing
            return
        said = {name: value or "" for name, value in attrs}
        classes = said.get("class", "").split()
        if tag == "figure":
            self.codes.append("code" in classes)
        dressing = (tag == "a" and "anchor" in classes) or (tag == "figcaption" and self.codes[-1:] == [True])
        if dressing:
            self.passing, self.passed = tag, 1
        elif tag == "img":
            self._say(f"img {_address(said.get('src', ''))}\x07{said.get('alt', '')}\x07{said.get('title', '')}")
        elif tag in _GROUPS:
            self.out.append(_BREAK)
            if tag != "figure" and (spoken := [said[name] for name in ("lang", "dir") if name in said]):
                self._say(f"spoken {' '.join(spoken)}")
        elif tag == "pre":
            self.preformatted += 1
            self._say("pre")
        elif tag != "span" and not (tag == "code" and self.preformatted):
            self._open(_SAME.get(tag, tag), said)

    def _open(self, tag: str, said: dict[str, str]) -> None:
        if tag == "a":
            self.links.append((len(self.out), said.get("href", "")))
        told = [said.get(name, "") for name in _TOLD.get(tag, ())]
        told = [_address(value) if tag == "a" else value for value in told]
        if tag == "ol" and told[0] == "1":
            told[0] = ""
        if tag in {"td", "th"}:
            told = ["" if value == "1" else value for value in told]
        told += [said[name] for name in ("lang", "dir") if name in said and tag != "figure"]
        self._say(f"{tag} {chr(7).join(told)}" if any(told) else tag)

    def _say(self, word: str) -> None:
        self.out.append(f"\x01{word}\x02")

    def handle_endtag(self, tag: str) -> None:
        if self.passing:
            self.passed -= tag == self.passing
            if not self.passed:
                self.passing = ""
            return
        if tag == "figure" and self.codes:
            self.codes.pop()
        if tag in _GROUPS:
            self.out.append(_BREAK)
        elif tag == "pre":
            self.preformatted -= 1
            self._say("/pre")
        elif tag == "a" and self.links:
            self._close_link()
        elif tag not in _VOID and tag != "span" and not (tag == "code" and self.preformatted):
            self._say(f"/{_SAME.get(tag, tag)}")

    def _close_link(self) -> None:
        """An address that is its own text is a link for every reader, whoever made it one."""
        at, href = self.links.pop()
        shown = "".join(self.out[at + 1 :]).strip()
        plain = re.sub(r"^(?:https?://|mailto:)", "", _address(href)).rstrip("/")
        if shown and plain == re.sub(r"^(?:https?://|mailto:)", "", _address(shown)).rstrip("/"):
            self.out[at] = ""
        else:
            self._say("/a")

    def handle_data(self, data: str) -> None:
        if self.passing:
            return
        if self.preformatted:
            # Within preformatted text white space is text: it is hidden from what collapses it elsewhere.
            self.out.append(data.replace("\t", "\x0e").replace(" ", "\x04").replace("\n", "\x05"))
        else:
            shaped = _SIGNS.sub(lambda sign: _SHAPES.get(sign[0], sign[0]), data)
            self.out.append(re.sub(r"[ \t\r\n\f]+", " ", shaped))


def _address(href: str) -> str:
    return unquote(href.strip()).replace(" ", "%20")


def _tidied(said: str) -> str:
    said = _QUOTES.sub("", said)
    while True:
        outside = re.sub(rf"(\x01(?:{_EMPHASIS})\x02) +", r" \1", said)
        outside = re.sub(r" +(\x01/(?:strong|em|s|a)\x02)", r"\1 ", outside)
        outside = re.sub(r"\x01(strong|em|s)\x02\x01/\1\x02", "", outside)
        outside = re.sub(r" {2,}", " ", outside)
        if outside == said:
            break
        said = outside
    said = re.sub(rf"{_EDGE}({_BREAK}|\x01/?(?:{_BLOCKS})\x02){_EDGE}", r"\1", said)
    said = re.sub(rf"{_BREAK}+", _BREAK, said)
    said = re.sub(rf"{_BREAK}?(\x01/?(?:{_BLOCKS})\x02){_BREAK}?", r"\1", said)
    said = re.sub("(\x01pre\x02)\x05*", r"\1", re.sub("\x05*(\x01/pre\x02)", r"\1", said))
    return said.strip(f" \u00a0\u3000{_BREAK}")
