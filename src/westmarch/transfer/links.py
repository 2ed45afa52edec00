"""The links and pictures of one text: from the old site's ways of writing them to paths from the root of ours."""

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from westmarch.media.files import FILES
from westmarch.transfer import destinations
from westmarch.transfer.blogs import Blog, Document
from westmarch.transfer.destinations import Destination
from westmarch.transfer.index import Index
from westmarch.transfer.items import FileWarning, PictureReference
from westmarch.transfer.lines import Lines
from westmarch.transfer.permalinks import as_url, moved_base, tidy

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PARTS = re.compile(r"([^?#]*)(.*)", re.DOTALL)
#: What our site answers besides posts and pages.
_LISTINGS = frozenset(
    {"", "archive", "authors", "feed.json", "feed.xml", "page", "rss.xml", "sitemap.xml", "tags", "topics"}
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic|ico)$", re.IGNORECASE)


@dataclass(slots=True)
class Rewriting:
    """Rewrites the destinations of one document. `base` is the base path of our site ('' or '/x')."""

    blog: Blog
    index: Index
    base: str
    folder: Path
    document: Document
    warnings: list[FileWarning] = field(default_factory=list)
    pictures: dict[str, PictureReference] = field(default_factory=dict)
    _lines: Lines | None = None
    _known: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def run(self, text: str) -> str:
        """The text with each link and picture of the old site's own as a path from our root."""
        return destinations.rewrite(text, self._remembered)

    def cover(self, address: str) -> str:
        """The same for the picture that stands for the post."""
        one = Destination(address, 0, 0, "picture", "markdown")
        return self._replace(one) or address

    def _remembered(self, one: Destination) -> str | None:
        """What an address became the first time: looking for files takes a while."""
        key = one.kind, one.address
        if key not in self._known:
            self._known[key] = self._replace(one)
        return self._known[key]

    def _replace(self, one: Destination) -> str | None:
        address = one.address.strip()
        # What a program's own way of linking left as it is (`{filename}x.md`) has been told already.
        if not address or address[0] in "#{|" or address.startswith("//") or "{%" in address or "{{" in address:
            return None
        if _SCHEME.match(address):
            return self._own(address)
        parts = _PARTS.fullmatch(address)
        assert parts is not None
        if not parts[1]:
            return None
        return self._internal(one, unquote(parts[1]), parts[2])

    def _own(self, address: str) -> str | None:
        """A whole address of the old site, where it leads to something that comes along."""
        home = None if self.blog.url is None else self.blog.url + self.blog.base
        if home is None or not address.startswith(f"{home}/"):
            return None
        parts = _PARTS.fullmatch(address[len(home) :])
        assert parts is not None
        found = self.index.find(parts[1])
        return self._ours(found) + parts[2] if found else None

    def _internal(self, one: Destination, path: str, rest: str) -> str | None:
        within = self._within(path)
        found = self._named(path) or (self.index.find(within) if within else None)
        if found is not None:
            return self._ours(found) + rest
        if one.kind == "picture" or _PICTURE.search(path):
            return self._picture(one, path, within or path)
        if within is None:
            return None
        file = self._file(path, within)
        if file is not None and file.suffix.lower().lstrip(".") in FILES:
            return self._picture(one, path, within)
        if file is None and within.split("/")[1] not in _LISTINGS:
            self.warn(f"the link to '{one.address[:100]}' leads to nothing in this blog", one.address)
            if not path.startswith("/"):
                return None
        ours = self._ours(within)
        return None if ours == as_url(path) else ours + rest

    def _named(self, path: str) -> str | None:
        """The address of the file that a relative path names, as in `[next](other.md)`."""
        inner = self.document.source.inner
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(inner), path.lstrip("/")))
        known = None if path.startswith("/") else self.index.by_inner.get(beside)
        known = known or self.index.by_inner.get(path.lstrip("/"))
        return known.address if known else None

    def _within(self, path: str) -> str | None:
        """The path below the old site's base path; None where it is relative and the text has no address."""
        if path.startswith("/"):
            base = self.blog.base
            return tidy(path[len(base) :]) if base and path.startswith(f"{base}/") else tidy(path)
        addresses = self.document.about.addresses
        if not addresses:
            return None
        return tidy(unquote(urlsplit(urljoin(as_url(addresses[0]), as_url(path))).path))

    def _ours(self, path: str) -> str:
        return as_url(moved_base(path, self.blog.base, self.base))

    def _picture(self, one: Destination, path: str, within: str) -> str:
        file = self._file(path, within)
        address = self._ours(tidy(within)) if within.startswith("/") else as_url(path)
        if address not in self.pictures:
            self.pictures[address] = PictureReference(address, file, self._line(one.address))
        return address

    def _file(self, path: str, within: str) -> Path | None:
        for spelling in dict.fromkeys((path, within)):
            for place in self.blog.places(spelling, self.document):
                if self._inside(place):
                    return place
        return None

    def _inside(self, place: Path) -> bool:
        """Whether a file is there, and within the folder that was given: an import reads nothing else."""
        try:
            return place.is_file() and place.resolve().is_relative_to(self.folder)
        except (OSError, ValueError):
            return False

    def warn(self, message: str, written: str) -> None:
        """Report something about an address, at the line on which it is written."""
        self.warnings.append(FileWarning(self._line(written), message))

    def _line(self, written: str) -> int | None:
        """The line of the file on which an address stands, as it was written or as a tag had it."""
        body = self.document.front.body
        if self._lines is None:
            self._lines = Lines(body.text, body.line)
        at = body.text.find(written)
        return self._lines.at(at) if at >= 0 else None
