"""What can be done for a file without the database: reading, converting, looking at its pictures, rendering.

It is all that costs time, and runs in processes beside the one that writes.
"""

import unicodedata
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from westmarch.errors import Invalid
from westmarch.media.files import Examined, examine
from westmarch.text.markdown import render
from westmarch.text.rendered import Picture, Rendered
from westmarch.transfer import destinations
from westmarch.transfer.destinations import Destination
from westmarch.transfer.items import LARGEST, Entry, FileWarning, Item, PictureReference, Version
from westmarch.transfer.metadata import merged_warnings
from westmarch.transfer.reader import Reader


@dataclass(frozen=True, slots=True)
class FoundMedia:
    """A picture or file that comes along: where it lies, what it is, the address it will have, its description.

    `origin` is the address that it was fetched from.
    """

    path: Path
    examined: Examined
    address: str
    alt: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class LostMedia:
    """A picture that does not come along, and why."""

    src: str
    path: Path | None
    reason: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file ready to be stored. `rendered` is None where it is what was stored before (`source_hash` says so).

    `versions` are the earlier states of its text.
    """

    item: Item
    source_hash: str
    markdown: str
    language: str
    rendered: Rendered | None
    media: tuple[FoundMedia, ...] = ()
    lost: tuple[LostMedia, ...] = ()
    cover: Examined | None = None
    versions: tuple[tuple[Version, Rendered], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A file of which nothing can be read."""

    reason: str


class _Sizes:
    """What the renderer may ask: the sizes of the pictures that come along. Links are looked up when it is stored."""

    def __init__(self, media: dict[str, FoundMedia]) -> None:
        self._media = {found.address: found for found in media.values()}

    def link(self, _href: str) -> int | None:
        return None

    def picture(self, src: str) -> Picture | None:
        found = self._media.get(src)
        return Picture(found.examined.width, found.examined.height, found.alt) if found else None


def prepare(reader: Reader, entry: Entry, stored_hash: str | None, language: str) -> Prepared | Failed:
    """Read one file and make of it all that is to be stored; `language` is the site's own.

    `stored_hash` is what was stored for the file before: where nothing has changed since, it is not rendered again.
    """
    try:
        item = reader.item(entry.source)
    except Invalid as error:
        return Failed(error.message)
    except OSError as error:
        return Failed(f"the file cannot be read: {error.strerror or error}")
    found: dict[str, FoundMedia] = {}
    lost: list[LostMedia] = []
    for reference in item.pictures:
        media = _examined(reference)
        if isinstance(media, FoundMedia):
            found[reference.src] = media
        else:
            lost.append(media)
    source_hash = _hash(item.source_hash, lost)
    spoken = item.metadata.language or language
    item = replace(item, warnings=merged_warnings([*item.warnings, *_lost_warnings(item, lost)]))
    if source_hash == stored_hash:
        return Prepared(item, source_hash, "", spoken, None, tuple(found.values()), tuple(lost))
    markdown = destinations.rewrite(item.body, lambda one: _address(one, found)) if found else item.body
    rendered = render(markdown, language=spoken, resolver=_Sizes(found))
    more = [FileWarning(None, warning.message) for warning in rendered.warnings]
    item = replace(item, warnings=merged_warnings([*item.warnings, *more]))
    cover = found.get(item.metadata.cover or "")
    examined = cover.examined if cover else None
    versions = tuple((one, render(one.content, language=one.language or spoken)) for one in item.revisions)
    return Prepared(
        item, source_hash, markdown, spoken, rendered, tuple(found.values()), tuple(lost), examined, versions
    )


def _address(one: Destination, found: dict[str, FoundMedia]) -> str | None:
    media = found.get(one.address)
    return media.address if media else None


def _examined(reference: PictureReference) -> FoundMedia | LostMedia:
    path = reference.path
    if path is None:
        return LostMedia(reference.src, None, reference.reason or "there is no such file in the folder")
    try:
        if path.stat().st_size > LARGEST:
            return LostMedia(reference.src, path, f"the file is larger than {LARGEST // 1024 // 1024} MiB")
        examined = examine(path.read_bytes(), path.name)
    except Invalid as error:
        return LostMedia(reference.src, path, error.message)
    except OSError as error:
        return LostMedia(reference.src, path, f"the file cannot be read: {error.strerror or error}")
    address = f"/media/{examined.hash[:2]}/{examined.hash[2:]}.{examined.extension}"
    return FoundMedia(path, examined, address, reference.alt, reference.origin)


def _lost_warnings(item: Item, lost: list[LostMedia]) -> list[FileWarning]:
    lines = {reference.src: reference.line for reference in item.pictures}
    return [FileWarning(lines[one.src], f"'{one.src[:120]}' was left as it is: {one.reason}") for one in lost]


def _hash(content: str, lost: list[LostMedia]) -> str:
    """The hash of the file; with a second half where pictures are lost: once they are there it counts as new."""
    if not lost:
        return content
    missing = "\n".join(sorted(unicodedata.normalize("NFC", f"{one.src} {one.reason}") for one in lost))
    return f"{content}-{blake2b(missing.encode(errors='replace'), digest_size=8).hexdigest()}"
