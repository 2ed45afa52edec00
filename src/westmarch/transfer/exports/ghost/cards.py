"""The cards of Ghost's editors: what is no running text, by its name and what it holds.

Names and fields are those of both editors (packages `kg-default-cards` and `kg-default-nodes` of Ghost's Koenig).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any, Literal

from westmarch.transfer import embeds
from westmarch.transfer.exports.ghost.fields import own, text, written, yes
from westmarch.transfer.items import FileWarning

Payload = Mapping[str, Any]

_SCRIPT = re.compile(r"<script\b[^<>]*>.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r"<blockquote\b.*</blockquote>", re.DOTALL | re.IGNORECASE)
_EMPTY_MARKS = re.compile(
    r"</?span\b[^<>]*>|(?<=<p) dir=\"ltr\"(?=>)|(?<=<strong) style=\"[^\"<>]*\"|(?<=<em) style=\"[^\"<>]*\""
)
_TWICE = re.compile(r"<([bi])>(<(strong|em)>[^<]*</\3>)</\1>")
_SAFE = re.compile(r"(?:https?://|mailto:|tel:|/|#)\S*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, in one of the two formats."""

    format: Literal["html", "markdown"]
    text: str


@dataclass(slots=True)
class Parts:
    """A text in its parts, and what is told of it. `unknown` names the cards that nobody knows here."""

    pieces: list[Piece] = field(default_factory=list)
    warnings: list[FileWarning] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, html: str) -> None:
        """Add HTML."""
        if html:
            self.pieces.append(Piece("html", html))

    def warn(self, message: str) -> None:
        """Tell something of the text."""
        self.warnings.append(FileWarning(None, message))

    def card(self, name: str, payload: Payload) -> None:
        """Add a card."""
        if not _shown_to_all(payload):
            self.warn("a part that not all readers saw is not brought over")
        elif name in _MARKDOWN:
            self.pieces.append(Piece("markdown", own(str(payload.get("markdown") or ""))))
        elif name in _LEFT:
            if any(isinstance(value, str) and value.strip() for value in payload.values()) or name in _ALWAYS:
                self.warn(_LEFT[name])
        elif name in _CARDS:
            self.add(_CARDS[name](payload))
            if name == "embed" and _linked(payload):
                self.warn(f"what was embedded from '{text(payload, 'url')[:120]}' became a link")
        else:
            self.unknown.append(name)
            self.add(_unknown(name, payload))


def _figure(src: str, alt: str, caption: str, *, title: str = "", href: str = "") -> str:
    if not src:
        return ""
    said = f' title="{escape(title)}"' if title else ""
    shown = f'<img src="{escape(src)}" alt="{escape(alt)}"{said}>'
    if href:
        shown = f'<a href="{escape(href)}">{shown}</a>'
    return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>" if caption else f"<p>{shown}</p>"


def _image(card: Payload) -> str:
    return _figure(
        text(card, "src"),
        text(card, "alt"),
        _words(card, "caption"),
        title=text(card, "title"),
        href=text(card, "href"),
    )


def _html(card: Payload, name: str) -> str:
    """HTML of an editor within a card, without what says nothing: spans for white space, marks twice, `dir="ltr"`."""
    found = _EMPTY_MARKS.sub("", text(card, name))
    return _TWICE.sub(r"\2", found) if "<b>" in found or "<i>" in found else found


def _words(card: Payload, name: str) -> str:
    """HTML that stands in a line."""
    found = _html(card, name)
    return re.sub(r"^\s*<p>(.*)</p>\s*$", r"\1", found, flags=re.DOTALL) if found.count("<p") == 1 else found


def _paragraph(html: str) -> str:
    return f"<p>{html}</p>" if html else ""


def _blocks(html: str) -> str:
    """HTML that stands in blocks or is a line."""
    return html if re.match(r"\s*<(?:p|h[1-6]|ul|ol|blockquote|div)\b", html) else _paragraph(html)


def _gallery(card: Payload) -> str:
    images = card.get("images")
    shown = [_image(one) for one in images if isinstance(one, dict)] if isinstance(images, list) else []
    return "".join([*shown, _paragraph(_words(card, "caption"))])


def _link(href: str, shown: str) -> str:
    """A link in a paragraph; words alone where there is no address that one may follow."""
    if not shown:
        shown = escape(href)
    return _paragraph(f'<a href="{escape(href)}">{shown}</a>' if _SAFE.fullmatch(href) else shown)


def _code(card: Payload) -> str:
    language = text(card, "language").lower()
    marked = f' class="language-{escape(language)}"' if language else ""
    code = f"<pre><code{marked}>{escape(written(card, 'code').rstrip(chr(10)), quote=False)}</code></pre>"
    return code + _paragraph(_words(card, "caption"))


def _video(url: str) -> bool:
    return not embeds.iframe(url).startswith("[")


def _linked(card: Payload) -> bool:
    """Whether a link is all that is left of what was embedded."""
    url = text(card, "url")
    return bool(url) and not _video(url) and _QUOTED.search(written(card, "html")) is None


def _embed(card: Payload) -> str:
    """A film as its address alone, a quotation of elsewhere as that, anything else as a link."""
    url, caption = text(card, "url"), _paragraph(_words(card, "caption"))
    if _video(url):
        return f"<p>{escape(embeds.iframe(url))}</p>{caption}"
    html = written(card, "html")
    if _QUOTED.search(html):
        return _SCRIPT.sub("", html) + caption
    about = card.get("metadata")
    title = text(about, "title") if isinstance(about, dict) else ""
    return (_link(url, escape(title)) if url else html) + caption


def _bookmark(card: Payload) -> str:
    about = card.get("metadata")
    said = about if isinstance(about, dict) else {}
    url = text(card, "url") or text(said, "url")
    title = escape(unescape(text(said, "title")))
    more = [escape(unescape(text(said, "description")))]
    more.append(" · ".join(escape(one) for one in (text(said, "author"), text(said, "publisher")) if one))
    inner = "".join([_link(url, title), *(_paragraph(one) for one in more)])
    return f"<blockquote>{inner}</blockquote>{_paragraph(_words(card, 'caption'))}" if url or title else ""


def _callout(card: Payload) -> str:
    emoji, words = text(card, "calloutEmoji"), _words(card, "calloutText")
    shown = f"{escape(emoji)} {words}".strip()
    return f"<blockquote>{_blocks(shown)}</blockquote>" if shown else ""


def _toggle(card: Payload) -> str:
    heading, inner = _words(card, "heading"), _blocks(_html(card, "content"))
    return f"<details><summary>{heading}</summary>{inner}</details>" if heading or inner else ""


def _button(card: Payload) -> str:
    words, href = escape(text(card, "buttonText")), text(card, "buttonUrl")
    return _link(href, words) if words or href else ""


def _file(card: Payload) -> str:
    title = escape(text(card, "fileTitle") or text(card, "fileName"))
    words = _words(card, "fileCaption")
    return _link(text(card, "src"), title) + _paragraph(words)


def _player(name: str) -> Callable[[Payload], str]:
    def player(card: Payload) -> str:
        src = text(card, "src")
        if not src:
            return ""
        title = _paragraph(escape(text(card, "title"))) if name == "audio" else ""
        return f'{title}<p><{name} src="{escape(src)}" controls></{name}></p>{_paragraph(_words(card, "caption"))}'

    return player


def _header(card: Payload) -> str:
    shown = _figure(text(card, "backgroundImageSrc"), "", "")
    heading = _words(card, "header")
    button = _button(card) if yes(card, "buttonEnabled") else ""
    return f"{shown}{f'<h2>{heading}</h2>' if heading else ''}{_paragraph(_words(card, 'subheader'))}{button}"


def _product(card: Payload) -> str:
    rating = card.get("productStarRating")
    stars = min(max(rating, 0), 5) if isinstance(rating, int) and yes(card, "productRatingEnabled") else 0
    title = _words(card, "productTitle")
    button = {"buttonText": card.get("productButton"), "buttonUrl": card.get("productUrl")}
    return "".join(
        [
            _figure(text(card, "productImageSrc"), "", ""),
            f"<h4>{title}</h4>" if title else "",
            _paragraph(f"{'★' * stars}{'☆' * (5 - stars)}") if stars else "",
            _blocks(_html(card, "productDescription")),
            _button(button),
        ]
    )


def _call(card: Payload) -> str:
    button = _button(card) if card.get("showButton", True) else ""
    shown = _figure(text(card, "imageUrl"), "", "")
    return f"<hr>{_blocks(_html(card, 'sponsorLabel'))}{shown}{_blocks(_html(card, 'textValue'))}{button}<hr>"


def _before_after(card: Payload) -> str:
    shown = [card.get("beforeImage"), card.get("afterImage")]
    return "".join(_image(one) for one in shown if isinstance(one, dict)) + _paragraph(_words(card, "caption"))


def _token(card: Payload) -> str:
    link = _link(text(card, "url") or text(card, "href"), escape(text(card, "name") or text(card, "title")))
    return _figure(text(card, "image_url") or text(card, "src"), "", "") + link


def _shown_to_all(card: Payload) -> bool:
    """Whether readers who are no members saw a card; older versions of Ghost knew only of the web and newsletters."""
    said = card.get("visibility")
    if not isinstance(said, dict):
        return True
    web = said.get("web")
    return web.get("nonMember") is not False if isinstance(web, dict) else said.get("showOnWeb") is not False


def _unknown(name: str, payload: Payload) -> str:
    """What a card holds, as it stands there: nothing of it is lost, somebody has to look at it."""
    held = [f"{key}: {value}" for key, value in payload.items() if isinstance(value, str | int | float) and value]
    lines = escape("\n".join([f"[{name}]", *held]), quote=False)
    return f"<pre><code>{lines}</code></pre>"


_MARKDOWN = frozenset({"markdown", "card-markdown"})
#: Cards that are not brought over, and what is told of those that hold something.
_LEFT = {
    "email": "a part for newsletters alone is not brought over",
    "email-cta": "a part for newsletters alone is not brought over",
    "paywall": "the mark behind which only members read is not brought over; the text is whole",
    "signup": "a form to sign up is not brought over",
    "collection": "a list of other posts is not brought over",
    "transistor": "a podcast for members is not brought over",
}
_ALWAYS = frozenset({"paywall", "signup", "collection", "transistor"})
_CARDS: dict[str, Callable[[Payload], str]] = {
    "audio": _player("audio"),
    "before-after": _before_after,
    "bookmark": _bookmark,
    "button": _button,
    "call-to-action": _call,
    "callout": _callout,
    "code": _code,
    "codeblock": _code,
    "divider": lambda _: "<hr>",
    "embed": _embed,
    "file": _file,
    "gallery": _gallery,
    "header": _header,
    "horizontalrule": lambda _: "<hr>",
    "hr": lambda _: "<hr>",
    "html": lambda card: written(card, "html"),
    "image": _image,
    "nft": _token,
    "product": _product,
    "toggle": _toggle,
    "video": _player("video"),
}
NAMES = frozenset(_CARDS) | _MARKDOWN | frozenset(_LEFT)
