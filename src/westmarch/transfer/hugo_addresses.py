"""The addresses of Hugo's pages: by their folders, by `slug` and `url`, and by the patterns of `permalinks`."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from westmarch.transfer.hugo_settings import HugoSettings
from westmarch.transfer.permalinks import from_url, tidy

_TOKEN = re.compile(r":([A-Za-z]+)(?:\[([^\]]*)\])?")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SLICE = re.compile(r"(\d*|last):(\d*|last)|(\d+|last)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the address of a page is made of.

    `folders` are those above it in the content, without the page's own if it is a bundle, whose last part is `name`.
    `sections` are those of the folders that have a page of their own, and the first. `list_` is a section's own page
    (`_index.md`), whose last folder is its name; `at` is the date as it is written.
    """

    folders: tuple[str, ...]
    sections: tuple[str, ...]
    name: str
    list_: bool
    title: str
    slug: str
    url: str
    language: str
    at: datetime | None

    @property
    def section(self) -> str:
        """The first folder."""
        return self.folders[0] if self.folders else ""


def address(place: Place, settings: HugoSettings, pattern: str) -> tuple[str, list[str]]:
    """The path of a page below the site's base path, and the placeholders that nobody knows.

    `pattern` is that of its section, '' where addresses follow the folders.
    """
    prefix = settings.prefix(place.language)
    values = _values(place, settings)
    if place.url:
        own, unknown = _expanded(place.url, values)
        # Since version 0.131 an address without a slash in front is below its language, one with it is not.
        return _whole(from_url(own if own.startswith("/") or "://" in own else f"{prefix}/{own}"), ugly=False), unknown
    ugly = settings.ugly(place.section)
    if place.list_:
        folders = [_of_path(folder, settings) for folder in place.folders]
        return _whole(tidy("/".join([prefix, *folders, ""])), ugly=ugly and bool(folders)), []
    if pattern:
        path, unknown = _expanded(pattern, values)
        path = path if settings.yes("disablepathtolower") else path.lower()
        return _whole(tidy(f"{prefix}/{path}"), ugly=ugly), unknown
    name = urlized(place.slug, settings) if place.slug else _of_path(place.name, settings)
    parts = [*(_of_path(folder, settings) for folder in place.folders), name]
    return _whole(tidy("/".join([prefix, *parts])) + "/", ugly=ugly), []


def alias(written: str, own: str) -> str:
    """An address that led to a page: one without a slash in front is beside the page's own."""
    if written.startswith("/") or "://" in written:
        return _whole(from_url(written), ugly=False)
    above = PurePosixPath(own.rstrip("/") or "/").parent.as_posix().rstrip("/")
    return _whole(from_url(f"{above}/{written}"), ugly=False)


def urlized(name: str, settings: HugoSettings) -> str:
    """A name as Hugo puts it into addresses: letters, digits and a few signs stay, white space becomes hyphens."""
    if not settings.yes("disablepathtolower"):
        name = name.lower()
    if settings.yes("removepathaccents"):
        bare = unicodedata.normalize("NFD", name)
        name = unicodedata.normalize("NFC", "".join(char for char in bare if unicodedata.category(char) != "Mn"))
    kept: list[str] = []
    gap = False
    for at, char in enumerate(name):
        if char.isalnum() or char in "./\\_#+~-@" or unicodedata.category(char)[0] == "M" or _ESCAPE.match(name, at):
            if gap and char != "-":
                kept.append("-")
            gap = False
            kept.append(char)
        elif char.isspace() and kept and kept[-1] != "-":
            gap = True
    return "".join(kept)


def _of_path(name: str, settings: HugoSettings) -> str:
    """The name of a file or folder, in which each space counts."""
    return urlized(name.replace(" ", "-"), settings)


def _whole(path: str, *, ugly: bool) -> str:
    """A path as it is answered: a folder, or a file where its name has an ending or the site is set so."""
    if path.endswith("/index.html"):
        return path.removesuffix("index.html")
    if ugly and path != "/":
        return path if PurePosixPath(path).suffix == ".html" else path.rstrip("/") + ".html"
    return path if path.endswith("/") or PurePosixPath(path).suffix else f"{path}/"


def _values(place: Place, settings: HugoSettings) -> Mapping[str, str]:
    name = _of_path(place.name, settings)
    # A `#` at the end of a title begins a fragment that is empty, and is gone.
    title, slug = urlized(place.title, settings).removesuffix("#"), urlized(place.slug, settings)
    values = {
        "section": _of_path(place.section, settings),
        "title": title, "slug": slug or title, "filename": name, "contentbasename": name,
        "slugorfilename": slug or name, "slugorcontentbasename": slug or name,
        "sections": "/".join(_of_path(folder, settings) for folder in place.sections),
    }  # fmt: skip
    if place.at is not None:
        at = place.at
        values |= {
            "year": f"{at.year:04}", "month": f"{at.month:02}", "day": f"{at.day:02}",
            "yearday": str(at.timetuple().tm_yday),
            "monthname": _MONTHS[at.month - 1], "weekdayname": _DAYS[at.weekday()],
            "weekday": str(at.isoweekday() % 7),
        }  # fmt: skip
    return values


# Go's names of months and days, whatever the locale here.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _expanded(pattern: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    unknown: list[str] = []

    def replace(found: re.Match[str]) -> str:
        name = found[1].lower()
        if name == "sections" and found[2] is not None:
            parts = values["sections"].split("/") if values["sections"] else []
            return "/".join(_sliced(parts, found[2]))
        if name not in values:
            unknown.append(found[0])
            return found[0]
        return values[name] + (f"[{found[2]}]" if found[2] is not None else "")

    return _TOKEN.sub(replace, pattern), unknown


def _sliced(parts: list[str], written: str) -> list[str]:
    """`:sections[1:]`, `[:2]`, `[last]`: some of the folders, as Hugo counts them."""
    found = _SLICE.fullmatch(written.strip())
    if found is None:
        return parts
    last = len(parts) - 1
    if found[3]:
        at = last if found[3] == "last" else int(found[3])
        return parts[at : at + 1] if at >= 0 else []
    first = last if found[1] == "last" else int(found[1] or 0)
    end = last if found[2] == "last" else int(found[2]) if found[2] else len(parts)
    return parts[first:end]
