"""From the fields of a file to what they say about it: what is the same whatever program wrote the file."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from westmarch.transfer.fields import Fields, names, text
from westmarch.transfer.items import Broken, FileWarning, Kind, Metadata, Status
from westmarch.transfer.permalinks import from_url

# Before a space or a digit `<` is a sign, for browsers too.
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
#: A text with more tags than this has no use for them, and would take a site's lists along.
MOST_TAGS = 200


def plain(value: str) -> str:
    """Text without markup and on one line, as titles are."""
    return " ".join(_TAG.sub("", value).split())


def titled(name: str) -> str:
    """A title from the name of a file: `a-new_thing` is `A New Thing`."""
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_\s]+", name) if word)


def authors(fields: Fields) -> tuple[str, ...]:
    """Names of authors, given as text, as a list, or as mappings with a name."""
    value = fields.take("authors", "author", "byline")
    people = value if isinstance(value, list) else names(value, "comma") if isinstance(value, str) else [value]
    return unique(plain(text(person)) for person in people)


def unique(found: Iterable[str]) -> tuple[str, ...]:
    """The names in their order, each once, without the empty ones."""
    return tuple(dict.fromkeys(name for name in found if name))


def topic(fields: Fields) -> tuple[str | None, int | None]:
    """The course that a post belongs to, and its place in it."""
    value = fields.take("topic", "series")
    part = fields.number("part", "series_index", "series_part", "series_order", "series_weight", "order_in_series")
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and part is None:
        place = text(value.get("part") or value.get("order") or value.get("index"))
        part = int(place) if place.isdecimal() and len(place) < 9 else None
    return plain(text(value)) or None, part


def redirects(fields: Fields) -> tuple[str, ...]:
    """Addresses that led to the post by a redirect."""
    found = []
    for keys in (("redirect_from",), ("aliases", "alias"), ("old_urls", "old_url")):
        found += names(fields.take(*keys), "none")
    return unique(from_url(address) for address in found)


def language(value: str) -> str | None:
    """A language tag (BCP 47) as HTML writes it, from `zh_CN.UTF-8` as well; None where it is none."""
    tag = value.split(".")[0].replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", tag) else None


def is_draft(fields: Fields) -> bool:
    """Whether a file calls itself a draft, by the words for it that any of the programs know."""
    word = fields.text("status", "visibility").lower()
    draft, published = fields.yes("draft"), fields.yes("published", default=True)
    return draft or not published or word in {"draft", "private"}


def status(date: datetime | None, *, draft: bool, now: datetime) -> Status:
    """Draft, scheduled or published: what is dated later than now is scheduled."""
    if draft:
        return "draft"
    return "scheduled" if date is not None and date > now else "published"


def merged_warnings(warnings: Iterable[FileWarning], most: int = 40) -> tuple[FileWarning, ...]:
    """Each message once, at its first line, and no more than `most` of them."""
    first: dict[str, FileWarning] = {}
    more: dict[str, int] = {}
    for warning in warnings:
        if warning.message in first:
            more[warning.message] = more.get(warning.message, 0) + 1
        else:
            first[warning.message] = warning
    found = [
        FileWarning(one.line, f"{one.message} (and {more[one.message]} more)") if one.message in more else one
        for one in first.values()
    ]
    found.sort(key=lambda one: one.line or 0)
    if len(found) > most:
        return (*found[:most], FileWarning(None, f"and {len(found) - most} more warnings"))
    return tuple(found)


def cover(fields: Fields) -> tuple[str | None, str]:
    """The picture that stands for the post, and the words for it."""
    value: Any = fields.take(
        "cover", "image", "thumbnail", "featured_image", "featuredimage", "cover_image", "coverimage", "banner",
        "header_image", "hero_image", "heroimage", "images",
    )  # fmt: skip
    alt = fields.text("cover_alt", "image_alt", "cover_image_alt")
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        alt = alt or text(value.get("alt") or value.get("alt_text") or value.get("caption"))
        value = value.get("path") or value.get("src") or value.get("url") or value.get("feature") or value.get("image")
    return text(value) or None, alt


def assemble(
    fields: Fields,
    *,
    kind: Kind,
    status: Status,
    title: str,
    slug: str,
    addresses: Iterable[str],
    date: datetime | None,
    updated: datetime | None,
    tags: Iterable[str],
    guid: str | None,
    broken: Broken | None,
) -> Metadata:
    """The metadata of a file from what its program decides, and from the fields that mean the same in all of them."""
    course, part = topic(fields)
    picture, picture_alt = cover(fields)
    named = unique(" ".join(tag.split()) for tag in tags)
    if len(named) > MOST_TAGS:
        fields.warnings.append(FileWarning(None, f"it has {len(named):,} tags; the first {MOST_TAGS} are brought over"))
    return Metadata(
        kind=kind,
        status="draft" if broken else status,
        title=title,
        slug=slug,
        addresses=unique((*addresses, *redirects(fields))),
        date=date,
        updated=updated,
        tags=named[:MOST_TAGS],
        topic=course,
        part=part,
        authors=authors(fields),
        language=language(fields.text("lang", "language", "locale")),
        summary=plain(fields.text("description", "summary", "excerpt")),
        cover=picture,
        cover_alt=picture_alt,
        translation=fields.text("translation", "translation_key", "ref") or None,
        unlisted=fields.yes("unlisted", "hidden"),
        pinned=fields.yes("pinned", "sticky"),
        guid=fields.text("guid") or guid,
        extra=fields.extra(),
        warnings=tuple(fields.warnings),
        broken=broken,
    )
