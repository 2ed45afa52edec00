"""Posts as Tumblr's first interface and its old backups give them: `posts.xml`."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from westmarch.transfer.exports.elements import elements
from westmarch.transfer.exports.tumblr import kinds
from westmarch.transfer.exports.tumblr.said import Fault, Said
from westmarch.transfer.exports.wordpress.fields import text


def posts(path: Path) -> Iterator[Said | Fault]:
    """The posts of a file. Raises Invalid where it cannot be read."""
    for piece in elements(path, frozenset({"post"})):
        if piece.element is None:
            yield Fault(f"{path.name}:{piece.line}", f"broken XML: {piece.reason}", piece.line)
        elif not re.fullmatch(r"[0-9]{1,30}", piece.element.get("id", "")):
            yield Fault(f"{path.name}:{piece.line}", "it has no id", piece.line)
        else:
            yield _post(piece.element, piece.line, piece.mended)


def _post(element: Element, line: int, mended: str) -> Said:
    said = Said(id=element.get("id", ""), line=line)
    said.told += [mended] if mended else []
    said.address = element.get("url-with-slug") or element.get("url") or ""
    said.slug = element.get("slug", "")
    said.date = element.get("date-gmt") or element.get("date") or ""
    said.state = element.get("state") or ("private" if element.get("private") == "true" else "published")
    said.tags = tuple(" ".join((one.text or "").split()) for one in element.iter("tag"))
    kind = element.get("type", "regular")
    titles = {"regular": "regular-title", "link": "link-text", "conversation": "conversation-title"}
    said.title = text(element, titles[kind]) if kind in titles else ""
    said.html = _content(element, kind, said)
    return said


def _content(element: Element, kind: str, said: Said) -> str:
    if kind == "photo":
        found = list(element.iter("photo"))
        pictures = [(_largest(one), one.get("caption", "")) for one in found] or [(_largest(element), "")]
        return kinds.photos([one for one in pictures if one[0]], text(element, "photo-caption"))
    if kind == "quote":
        return kinds.quotation(text(element, "quote-text"), text(element, "quote-source"))
    if kind == "link":
        return kinds.link(text(element, "link-url"), said.title, text(element, "link-description"))
    if kind == "conversation":
        return kinds.chat([(one.get("label", ""), (one.text or "").strip()) for one in element.iter("line")])
    if kind in {"audio", "video"}:
        source = text(element, f"{kind}-source")
        embedded = text(element, f"{kind}-player") or (source if source.startswith("<") else "")
        return kinds.player(kind, source, embedded, text(element, f"{kind}-caption"))
    if kind == "answer":
        return kinds.answer(text(element, "asking-name"), text(element, "question"), text(element, "answer"))
    if kind != "regular":
        said.told.append(f"posts of the kind '{kind[:60]}' are not known; its text came in")
    return text(element, "regular-body")


def _largest(element: Element) -> str:
    """The address of the widest copy of a picture."""
    copies = [(one.get("max-width", ""), (one.text or "").strip()) for one in element.findall("photo-url")]
    return max(copies, key=lambda one: int(one[0]) if one[0].isdecimal() else 0)[1] if copies else ""
