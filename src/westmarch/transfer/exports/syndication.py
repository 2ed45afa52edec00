"""A feed in a file: RSS of any version, RDF, Atom.

The file is cut into items, so that memory is that of one and a broken one costs no other; feedparser, which knows the
many ways in which feeds say the same, reads each of them below the beginning of the file, where names are declared.
"""

import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from westmarch.errors import Invalid
from westmarch.transfer import metadata
from westmarch.transfer.blogs import Options
from westmarch.transfer.dates import moment
from westmarch.transfer.exports import addressing, titles
from westmarch.transfer.exports.elements import elements, head
from westmarch.transfer.exports.records import Record
from westmarch.transfer.items import FileWarning, Metadata, Source, Unread

_ROOT = re.compile(r"<(?P<name>(?:(?P<prefix>[A-Za-z][\w.-]*):)?(?:rss|feed|RDF))(?P<said>(?=[\s>])[^<>]*)>")
_LINK = re.compile(r"<(?:[A-Za-z]\w*:)?link\b(?P<said>[^<>]*)>\s*(?:<!\[CDATA\[)?\s*(?P<text>https?://[^\s<>\]]+)?")
_SAID = re.compile(r"(rel|type|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PLAYED = ("audio", "video")
# XML may close what HTML has no end of: browsers would take `</br>` for another line end.
_VOID = re.compile(r"</(?:area|br|col|embed|hr|img|input|link|meta|source|track|wbr)\s*>", re.IGNORECASE)


@dataclass(slots=True)
class Feed:
    """A feed in one file. `root` is the name of its outermost element, `said` are the attributes of that one."""

    path: Path
    options: Options
    name: str
    url: str | None
    base: str
    root: str
    said: str
    program: str = field(default="a feed", init=False)
    remarks: tuple[FileWarning, ...] = field(default=(), init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The items of the feed, in their order."""
        prefix = self.root.rpartition(":")[0]
        ours = {"entry", f"{prefix}:entry"} if self.root.endswith("feed") else {"item", "rss:item"}
        for piece in elements(self.path, frozenset(ours)):
            if piece.element is None:
                key = f"{self.path.name}:{piece.line}"
                yield Unread(Source(self.path, key, key, "post"), "failed", f"broken XML: {piece.reason}", piece.line)
                continue
            yield self._record(piece.element, piece.line, piece.mended)

    def places(self, _address: str, _record: Record) -> Iterator[Path]:
        """A feed holds no pictures."""
        yield from ()

    def _record(self, element: Element, line: int, mended: str) -> Record | Unread:
        item = self._parsed(element)
        address, said = _text(item, "link"), _text(item, "id")
        key = _key(said or address or f"{_text(item, 'title')} {_text(item, 'published')}")
        if item is None or not (said or address or _text(item, "title")):
            key = f"{self.path.name}:{line}"
            return Unread(Source(self.path, key, key, "post"), "failed", "it has no id, no link and no title", line)
        warnings = [FileWarning(None, mended)] if mended else []
        content = _content(item, warnings) + "".join(_enclosures(item))
        return Record(
            key=key,
            path=self.path,
            line=line,
            about=self._about(item, address, titles.of(_title(item), content, key), warnings),
            content=content,
            warnings=tuple(warnings),
        )

    def _parsed(self, element: Element) -> Mapping[str, Any] | None:
        """What feedparser makes of one item in the place of all."""
        import feedparser

        inner = ET.tostring(element, encoding="unicode")
        if not self.root.endswith(("feed", "RDF")):
            inner = f"<channel>{inner}</channel>"
        text = f'<?xml version="1.0" encoding="utf-8"?><{self.root}{self.said}>{inner}</{self.root}>'
        # The sanitizer of our own texts is the one that counts, and addresses are made whole when they are known.
        read = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)
        found: Mapping[str, Any] | None = read.entries[0] if read.entries else None
        return found

    def _about(self, item: Mapping[str, Any], address: str, title: str, warnings: list[FileWarning]) -> Metadata:
        at = self._date(item, ("published", "created", "date", "updated"), warnings)
        if at is None:
            warnings.append(FileWarning(None, "it has no date"))
        path = self._path(address)
        slug = addressing.slug(addressing.last(path), title)
        return Metadata(
            kind="post",
            status=metadata.status(at, draft=False, now=self.options.now),
            title=title,
            slug=slug,
            addresses=(path,) if path not in {"", "/"} else (),
            date=at,
            updated=self._date(item, ("updated",), warnings),
            tags=metadata.unique(" ".join(str(one.get("term") or "").split()) for one in item.get("tags", ())),
            authors=metadata.unique(
                metadata.plain(str(one.get("name") or "")) for one in item.get("authors", ()) if one
            ),
            summary=_summary(item),
            guid=_text(item, "id") or None,
            extra={},
        )

    def _path(self, address: str) -> str:
        """The path of an item on the site that the feed is of; empty where it leads elsewhere."""
        site, _ = addressing.home(address)
        known = self.url is None or site is None or _host(site) == _host(self.url)
        return addressing.path(address, self.base) if address and known else ""

    def _date(self, item: Mapping[str, Any], names: tuple[str, ...], warnings: list[FileWarning]) -> datetime | None:
        """The first date of these names that is one."""
        for name in names:
            written = _text(item, name)
            if not written:
                continue
            try:
                return moment(written, self.options.zone)
            except ValueError as error:
                warnings.append(FileWarning(None, f"{name}: {error}"))
        return None


def _text(item: Mapping[str, Any] | None, name: str) -> str:
    """A value of an item as text. `updated` is what it says itself: feedparser gives `published` in its place."""
    value = dict.get(item, name) if isinstance(item, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _key(said: str) -> str:
    """A short name for an id, which may be an address of any length; the same whenever the feed is read."""
    return f"item-{blake2b(said.encode(errors='replace'), digest_size=8).hexdigest()}"


def _content(item: Mapping[str, Any], warnings: list[FileWarning]) -> str:
    """The text of an item as HTML: its content where it has one, else what stands in place of it."""
    parts = [one for one in item.get("content", ()) if one.get("value")]
    best = next((one for one in parts if "html" in str(one.get("type"))), parts[0] if parts else None)
    if best is None:
        warnings.append(
            FileWarning(None, "the feed holds a summary of it and no content: the text may have been longer")
        )
        best = item.get("summary_detail") or {"value": item.get("summary", ""), "type": "text/html"}
    value = str(best.get("value") or "").strip()
    if best.get("type") == "text/plain":
        return "".join(f"<p>{html.escape(one)}</p>" for one in re.split(r"\n\s*\n", value) if one.strip())
    return _VOID.sub("", value) if best.get("type") == "application/xhtml+xml" else value


def _title(item: Mapping[str, Any]) -> str:
    """The title as plain text; feedparser says whether it is written as HTML."""
    written = _text(item, "title")
    if (item.get("title_detail") or {}).get("type") == "text/plain":
        return " ".join(written.split())
    return metadata.plain(html.unescape(written))


def _summary(item: Mapping[str, Any]) -> str:
    """The summary of an item that has a text beside it: short, and without markup."""
    if not any(one.get("value") for one in item.get("content", ())):
        return ""
    return metadata.plain(html.unescape(_text(item, "summary")))


def _enclosures(item: Mapping[str, Any]) -> Iterator[str]:
    """Players for sound and film, links to other files."""
    for one in item.get("enclosures", ()):
        address = str(one.get("href") or one.get("url") or "").strip()
        if not address.startswith(("http://", "https://", "/")):
            continue
        kind, shown = str(one.get("type") or "").partition("/")[0], html.escape(address)
        if kind in _PLAYED:
            yield f'<p><{kind} src="{shown}" controls></{kind}></p>'
        else:
            yield f'<p><a href="{shown}">{html.escape(address.rpartition("/")[2] or address)}</a></p>'


def open_(path: Path, options: Options, *, url: str | None = None) -> Feed:
    """The feed in this file; `url` is the address of its site where the file does not say it.

    Raises Invalid where it is no feed.
    """
    beginning = head(path)
    root = _ROOT.search(beginning)
    if root is None:
        raise Invalid(f"{path.name} is no feed.", hint="A file of RSS or Atom begins with <rss>, <rdf:RDF> or <feed>.")
    before = re.split(r"<(?:\w+:)?(?:item|entry)[\s>]", beginning, maxsplit=1)[0]
    site = addressing.stated(url) or _site(before)
    home, base = addressing.home(site)
    return Feed(path, options, site.rstrip("/") or str(path.resolve()), home, base, root["name"], _names(root["said"]))


def _names(said: str) -> str:
    """The attributes of the root; an entity in them stands for itself."""
    return said.replace("&", "&amp;").rstrip("/")


def _site(beginning: str) -> str:
    """The address of the site that a feed says it is of: the link of RSS, the alternate one of Atom."""
    for one in _LINK.finditer(beginning):
        said = {name: html.unescape(first or second) for name, first, second in _SAID.findall(one["said"])}
        if one["text"] and not said:
            return html.unescape(one["text"])
        page = said.get("rel", "alternate") == "alternate" and said.get("type", "text/html") == "text/html"
        if page and addressing.home(said.get("href", ""))[0]:
            return said["href"]
    return ""


def _host(address: str) -> str:
    return (addressing.parts(address).hostname or "").removeprefix("www.")
