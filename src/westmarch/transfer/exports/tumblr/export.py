"""The export of a blog at Tumblr."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from westmarch.errors import Invalid
from westmarch.transfer import metadata
from westmarch.transfer.blogs import Options, outside
from westmarch.transfer.dates import moment
from westmarch.transfer.exports import addressing, titles, zips
from westmarch.transfer.exports.records import Record
from westmarch.transfer.exports.tumblr import json_posts, pages, xml_posts
from westmarch.transfer.exports.tumblr.said import Fault, Said
from westmarch.transfer.exports.zips import Unpacked
from westmarch.transfer.items import FileWarning, Metadata, Source, Status, Unread

_READ = re.compile(r"(?:.*/)?(?:posts\.(?:zip|json|xml)|(?:html|json|posts)/\d+\.(?:html|json)|media/[^/]+)")
_MEDIUM = re.compile(r"(\d{1,30})(?:_(\d{1,4}))?\.(\w{2,5})")
_IMG = re.compile(r"(<img\b[^<>]*?\bsrc\s*=\s*[\"'])([^\"'<>]*)([\"'])", re.IGNORECASE)
_LOCAL = re.compile(r"((?:src|href)\s*=\s*[\"'])(?:\.{1,2}/)*media/", re.IGNORECASE)
_PLAYED = {
    "mp3": "audio",
    "m4a": "audio",
    "ogg": "audio",
    "wav": "audio",
    "mp4": "video",
    "mov": "video",
    "webm": "video",
}
_TOLD = {
    "private": "it was private; it comes in as a draft",
    "submission": "somebody handed it in; it comes in as a draft",
    "unapproved": "it waited for review; it comes in as a draft",
}
#: The inner zip, which holds the pages of posts.
NESTED = "posts.zip"


def wanted(name: str) -> bool:
    """Whether a file of the zip is read: conversations, and what Tumblr knows of its user, stay in it."""
    return _READ.fullmatch(name) is not None


@dataclass(slots=True)
class Tumblr:
    """One blog. `media` are the names of the files of each post, by its id, in the order in which it shows them."""

    folder: Path
    source: Path
    options: Options
    name: str
    url: str | None
    base: str
    media: Mapping[str, tuple[str, ...]]
    remarks: tuple[FileWarning, ...]
    program: str = field(default="Tumblr", init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The posts, in the order in which they are written."""
        for said in _posts(self.source):
            if isinstance(said, Fault):
                source = Source(self.source, said.place, said.place, "post")
                yield Unread(source, "failed", said.reason, said.line)
            else:
                yield self._record(said)

    def places(self, address: str, _record: Record) -> Iterator[Path]:
        """The files of `media`, of which the folder may have one or be one."""
        yield self.folder / address.lstrip("/")

    def _record(self, said: Said) -> Record:
        warnings = [FileWarning(None, message) for message in said.told]
        return Record(
            key=f"post-{said.id}",
            path=self.source,
            line=said.line,
            about=self._about(said, warnings),
            content=_with_media(said.html, self.media.get(said.id, ())),
            warnings=tuple(warnings),
        )

    def _about(self, said: Said, warnings: list[FileWarning]) -> Metadata:
        at = self._date(said, warnings)
        draft = said.state not in {"published", "queued"}
        if draft and said.state != "draft":
            message = _TOLD.get(said.state, f"its state was '{said.state[:60]}'; it comes in as a draft")
            warnings.append(FileWarning(None, message))
        status: Status = metadata.status(at, draft=draft, now=self.options.now)
        if at is None and not draft:
            warnings.append(FileWarning(None, "it has no date"))
        own = metadata.plain(html.unescape(said.title))
        title = titles.of(own, said.html, said.id)
        path = addressing.path(said.address, self.base)
        named = f"/post/{said.id}/{said.slug}" if said.slug else f"/post/{said.id}"
        first = path if path.startswith(f"/post/{said.id}") else named
        return Metadata(
            kind="post",
            status=status,
            title=title,
            slug=addressing.slug(said.slug, own, said.id),
            addresses=metadata.unique((first, named, f"/post/{said.id}")),
            date=at,
            pinned=said.pinned,
            tags=metadata.unique(" ".join(tag.split()) for tag in said.tags),
            extra={},
        )

    def _date(self, said: Said, warnings: list[FileWarning]) -> datetime | None:
        if not said.date:
            return None
        try:
            return moment(said.date, self.options.zone)
        except ValueError as error:
            warnings.append(FileWarning(None, f"date: {error}"))
            return None


def _posts(source: Path) -> Iterator[Said | Fault]:
    """The posts of a file, or of a folder of pages or of JSON."""
    if source.suffix == ".json":
        yield from json_posts.posts(source)
    elif source.suffix == ".xml":
        yield from xml_posts.posts(source)
    elif source.name == "json":
        for path in sorted(source.glob("*.json")):
            yield Fault(path.name, "a link out of the folder") if outside(path, source) else json_posts.one(path)
    else:
        yield from pages.posts(source)


def _with_media(content: str, names: tuple[str, ...]) -> str:
    """The text with the files that came with the export: in place of those at Tumblr, or in front where it has none."""
    content = _LOCAL.sub(r"\1/media/", content)
    pictures = [name for name in names if name.rpartition(".")[2].lower() not in _PLAYED]
    shown = _IMG.findall(content)
    if pictures and len(shown) == len(pictures) and all(_at_tumblr(address) for _, address, _ in shown):
        left = iter(pictures)
        content = _IMG.sub(lambda one: f"{one[1]}/media/{next(left)}{one[3]}", content)
    elif not shown:
        content = "".join(f'<figure><img src="/media/{name}" alt=""></figure>' for name in pictures) + content
    played = [name for name in names if name not in pictures]
    if played and not re.search(r"<(?:audio|video|iframe)\b", content):
        content = "".join(map(_player, played)) + content
    return content


def _at_tumblr(address: str) -> bool:
    host = addressing.parts(address).hostname or ""
    return address.startswith("/media/") or host.endswith((".tumblr.com", ".media.tumblr.com"))


def _player(name: str) -> str:
    kind = _PLAYED[name.rpartition(".")[2].lower()]
    return f'<p><{kind} src="/media/{name}" controls></{kind}></p>'


def open_(given: Unpacked, options: Options, *, origin: Path, url: str | None = None) -> Tumblr:
    """The export that was unpacked from `origin`; `url` is the blog's address where the export does not say it.

    Of several forms in one export the one that says most is read: JSON, then XML, then pages.
    Raises Invalid where it is no export of Tumblr.
    """
    source = _source(given.folder)
    if source is None:
        raise Invalid(
            f"{origin.name} is no export of Tumblr: there are no pages of posts, no 'posts.json' and no 'posts.xml'.",
            hint="It is made at Tumblr by Blog settings, Export. Unpack the posts.zip in it if you give a folder.",
        )
    media = next((one for one in zips.found(given.folder, "media") if one.is_dir()), None)
    home = addressing.stated(url)
    if not home:
        first = next((one for one in _posts(source) if isinstance(one, Said) and one.address), None)
        home = _home(first.address) if first else ""
    site, base = addressing.home(home)
    broken = tuple(FileWarning(None, f"'{name[:100]}' in the zip is broken") for name in given.broken)
    folder = media.parent if media else given.folder
    return Tumblr(folder, source, options, home or str(origin.resolve()), site, base, _media(media), broken)


def _source(folder: Path) -> Path | None:
    for name in ("posts.json", "posts.xml"):
        if files := [one for one in zips.found(folder, name) if one.is_file()]:
            return files[0]
    for name, ending in (("json", "json"), ("html", "html"), ("posts", "html")):
        for one in zips.found(folder, name):
            if one.is_dir() and any(path.stem.isdecimal() for path in one.glob(f"*.{ending}")):
                return one
    return None


def _home(address: str) -> str:
    """The blog's address, from that of a post; blogs within `www.tumblr.com` have a path there."""
    found = addressing.parts(address)
    before = found.path.partition("/post/")[0] if "/post/" in found.path else ""
    return f"{found.scheme}://{found.netloc}{before}" if found.netloc else ""


def _media(folder: Path | None) -> dict[str, tuple[str, ...]]:
    """The names of files by the id of the post that they are of: `ID.jpg`, or `ID_0.jpg` and so on."""
    found: dict[str, list[tuple[int, str]]] = {}
    for path in folder.iterdir() if folder else ():
        if named := _MEDIUM.fullmatch(path.name):
            found.setdefault(named[1], []).append((int(named[2] or -1), path.name))
    return {number: tuple(name for _, name in sorted(names)) for number, names in found.items()}
