"""What is to be changed of a post or page, from whatever surface, and whether each field can be taken."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from westmarch.errors import Invalid
from westmarch.links.paths import LONGEST_OWNED
from westmarch.posts.edited import Shown
from westmarch.posts.making import TITLE


class _Unset(Enum):
    UNSET = "unset"

    def __bool__(self) -> bool:
        return False


Unset = Literal[_Unset.UNSET]
#: The value of a field that stays as it is.
UNSET: Final = _Unset.UNSET

#: The most that fields take, in code points, entries, or as a number.
STANDFIRST, MARKDOWN, NAME, ALT, LANGUAGE, EXTRA = 2_000, 3_000_000, 200, 2_000, 35, 50_000
TAGS, AUTHORS, ALIASES, PART = 50, 20, 200, 1_000_000
META_TITLE, META_DESCRIPTION = 300, 1_000
_MOST = {"tags": TAGS, "authors": AUTHORS}
# A path is percent-encoded in an address, and a declared query stands behind it.
_PATH, _ADDRESS = 3 * LONGEST_OWNED, 3 * LONGEST_OWNED + 300
# So deep values may lie in `extra`, and so large whole numbers may be there.
_DEPTH = 20
_LARGEST = 2**53
_YEARS = range(1000, 3000)  # What an archive has pages for.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Slug(str):
    """The slug of a tag or an author that there must be; a plain text is a name, which is made where it is none yet."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a post or page is to be; what is `UNSET` stays, and in a new one is as in a `Draft`.

    `slug` "" makes one of the title. `path` is an exact address. `status` "unlisted" is published and in no list;
    "published" is listed, but for `unlisted`. Moments have a zone. `tags` and `authors` are names or slugs, `topic` is
    a slug, `part` the rank in it (None: the last). `aliases` are old addresses that are added: none ever goes.
    `cover_alt` is what the post says of its cover; `extra` are further fields for templates. `meta_title` and
    `meta_description` are told to search engines and on cards in place of title and standfirst, unless they are empty.
    """

    title: str | Unset = UNSET
    slug: str | Unset = UNSET
    path: str | Unset = UNSET
    standfirst: str | Unset = UNSET
    markdown: str | Unset = UNSET
    language: str | Unset = UNSET
    status: Shown | Unset = UNSET
    unlisted: bool | Unset = UNSET
    pinned: bool | Unset = UNSET
    published_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    tags: tuple[str, ...] | Unset = UNSET
    topic: str | Unset | None = UNSET
    part: int | Unset | None = UNSET
    authors: tuple[str, ...] | Unset = UNSET
    cover_id: int | Unset | None = UNSET
    cover_alt: str | Unset = UNSET
    translation_group: str | Unset | None = UNSET
    aliases: tuple[str, ...] | Unset = UNSET
    extra: Mapping[str, Any] | Unset = UNSET
    meta_title: str | Unset = UNSET
    meta_description: str | Unset = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that are set."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not UNSET}


def checked(change: Change) -> Change:
    """The change with its values as they are stored. Raises Invalid for the first field that cannot be taken."""
    given = {
        name: _CHECKS[name](value, name) if name in _CHECKS and value is not None else value
        for name, value in change.given().items()
    }
    return replace(change, **given)


def _title(value: str, place: str) -> str:
    line = _line(value, place, TITLE)
    if not line:
        raise Invalid("A title is needed.", place=place)
    return line


def _language(value: str, place: str) -> str:
    line = _line(value, place, LANGUAGE)
    if not _LANGUAGE.fullmatch(line):
        raise Invalid(f"{line!r} is no tag of a language.", place=place, hint="One looks like en or zh-Hant.")
    return line


def _markdown(value: str, place: str) -> str:
    _plain(value, place, MARKDOWN)
    return value


def _part(value: int, place: str) -> int:
    if not 0 <= value <= PART:
        raise Invalid(f"A place in a topic is a number from 0 to {PART:,}.", place=place)
    return value


def _line_or_none(value: str, place: str) -> str | None:
    return _line(value, place, NAME) or None


def _plain(value: str, place: str, most: int) -> None:
    if len(value) > most:
        raise Invalid(f"It has at most {most:,} characters, this has {len(value):,}.", place=place)
    if "\0" in value:
        raise Invalid("It holds a character (U+0000) that cannot be stored.", place=place)
    if _SURROGATE.search(value):
        raise Invalid("It holds half a character (a lone surrogate).", place=place)


def _line(value: str, place: str, most: int) -> str:
    _plain(value, place, most)
    line = " ".join(value.split())
    if any(unicodedata.category(character) == "Cc" for character in line):
        raise Invalid("It holds a control character.", place=place)
    return line


def _moment(value: datetime, place: str) -> datetime:
    if value.tzinfo is None:
        raise Invalid("The time needs a zone.", place=place, hint="Write it as 2026-01-31T09:00:00+01:00.")
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        moment = datetime.min.replace(tzinfo=UTC)
    if moment.year not in _YEARS:
        raise Invalid(f"Years from {_YEARS[0]} to {_YEARS[-1]} are taken.", place=place)
    return moment


def _names(names: tuple[str, ...], place: str) -> tuple[str, ...]:
    if len(names) > (most := _MOST[place]):
        raise Invalid(f"There may be at most {most}, these are {len(names):,}.", place=place)
    found: list[str] = []
    for name in names:
        line = _line(name, place, NAME)
        if line:
            found.append(Slug(line) if isinstance(name, Slug) else line)
    return tuple(found)


def _aliases(aliases: tuple[str, ...], place: str) -> tuple[str, ...]:
    if len(aliases) > ALIASES:
        raise Invalid(f"There may be at most {ALIASES}, these are {len(aliases):,}.", place=place)
    found = []
    for alias in aliases:
        line = _line(alias, place, _ADDRESS)
        if not line.startswith("/") or line.startswith("//") or urlsplit(line).fragment:
            raise Invalid(
                f"{line[:100]!r} is no old address.", place=place, hint="Write a path of this site: /old/ or /?p=7."
            )
        found.append(line)
    return tuple(dict.fromkeys(found))


def _extra(extra: Mapping[str, Any], place: str) -> dict[str, Any]:
    _fit(extra, 0)
    if len(json.dumps(extra)) > EXTRA:
        raise Invalid(f"All of it may have {EXTRA:,} characters at most.", place=place)
    return dict(extra)


def _fit(value: object, depth: int) -> None:
    """Raises Invalid where a value is none of JSON that both engines keep."""
    if depth > _DEPTH:
        raise Invalid(f"Values lie {_DEPTH} deep at most.", place="extra")
    if isinstance(value, Mapping):
        for name, each in value.items():
            if not isinstance(name, str):
                raise Invalid("Names of fields are texts.", place="extra")
            _plain(name, "extra", NAME)
            _fit(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _fit(each, depth + 1)
    elif isinstance(value, str):
        _plain(value, "extra", EXTRA)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid("A number is not finite.", place="extra")
    elif isinstance(value, int) and abs(value) > _LARGEST:
        raise Invalid("A number is too large.", place="extra")
    elif value is not None and not isinstance(value, bool | int | float):
        raise Invalid(f"A value of the kind {type(value).__name__} cannot be kept.", place="extra")


_CHECKS: Mapping[str, Callable[[Any, str], Any]] = {
    "title": _title,
    "slug": lambda value, place: _line(value, place, TITLE),
    "path": lambda value, place: _line(value, place, _PATH),
    "standfirst": lambda value, place: _line(value, place, STANDFIRST),
    "markdown": _markdown,
    "language": _language,
    "published_at": _moment,
    "updated_at": _moment,
    "tags": _names,
    "topic": _line_or_none,
    "part": _part,
    "authors": _names,
    "cover_alt": lambda value, place: _line(value, place, ALT),
    "translation_group": _line_or_none,
    "aliases": _aliases,
    "extra": _extra,
    "meta_title": lambda value, place: _line(value, place, META_TITLE),
    "meta_description": lambda value, place: _line(value, place, META_DESCRIPTION),
}
