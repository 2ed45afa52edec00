"""A folder that `westmarch export markdown` wrote: its texts come in as they went out, letter by letter."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from westmarch.errors import Invalid
from westmarch.links import parameters, paths
from westmarch.transfer import destinations, metadata, yaml_fields
from westmarch.transfer.blogs import is_markdown, outside, unusable, walk
from westmarch.transfer.dates import moment
from westmarch.transfer.decoding import LONGEST, decode
from westmarch.transfer.fields import Fields, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.items import (
    Body,
    Comment,
    Entry,
    FileWarning,
    Item,
    Metadata,
    PictureReference,
    Source,
    Status,
    Unread,
    Version,
)
from westmarch.transfer.out.fields import OURS
from westmarch.transfer.reader import digest

_FENCE = "---\n"
_WAITING, _FIELDS, _COMMENTS = "waiting/{}.md", "fields/{}.json", "comments/{}.json"
#: The zero byte in JSON, which no database keeps.
_ZERO = b"\\u0000"
_MEDIA = re.compile(r"/media/[0-9a-f]{2}/[0-9a-f]{62}\.[a-z0-9]{1,10}")
_FOLDERS = frozenset({"posts", "pages", "drafts"})


@dataclass(frozen=True, slots=True)
class OurReader:
    """Reads such a folder. Addresses in it are below the base path of its site, and so they are below that of ours.

    `alts` are the descriptions of its pictures that have one, by their address.
    """

    root: Path
    number: int
    folder: Path
    zone: tzinfo
    alts: Mapping[str, str]
    trouble: FileWarning | None = None
    remarks: tuple[FileWarning, ...] = ()

    def entries(self) -> Iterator[Entry | Unread]:
        """The first pass: each file once, in the order in which the posts were made."""
        found: list[tuple[int, Entry]] = []
        for path, inner in walk(self.root):
            if not is_markdown(inner) or inner.split("/")[0] not in _FOLDERS:
                continue
            key = path.relative_to(self.folder).as_posix()
            one = self._entry(Source(path, key, inner, "post"))
            if isinstance(one, Unread):
                yield one
            else:
                found.append(one)
        found.sort(key=lambda one: one[0])
        yield from (entry for _, entry in found)

    def _entry(self, source: Source) -> tuple[int, Entry] | Unread:
        if (unread := unusable(source, self.folder)) is not None:
            return unread
        try:
            data = source.path.read_bytes()
            front = _parted(data)
            waiting, comments = self._beside(front, _WAITING), self._beside(front, _COMMENTS)
            about = self._metadata(front)
        except Invalid as error:
            return Unread(source, "failed", error.message)
        except OSError as error:
            return Unread(source, "failed", f"the file cannot be read: {error.strerror or error}")
        hashed = digest(data + waiting + comments)
        entry = Entry.of(self.number, source, about, about.addresses, hashed, about.queries)
        answered = about.status == "published" and not _ours(front).get("trashed")
        # They come in as they were made, whatever their dates: parts of one rank are in that order.
        return int(_number(front) or 0), replace(entry, date=None, answered=answered)

    def item(self, source: Source) -> Item:
        """The second pass: one file whole. Raises `Invalid` where it is no text, `OSError` where it cannot be read."""
        data = source.path.read_bytes()
        front = _parted(data)
        waiting, comments = self._beside(front, _WAITING), self._beside(front, _COMMENTS)
        about = self._metadata(front)
        body = front.body.text
        addresses = [one.address for one in destinations.destinations(body)]
        wanted = dict.fromkeys(one for one in (*addresses, about.cover or "") if _MEDIA.fullmatch(one))
        warnings = list(about.warnings)
        if about.broken is not None:
            warnings.append(FileWarning(about.broken.line, about.broken.reason))
        trashed_at = _moment(_ours(front).get("trashed"), self.zone, warnings)
        return Item(
            key=source.key,
            metadata=about,
            body=body,
            pictures=tuple(PictureReference(one, self._file(one), None, self.alts.get(one, "")) for one in wanted),
            source_hash=digest(data + waiting + comments),
            waiting=self._version(waiting) if waiting else None,
            revisions=tuple(self._earlier(front, warnings)),
            comments=_comments(comments, warnings),
            trashed_at=trashed_at,
            warnings=tuple(warnings),
        )

    def _beside(self, front: FrontMatter, name: str) -> bytes:
        """A file that belongs to a post, empty where there is none; `name` is a pattern for the post's number."""
        number = _number(front)
        place = self.root / name.format(number)
        if not number or not place.is_file() or outside(place, self.folder):
            return b""
        return place.read_bytes()

    def _earlier(self, front: FrontMatter, warnings: list[FileWarning]) -> Iterator[Version]:
        """The earlier texts of a post, if they went out with it; one that is no text is told."""
        number = _number(front)
        place = self.root / "revisions" / number
        if not number or not place.is_dir() or outside(place, self.folder):
            return
        found = [path for path in place.iterdir() if re.fullmatch(r"[0-9]{1,18}\.md", path.name)]
        for path in sorted(found, key=lambda path: int(path.stem)):
            if not path.is_file() or outside(path, self.folder):
                continue
            try:
                yield self._version(path.read_bytes())
            except Invalid as error:
                inner = path.relative_to(self.root).as_posix()
                warnings.append(FileWarning(None, f"its earlier text {inner} is left out: {error.message}"))

    def _version(self, data: bytes) -> Version:
        front = _parted(data)
        fields = Fields(front, self.zone, "none")
        return Version(
            title=str(front.fields.get("title") or ""),
            content=front.body.text,
            language=fields.text("lang") or None,
            date=fields.moment("date"),
            author=str(fields.take("author") or ""),
        )

    def close(self) -> None:
        """Nothing is open between two files."""

    def _file(self, address: str) -> Path | None:
        place = self.root / address.lstrip("/")
        return place if place.is_file() and not outside(place, self.folder) else None

    def _metadata(self, front: FrontMatter) -> Metadata:
        fields = Fields(front, self.zone, "none")
        ours = _ours(front)
        fields.take(OURS, "permalink", "redirect_from")
        at = fields.moment("date")
        title = text(front.fields.get("title")) if front.broken else str(front.fields.get("title") or "")
        fields.take("title")
        series, cover = fields.take("series"), fields.take("image")
        slug = fields.text("slug")
        return Metadata(
            kind="page" if fields.text("layout") == "page" else "post",
            status="draft" if front.broken else _status(fields, ours, at),
            title=title or slug,
            slug=slug,
            addresses=self._addresses(fields),
            queries=_queries(fields, ours),
            date=at,
            updated=fields.moment("lastmod"),
            unlisted=fields.yes("unlisted"),
            pinned=fields.yes("pinned"),
            tags=tuple(_texts(fields.take("tags"))),
            topic=next(iter(_texts(series)), None),
            part=fields.number("part"),
            authors=tuple(_texts(fields.take("authors"))),
            language=fields.text("lang") or None,
            summary=str(fields.take("description") or ""),
            cover=str(cover) if cover else None,
            translation=_text_or_none(fields.take("translationKey")),
            guid=_text_or_none(fields.take("guid")),
            meta_title=str(ours.get("meta_title") or ""),
            meta_description=str(ours.get("meta_description") or ""),
            extra=fields.extra() | _extra(ours.get("extra")) | _extra(self._beside(front, _FIELDS)),
            warnings=tuple(fields.warnings),
            broken=front.broken,
        )

    def _addresses(self, fields: Fields) -> tuple[str, ...]:
        written = [*_texts(fields.take("url")), *_texts(fields.take("aliases"))]
        found = []
        for one in written:
            try:
                found.append(paths.parse(one))
            except Invalid as error:
                fields.warn(error.message, "url", "aliases")
        return metadata.unique(found)


def _comments(data: bytes, warnings: list[FileWarning]) -> tuple[Comment, ...]:
    """What readers wrote below a post; none, and a warning, where that cannot be read."""
    if not data:
        return ()
    try:
        if _ZERO in data:
            raise ValueError
        return TypeAdapter(tuple[Comment, ...]).validate_json(data)
    except ValueError:  # As pydantic's error is one.
        warnings.append(FileWarning(None, "its comments are left out: their file is not what an export writes"))
        return ()


def _moment(value: Any, zone: tzinfo, warnings: list[FileWarning]) -> datetime | None:
    """When a post went to the trash; where that is no date it still went there."""
    if not value:
        return None
    try:
        return moment(value, zone)
    except ValueError as error:
        warnings.append(FileWarning(None, str(error)))
        return datetime.now(UTC)


def _status(fields: Fields, ours: dict[str, Any], at: datetime | None) -> Status:
    """As the fields say that all programs read, for people edit them; of a text in the trash they say only that."""
    said, draft, published = fields.text("status"), fields.yes("draft"), fields.yes("published", default=True)
    if ours.get("trashed"):
        said, draft, published = text(ours.get("status")), False, True
    if draft or not published or said == "draft":
        return "draft"
    return "scheduled" if said == "scheduled" and at is not None else "published"


def _ours(front: FrontMatter) -> dict[str, Any]:
    found = front.fields.get(OURS)
    return found if isinstance(found, dict) else {}


def _number(front: FrontMatter) -> str:
    """The number by which the files beside a post are named; empty where it has none."""
    number = text(_ours(front).get("id"))
    return number if re.fullmatch(r"[0-9]{1,18}", number) else ""


def _extra(written: Any) -> dict[str, Any]:
    """Fields as JSON; none where it is broken."""
    try:
        found = json.loads(written or "{}")
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")]


def _queries(fields: Fields, ours: dict[str, Any]) -> tuple[str, ...]:
    """Old addresses with a query that a link may have."""
    found = []
    for one in _texts(ours.get("old")):
        try:
            parts = urlsplit(one)
            path, query = paths.parse(parts.path), parameters.declared(parts.query)
        except (Invalid, ValueError):
            fields.warn(f"'{one[:100]}' is no address with a query", OURS)
        else:
            found.append(f"{paths.quote(path)}?{query}")
    return metadata.unique(found)


def _text_or_none(value: Any) -> str | None:
    return str(value) if value else None


def _parted(data: bytes) -> FrontMatter:
    """Front matter and text. The text is what stands behind the one empty line below the front matter."""
    try:
        whole = data.decode() if len(data) <= LONGEST and b"\x00" not in data else decode(data).text
    except UnicodeDecodeError:
        return parse(decode(data).text)
    end = whole.find(f"\n{_FENCE}\n", len(_FENCE) - 1)
    if not whole.startswith(_FENCE) or end < 0:
        return parse(decode(data).text)
    head, body = whole[len(_FENCE) : end + 1], whole[end + len(_FENCE) + 2 :]
    try:
        fields, lines, warnings = yaml_fields.load(head)
    except yaml_fields.FieldsError:
        return parse(decode(data).text)
    return FrontMatter("yaml", fields, Body(body, head.count("\n") + 4), lines, tuple(warnings))
