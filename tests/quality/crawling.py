"""Walks a whole site as a reader's programs do: every address in pages, feeds, sitemaps, styles, scripts, manifests."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree as ET

import httpx2
from typing_extensions import override

#: Relations of `<link>` that only name an address; the others make a browser ask for it.
NAMED = {"alternate", "author", "canonical", "license", "me", "next", "prev", "search", "self"}
#: Attributes by which a browser asks for a part of the page.
PARTS = {"src", "srcset", "imagesrcset", "poster", "data"}
LINKS = {"href", "action", "cite"}
#: Properties of `<meta>` that hold an address.
META = {"og:image", "og:url", "og:see_also", "twitter:image"}
#: Elements that hold what authors wrote.
WRITTEN = {"e-content", "prose", "p-summary", "summary"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_IN_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""")
_IN_SCRIPT = re.compile(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""")


class Reference(NamedTuple):
    """An address that a document holds: where, whether as a part of itself, and whether an author wrote it."""

    source: str
    address: str
    part: bool = False
    written: bool = False


@dataclass(slots=True)
class Document:
    """What an address answered, with the ids to which a fragment may lead."""

    status: int
    mime: str = ""
    location: str = ""
    ids: frozenset[str] = frozenset()


class Page(HTMLParser):
    """The references and ids of a page."""

    def __init__(self, address: str, text: str, *, written: bool = False) -> None:
        super().__init__()
        self.address = address
        self.found: list[Reference] = []
        self.ids: set[str] = set()
        self._data: str | None = None
        self._open: list[bool] = [written]
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        written = self._open[-1] or bool(WRITTEN & set(given.get("class", "").split()))
        if tag not in VOID:
            self._open.append(written)
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "a" and "name" in given:
            self.ids.add(given["name"])
        if tag == "script" and given.get("type") == "application/ld+json":
            self._data = ""
        part_of_page = tag == "link" and not set(given.get("rel", "").lower().split()) & NAMED
        for name, value in given.items():
            if name in PARTS:
                for one in value.split(",") if name.endswith("srcset") else [value]:
                    self._add(one.split()[0] if one.split() else "", part=True, written=written)
            elif name in LINKS and "nofollow" not in given.get("rel", "").lower().split():
                self._add(value, part=part_of_page, written=written)
        if tag == "meta" and (given.get("property") in META or given.get("name") in META):
            self._add(given.get("content", ""), part=False, written=False)

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self._open) > 1:
            self._open.pop()
        if tag == "script" and self._data is not None:
            self.found += addresses_in_json(self.address, json.loads(self._data))
            self._data = None

    @override
    def handle_data(self, data: str) -> None:
        if self._data is not None:
            self._data += data

    def _add(self, value: str, *, part: bool, written: bool) -> None:
        if value and not value.startswith(("data:", "mailto:", "tel:")):
            self.found.append(Reference(self.address, urljoin(self.address, value), part, written))


def addresses_in_json(source: str, value: Any) -> Iterator[Reference]:
    """Addresses in a manifest, a JSON Feed, JSON-LD: strings that are whole ones, and what is called `src` or `url`."""
    for name, one in _values(value):
        if name in ("content_html",):
            yield from Page(source, one, written=True).found
        elif name in ("@context", "version", "@id", "home_page_url"):
            continue
        elif one.startswith(("http://", "https://")) or name in ("src", "start_url", "scope"):
            yield Reference(source, urljoin(source, one), part=name == "src")


def _values(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _values(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one, name)
    elif isinstance(value, str):
        yield name, value


def addresses_in_xml(source: str, text: str) -> Iterator[Reference]:
    """Addresses in a feed, a sitemap or a description of the search."""
    for element in ET.fromstring(text).iter():
        name = element.tag.rpartition("}")[2]
        said = (element.text or "").strip()
        address = element.get("href") or element.get("template") or element.get("url") or ""
        if name in ("content", "encoded", "description", "summary") and "<" in said:
            yield from Page(source, said, written=True).found
        elif name in ("loc", "link", "uri", "Image", "logo", "icon") and said.startswith("http"):
            address = said
        if address.startswith(("http", "/")) and "{" not in address:
            yield Reference(source, urljoin(source, address))


@dataclass(slots=True)
class Crawl:
    """All that was found from the front page on: documents by address, without fragments, and references."""

    root: str
    documents: dict[str, Document] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)

    def inside(self, address: str) -> bool:
        """Whether an address is one of the site."""
        return urlsplit(address)[:2] == urlsplit(self.root)[:2]

    @property
    def pages(self) -> list[str]:
        """Addresses of pages of HTML that are there."""
        return [at for at, one in self.documents.items() if one.status == 200 and one.mime == "text/html"]

    def fault(self, reference: Reference) -> str:
        """What is wrong with a reference of the site to itself; empty where it is sound."""
        at, fragment = urldefrag(reference.address)
        document = self.documents[at]
        if document.status == 301:
            document = self.documents.get(urldefrag(document.location).url, Document(200))  # It may lead elsewhere.
        if document.status != 200:
            return f"{document.status}"
        fragment = unquote(fragment.partition(":~:")[0])
        if fragment and document.mime == "text/html" and fragment not in document.ids:
            return f"no place #{fragment}"
        return ""


def crawl(root: str, *starts: str) -> Crawl:
    """Ask for everything that hangs together with the given paths, once each."""
    made = Crawl(root)
    waiting = deque(root + path for path in starts)
    known = set(waiting)
    with httpx2.Client(timeout=20) as client:
        while waiting:
            address = waiting.popleft()
            answer = client.get(address)
            mime = answer.headers.get("content-type", "").partition(";")[0]
            document = made.documents[address] = Document(answer.status_code, mime)
            found: list[Reference] = []
            if answer.status_code in (301, 302):
                document.location = urljoin(address, answer.headers["location"])
                found = [Reference(address, document.location)]
            elif answer.status_code == 200:
                found, document.ids = _read(address, mime, answer)
            made.references += found
            for reference in found:
                at = urldefrag(reference.address).url
                if made.inside(at) and at not in known:
                    known.add(at)
                    waiting.append(at)
    return made


def _read(address: str, mime: str, answer: httpx2.Response) -> tuple[list[Reference], frozenset[str]]:
    if mime == "text/html":
        page = Page(address, answer.text)
        return page.found, frozenset(page.ids)
    if mime.endswith("xml") and mime != "image/svg+xml":
        return list(addresses_in_xml(address, answer.text)), frozenset()
    if mime.endswith("json"):
        return list(addresses_in_json(address, answer.json())), frozenset()
    if mime in ("text/css", "text/javascript"):
        pattern = _IN_STYLE if mime == "text/css" else _IN_SCRIPT
        named = ["".join(match.groups("")) for match in pattern.finditer(answer.text)]
        parts = (urljoin(address, one) for one in named if not one.startswith("data:"))
        return [Reference(address, one, part=True) for one in parts], frozenset()
    return [], frozenset()
