"""The links and pictures of one text: from the old site's ways of writing them to paths from the root of ours."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urljoin, urlsplit

from westmarch.media.files import FILES
from westmarch.transfer import destinations
from westmarch.transfer.destinations import Destination
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, PictureReference
from westmarch.transfer.lines import Lines
from westmarch.transfer.permalinks import as_url, moved_base, tidy

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PARTS = re.compile(r"([^?#]*)(.*)", re.DOTALL)
#: What our site answers besides posts and pages.
_LISTINGS = frozenset(
    {"", "archive", "authors", "feed.json", "feed.xml", "page", "rss.xml", "sitemap.xml", "tags", "topics"}
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic|ico)$", re.IGNORECASE)


class Home(Protocol):
    """Where the old site was: its address without the base path, where it is known, and the base path ('' or '/x')."""

    @property
    def url(self) -> str | None:
        """As `https://example.org`."""
        ...

    @property
    def base(self) -> str:
        """'' or '/x'."""
        ...


@dataclass(slots=True, kw_only=True)
class Rewriting:
    """Rewrites the destinations of one text. `base` is the base path of our site ('' or '/x').

    `inner` is the text's path among those of the blog, `addresses` are its own on the old site, `body` is the text as
    it was written. `places` says where the file of an address may lie; only what is within `folder` counts.
    """

    home: Home
    index: Index
    base: str
    folder: Path | None
    inner: str
    addresses: tuple[str, ...]
    body: Body
    places: Callable[[str], Iterator[Path]]
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
        if not address or address[0] in "#{|" or "{%" in address or "{{" in address:
            return None
        if _SCHEME.match(address) or address.startswith("//"):
            return self._own(one, address)
        parts = _PARTS.fullmatch(address)
        assert parts is not None
        if not parts[1]:
            return None
        return self._internal(one, unquote(parts[1]), parts[2])

    def _own(self, one: Destination, address: str) -> str | None:
        """A whole address of the old site, where it leads to something that comes along."""
        below = self._below(address)
        parts = None if below is None else _PARTS.fullmatch(below)
        if parts is None:
            return None
        if known := self._text(parts[1], parts[2]):
            return known
        path = unquote(parts[1])
        picture = one.kind == "picture" or _PICTURE.search(path) is not None
        if picture or posixpath.splitext(path)[1].lower().lstrip(".") in FILES:
            # The address stays until the file is there: what does not come along is still found at the old site.
            file = self._file(path, tidy(path))
            self.pictures.setdefault(one.address, PictureReference(one.address, file, self._line(one.address)))
        return None

    def _below(self, address: str) -> str | None:
        """The path and the rest of an address of the old site, by HTTP or HTTPS, `www.` or not; None of any other."""
        if self.home.url is None:
            return None
        home = f"{self.home.url}{self.home.base}".partition("//")[2].lower().removeprefix("www.")
        _, _, rest = address.partition("//")
        rest = rest[4:] if rest[:4].lower() == "www." else rest
        return rest[len(home) :] if rest[: len(home) + 1].lower() == f"{home}/" else None

    def _text(self, path: str, rest: str) -> str | None:
        """Our address for that of a text of the blog; `rest` is its query and fragment."""
        query, mark, fragment = rest.partition("#")
        asked = self.index.by_query.get(path + query) if query else None
        if asked is not None:
            return self._ours(asked) + mark + fragment
        found = self.index.find(path)
        return self._ours(found) + rest if found else None

    def _internal(self, one: Destination, path: str, rest: str) -> str | None:
        within = self._within(path)
        if rest and within and (asked := self.index.by_query.get(within + rest.partition("#")[0])):
            return self._ours(asked) + rest[rest.find("#") :] * ("#" in rest)
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
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(self.inner), path.lstrip("/")))
        known = None if path.startswith("/") else self.index.by_inner.get(beside)
        known = known or self.index.by_inner.get(path.lstrip("/"))
        return known.address if known else None

    def _within(self, path: str) -> str | None:
        """The path below the old site's base path; None where it is relative and the text has no address."""
        if path.startswith("/"):
            base = self.home.base
            return tidy(path[len(base) :]) if base and path.startswith(f"{base}/") else tidy(path)
        if not self.addresses:
            return None
        return tidy(unquote(urlsplit(urljoin(as_url(self.addresses[0]), as_url(path))).path))

    def _ours(self, path: str) -> str:
        return as_url(moved_base(path, self.home.base, self.base))

    def _picture(self, one: Destination, path: str, within: str) -> str:
        file = self._file(path, within)
        address = self._ours(tidy(within)) if within.startswith("/") else as_url(path)
        if address not in self.pictures:
            self.pictures[address] = PictureReference(address, file, self._line(one.address))
        return address

    def _file(self, path: str, within: str) -> Path | None:
        for spelling in dict.fromkeys((path, within)):
            for place in self.places(spelling):
                if self.folder is not None and self._inside(place, self.folder):
                    return place
        return None

    def _inside(self, place: Path, folder: Path) -> bool:
        """Whether a file is there, and within the folder that was given: an import reads nothing else."""
        try:
            return place.is_file() and place.resolve().is_relative_to(folder)
        except (OSError, ValueError):
            return False

    def warn(self, message: str, written: str) -> None:
        """Report something about an address, at the line on which it is written."""
        self.warnings.append(FileWarning(self._line(written), message))

    def _line(self, written: str) -> int | None:
        """The line of the file on which an address stands, as it was written or as a tag had it."""
        if self._lines is None:
            self._lines = Lines(self.body.text, self.body.line)
        at = self.body.text.find(written)
        return self._lines.at(at) if at >= 0 else None
