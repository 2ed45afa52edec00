"""A folder that `westmarch export markdown` wrote: its texts come in as they went out, letter by letter."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, cast

from westmarch.errors import Invalid
from westmarch.links import paths
from westmarch.transfer import destinations, metadata, yaml_fields
from westmarch.transfer.blogs import is_markdown, outside, walk
from westmarch.transfer.decoding import decode
from westmarch.transfer.fields import Fields, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.items import (
    Body,
    Entry,
    FileWarning,
    Item,
    Metadata,
    PictureReference,
    Source,
    Status,
    Unread,
)
from westmarch.transfer.out.fields import OURS
from westmarch.transfer.reader import digest

_FENCE = "---\n"
_FOLDERS = frozenset({"posts", "pages", "drafts"})


@dataclass(frozen=True, slots=True)
class OurReader:
    """Reads such a folder. Addresses in it are below the base path of its site, and so they are below that of ours."""

    root: Path
    number: int
    folder: Path
    zone: tzinfo
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
        if outside(source.path, self.folder):
            return Unread(source, "skipped", "it is a link to a file outside of the folder")
        if not source.path.is_file():
            return Unread(source, "skipped", "it is no regular file")
        try:
            data = source.path.read_bytes()
            front = _parted(data)
        except Invalid as error:
            return Unread(source, "failed", error.message)
        except OSError as error:
            return Unread(source, "failed", f"the file cannot be read: {error.strerror or error}")
        about = self._metadata(front)
        number = text(_ours(front).get("id"))
        return int(number) if number.isdecimal() and len(number) < 19 else 0, Entry(
            blog=self.number,
            source=source,
            kind=about.kind,
            status=about.status,
            title=about.title,
            slug=about.slug,
            addresses=about.addresses,
            date=about.date,
            tags=about.tags,
            source_hash=digest(data),
            answered=about.status == "published",
        )

    def item(self, source: Source) -> Item:
        """The second pass: one file whole. Raises `Invalid` where it is no text, `OSError` where it cannot be read."""
        data = source.path.read_bytes()
        front = _parted(data)
        about = self._metadata(front)
        body = front.body.text
        addresses = [one.address for one in destinations.destinations(body)]
        wanted = dict.fromkeys(one for one in (*addresses, about.cover or "") if one.startswith("/media/"))
        warnings = list(about.warnings)
        if about.broken is not None:
            warnings.append(FileWarning(about.broken.line, about.broken.reason))
        return Item(
            key=source.key,
            metadata=about,
            body=body,
            pictures=tuple(PictureReference(one, self._file(one), None) for one in wanted),
            source_hash=digest(data),
            warnings=tuple(warnings),
        )

    def close(self) -> None:
        """Nothing is open between two files."""

    def _file(self, address: str) -> Path | None:
        place = self.root / address.lstrip("/")
        return place if place.is_file() and not outside(place, self.folder) else None

    def _metadata(self, front: FrontMatter) -> Metadata:
        fields = Fields(front, self.zone, "none")
        ours = _ours(front)
        fields.take(OURS, "permalink", "redirect_from", "draft", "published")
        at = fields.moment("date")
        status = text(ours.get("status"))
        if status not in {"draft", "scheduled", "published"}:
            status = "draft" if metadata.is_draft(fields) else "published"
        title = text(front.fields.get("title")) if front.broken else str(front.fields.get("title") or "")
        fields.take("title", "status")
        series, cover = fields.take("series"), fields.take("image")
        slug = fields.text("slug")
        return Metadata(
            kind="page" if fields.text("layout") == "page" else "post",
            status=cast("Status", "draft" if front.broken else status),
            title=title or slug,
            slug=slug,
            addresses=self._addresses(fields),
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
            extra=fields.extra() | _extra(ours),
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


def _ours(front: FrontMatter) -> dict[str, Any]:
    found = front.fields.get(OURS)
    return found if isinstance(found, dict) else {}


def _extra(ours: dict[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(ours.get("extra") or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")]


def _text_or_none(value: Any) -> str | None:
    return str(value) if value else None


def _parted(data: bytes) -> FrontMatter:
    """Front matter and text. The text is what stands behind the one empty line below the front matter."""
    try:
        whole = data.decode()
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
