"""The export of a blog at Blogger."""

import html
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from westmarch.errors import Invalid
from westmarch.transfer import metadata
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports import addressing, titles, zips
from westmarch.transfer.exports.blogger import entry
from westmarch.transfer.exports.blogger.comments import Comments
from westmarch.transfer.exports.elements import Piece, elements, head
from westmarch.transfer.exports.records import Record
from westmarch.transfer.exports.wordpress.fields import text, written
from westmarch.transfer.exports.zips import Unpacked
from westmarch.transfer.items import FileWarning, Kind, Metadata, Source, Status, Unread

_ENTRY = frozenset({"entry"})
_LINK = re.compile(r"<link\b[^<>]*>")
_ATTRIBUTE = re.compile(r"(rel|type|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
# The mark of where the excerpt ends, as Blogger's editor writes it.
_MORE = re.compile(r"<a\s+name\s*=\s*[\"']?more[\"']?\s*(?:/>|>\s*</a\s*>)", re.IGNORECASE)
#: The name of a blog in a Takeout.
_FEED = "feed.atom"
_PUBLIC = frozenset({"LIVE", "SCHEDULED"})


@dataclass(slots=True)
class Blogger:
    """One blog in one file."""

    path: Path
    options: Options
    name: str
    url: str | None
    base: str
    program: str = field(default="Blogger", init=False)
    remarks: tuple[FileWarning, ...] = field(default=(), init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The posts and pages. The file is read twice: comments may stand behind what they are below."""
        others: Counter[str] = Counter()
        with tempfile.TemporaryFile() as file:
            comments = Comments(file)
            for piece in elements(self.path, _ENTRY):
                if piece.element is not None and entry.kind(piece.element) == "comment":
                    comments.add(*entry.comment(piece.element, self.options.zone))
            for piece in elements(self.path, _ENTRY):
                if piece.element is None:
                    key = f"{self.path.name}:{piece.line}"
                    source = Source(self.path, key, key, "post")
                    yield Unread(source, "failed", f"broken XML: {piece.reason}", piece.line)
                elif (kind := entry.kind(piece.element)) in {"post", "page"}:
                    yield self._record(piece, piece.element, "page" if kind == "page" else "post", comments)
                elif kind != "comment":
                    others[kind] += 1
            self.remarks = _remarks(others, comments.left)

    def places(self, _address: str, _record: Record) -> Iterator[Path]:
        """Pictures lie at Google: none is part of the file."""
        yield from ()

    def _record(self, piece: Piece, element: Element, kind: Kind, comments: Comments) -> Record | Unread:
        number, status = entry.number(text(element, "id")), entry.status(element)
        key = f"{kind}-{number}" if number else f"{self.path.name}:{piece.line}"
        source = Source(self.path, key, key, kind)
        if not number:
            return Unread(source, "failed", "it has no id", piece.line)
        below = comments.take(number)
        if status == "TRASHED":
            return Unread(source, "skipped", "it was in the trash", piece.line)
        warnings = [FileWarning(None, piece.mended)] if piece.mended else []
        if status not in _PUBLIC | {"DRAFT"}:
            warnings.append(FileWarning(None, f"its status was '{status[:60]}'; it comes in as a draft"))
        return Record(
            key=key,
            path=self.path,
            line=piece.line,
            about=self._about(element, kind, draft=status not in _PUBLIC, warnings=warnings),
            content=_MORE.sub("<!--more-->", written(element, "content")),
            comments=below,
            warnings=tuple(warnings),
        )

    def _about(self, element: Element, kind: Kind, *, draft: bool, warnings: list[FileWarning]) -> Metadata:
        zone = self.options.zone
        at = entry.date(element, "published", zone, warnings)
        status: Status = metadata.status(at, draft=draft, now=self.options.now)
        if at is None and not draft:
            warnings.append(FileWarning(None, "it has no date"))
        number = entry.number(text(element, "id"))
        title = metadata.plain(html.unescape(text(element, "title")))
        title = titles.of(title, written(element, "content"), number)
        address = text(element, "blogger:filename") or entry.link(element, "alternate")
        path = addressing.path(address, self.base) if address else ""
        author, _, _ = entry.author(element)
        place = text(element, "georss:featurename") or next(
            (text(one, "blogger:name") for one in element if one.tag == "blogger:location"), ""
        )
        return Metadata(
            kind=kind,
            status=status,
            title=title,
            slug=addressing.slug(addressing.last(path), title),
            addresses=(path,) if path not in {"", "/"} else (),
            date=at,
            updated=entry.date(element, "updated", zone, warnings),
            tags=metadata.unique(entry.labels(element)),
            authors=(author,) if author else (),
            summary=metadata.plain(html.unescape(text(element, "blogger:metaDescription"))),
            guid=text(element, "id"),
            extra={"location": place} if place else {},
        )


def _remarks(others: Counter[str], left: int) -> tuple[FileWarning, ...]:
    """What is told of the export as a whole."""
    found = [
        f"{count} entries of the kind '{kind[:60]}' are not brought over" if kind else f"{count} entries say no kind"
        for kind, count in sorted(others.items())
    ]
    if left:
        found.append(f"{left} comments are below posts that the file does not hold; they are not brought over")
    return tuple(FileWarning(None, message) for message in found)


def open_(path: Path, options: Options, *, url: str | None = None) -> Blogger:
    """The export in this file; `url` is the address of the blog where the file does not say it.

    Raises Invalid where it is no export of Blogger.
    """
    beginning = head(path)
    if "schemas.google.com/blogger/" not in beginning and "blogger.com,1999:blog-" not in beginning:
        raise Invalid(
            f"{path.name} is no export of Blogger.",
            hint="It is made in Blogger by Settings, Back up content, or by Google Takeout (feed.atom).",
        )
    written_home = addressing.stated(url) or _home(beginning.partition("<entry")[0])
    site, base = addressing.home(written_home)
    blog = re.search(r"blogger\.com,1999:blog-(\d{1,30})", beginning)
    return Blogger(path, options, blog[1] if blog else str(path.resolve()), site, base)


def wanted(name: str) -> bool:
    """Whether a file of a Takeout is read."""
    return name.rpartition("/")[2] == _FEED


def open_takeout(given: Unpacked, options: Options, *, origin: Path, url: str | None = None) -> Blogger:
    """The one blog in a Takeout that was unpacked from `origin`. Raises Invalid where it holds none or several."""
    feeds = [one for one in zips.found(given.folder, _FEED) if one.is_file()]
    if len(feeds) != 1:
        hint = (
            "Unpack it, and give the feed.atom of each blog." if feeds else "Choose Blogger when you make the Takeout."
        )
        raise Invalid(f"{origin.name} holds {len(feeds)} blogs of Blogger, and one is wanted.", hint=hint)
    return open_(feeds[0], options, url=url)


def _home(beginning: str) -> str:
    """The address of the blog; empty where the file does not say it."""
    for written_link in _LINK.findall(beginning):
        said = {name: html.unescape(one or other) for name, one, other in _ATTRIBUTE.findall(written_link)}
        address = said.get("href", "")
        page = said.get("rel") == "alternate" and said.get("type", "text/html") == "text/html"
        if page and addressing.parts(address).hostname not in {None, "www.blogger.com", "draft.blogger.com"}:
            return address
    return ""
