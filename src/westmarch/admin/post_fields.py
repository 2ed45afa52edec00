"""The fields of the form in which posts and pages are written: as text, as somebody typed them, and as a change."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import name_lists
from westmarch.errors import Invalid
from westmarch.posts.change import Change
from westmarch.posts.edited import Edited, Shown
from westmarch.site.options import Site
from westmarch.web.forms import Form

#: What only those find in the form who edit everybody's posts.
EDITORIAL = frozenset({"path", "pinned", "authors", "aliases"})
_TEXTS = frozenset({"markdown", "aliases", "extra"})
_TICKS = frozenset({"unlisted", "pinned"})
_MOMENT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the fields, by the names that a `Change` has. `aliases` are those that are to be added."""

    title: str = ""
    slug: str = ""
    path: str = ""
    standfirst: str = ""
    markdown: str = ""
    language: str = ""
    published_at: str = ""
    unlisted: bool = False
    pinned: bool = False
    tags: str = ""
    topic: str = ""
    part: str = ""
    authors: str = ""
    cover_id: str = ""
    cover_alt: str = ""
    translation_group: str = ""
    aliases: str = ""
    extra: str = ""
    meta_title: str = ""
    meta_description: str = ""

    def differing(self, other: "Typed") -> dict[str, tuple[Any, Any]]:
        """What stands in the fields that differ: in this form, and in the other one."""
        pairs = {each.name: (getattr(self, each.name), getattr(other, each.name)) for each in fields(self)}
        return {name: (mine, theirs) for name, (mine, theirs) in pairs.items() if mine != theirs}


def empty(site: Site) -> Typed:
    """The form of a new post."""
    return Typed(language=site.language)


def of(post: Edited, zone: ZoneInfo) -> Typed:
    """The form of a post as it is."""
    extra = {name: value for name, value in post.extra.items() if name != "cover_alt" or not post.cover_alt}
    return Typed(
        title=post.title,
        slug=post.slug,
        path=post.path,
        standfirst=post.standfirst,
        markdown=post.markdown.replace("\r\n", "\n").replace("\r", "\n"),
        language=post.language,
        published_at=_told(post.published_at, zone),
        unlisted=post.unlisted,
        pinned=post.pinned,
        tags=name_lists.written(tag.name for tag in post.tags),
        topic=post.topic.slug if post.topic else "",
        part=str(post.topic.part) if post.topic else "",
        authors=name_lists.written(author.name for author in post.authors),
        cover_id=str(post.cover.id) if post.cover else "",
        cover_alt=post.cover_alt,
        translation_group=post.translation_group or "",
        extra=json.dumps(extra, indent=2, ensure_ascii=False, sort_keys=True) if extra else "",
        meta_title=post.meta_title,
        meta_description=post.meta_description,
    )


def read(form: Form, who: SignedIn, before: Typed) -> Typed:
    """What was typed; fields that the form has not for somebody are as `before`."""
    typed: dict[str, Any] = {}
    for name in (each.name for each in fields(Typed)):
        if name in EDITORIAL and not who.may(Right.EDIT_ALL):
            continue
        if name in _TICKS:
            typed[name] = form.checked(name)
        elif name in form.data:
            typed[name] = form.text(name) if name in _TEXTS else form.line(name)
    return replace(before, **typed)


def change(typed: Typed, before: Typed, site: Site, status: Shown | None = None) -> Change:
    """What somebody wants changed: the fields that were typed anew. Raises Invalid for a field."""
    values: dict[str, Any] = {name: _value(name, mine, site) for name, (mine, _) in typed.differing(before).items()}
    if status is not None:
        values |= {"status": status, "unlisted": typed.unlisted}
    if status == "scheduled":
        values["published_at"] = moment(typed.published_at, site.zone)
        if values["published_at"] is None:
            raise Invalid("Say when it is to become public.", place="published_at")
    if "extra" in values:  # They are stored as one.
        values["cover_alt"] = typed.cover_alt
    return Change(**values)


def new(typed: Typed, site: Site, status: Shown | None = None) -> Change:
    """What a new post is to be. Raises Invalid for a field."""
    wanted = change(typed, Typed(), site, status)
    return replace(wanted, title=typed.title)


def _value(name: str, typed: Any, site: Site) -> Any:
    """What was typed into a field, as a change takes it."""
    if name == "published_at":
        return moment(typed, site.zone)
    if name in ("tags", "authors"):
        return name_lists.read(typed, name)
    if name == "aliases":
        return tuple(line.strip() for line in typed.split("\n") if line.strip())
    if name in ("part", "cover_id"):
        return _number(typed, name)
    if name == "extra":
        return _extra(typed)
    if name in ("topic", "translation_group"):
        return typed or None
    return typed


def moment(typed: str, zone: ZoneInfo) -> datetime | None:
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid(
            f"{typed[:100]!r} is no date with a time.", place="published_at", hint="Write it as 2026-01-31T09:00."
        ) from error
    return moment if moment.tzinfo else _local(moment, zone)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """A time by the clocks of the site. Raises Invalid for one that they skip; one that comes twice is the first."""
    try:
        told = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError as error:
        raise Invalid("There is no such year.", place="published_at") from error
    if told != moment:
        raise Invalid(
            f"There is no {moment:%H:%M} on that day in {zone.key}: clocks go forward.",
            place="published_at",
            hint=f"Write {told:%H:%M}, or another time.",
        )
    return moment.replace(tzinfo=zone)


def _told(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as the field has it: by the clocks of the site, to the minute."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes") if moment else ""


def is_moment(typed: str) -> bool:
    """Whether a browser's field for dates with times takes a text: it drops what is another one."""
    return not typed or _MOMENT.fullmatch(typed) is not None


def _number(typed: str, place: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 10):
        raise Invalid("A whole number is needed.", place=place)
    return int(typed)


def _extra(typed: str) -> Mapping[str, Any]:
    if not typed.strip():
        return {}
    try:
        value = json.loads(typed)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            f"This is no JSON: {str(error)[:200]}.", place="extra", hint='Write it as {"name": 1}.'
        ) from error
    if not isinstance(value, dict):
        raise Invalid("Names with values are needed.", place="extra", hint='Write it as {"name": 1}.')
    return value
