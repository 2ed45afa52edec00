"""One row of the table `posts` as a record."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from html import unescape
from pathlib import Path
from typing import Any

from westmarch.transfer import metadata
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports import addressing
from westmarch.transfer.exports.ghost.content import content
from westmarch.transfer.exports.ghost.fields import date, text, written, yes
from westmarch.transfer.exports.ghost.redirects import Redirects
from westmarch.transfer.exports.ghost.routes import Routes
from westmarch.transfer.exports.ghost.survey import Survey, Tag, tag
from westmarch.transfer.exports.ghost.tables import Damage, Row
from westmarch.transfer.exports.records import Record
from westmarch.transfer.items import Broken, FileWarning, Kind, Metadata, Source, Status, Unread
from westmarch.transfer.permalinks import expand_braces, expand_colons, tidy

_STATUSES = frozenset({"published", "scheduled", "draft"})
#: Fields that are kept with the post for templates, where they say something.
_KEPT = (
    "canonical_url", "custom_template", "meta_title", "og_image", "og_title", "og_description", "twitter_image",
    "twitter_title", "twitter_description",
)  # fmt: skip
_INJECTED = ("codeinjection_head", "codeinjection_foot")


@dataclass(frozen=True, slots=True)
class Site:
    """What decides over the addresses of an export, and where its file lies."""

    path: Path
    survey: Survey
    routes: Routes
    redirects: Redirects
    zone: tzinfo
    options: Options


def record(row: Row | Damage, site: Site) -> Record | Unread:
    """The record of a row; of one in which the file breaks off what could be read of it, as a draft."""
    fields = row.fields
    kind: Kind = "page" if yes(fields, "page") or text(fields, "type") == "page" else "post"
    identity = text(fields, "id") or text(fields, "uuid") or text(fields, "slug")
    place = f"{site.path.name}:posts[{row.number}]"
    if not identity:
        reason = row.told if isinstance(row, Damage) else "it has neither id nor slug"
        return Unread(Source(site.path, place, place, kind), "failed", reason)
    warnings: list[FileWarning] = []
    body, format_, broken = content(fields, warnings)
    if isinstance(row, Damage):
        broken = Broken(row.told)
    about = _about(fields, identity, kind, site, warnings)
    if broken is not None:
        about = replace(about, status="draft", broken=broken)
    return Record(
        key=f"{kind}-{identity[:200]}",
        path=site.path,
        line=None,
        about=about,
        content=body,
        format=format_,
        warnings=tuple(warnings),
    )


def _about(fields: Mapping[str, Any], identity: str, kind: Kind, site: Site, warnings: list[FileWarning]) -> Metadata:
    survey = site.survey
    more = survey.about.get(identity, {})
    said = {**more, **{name: value for name, value in fields.items() if value not in (None, "")}}
    at = date(said, "published_at", warnings)
    status = _status(said, at, site.options.now, warnings)
    if status != "draft" and at is None:
        at = date(said, "created_at", warnings)
        warnings.append(FileWarning(None, "it has no date; that of its beginning stands for it" if at else _DATELESS))
    title = metadata.plain(text(said, "title"))
    slug = text(said, "slug").strip("/") or addressing.slug(title, identity)
    tags = _tags(said, identity, survey)
    authors = _authors(said, identity, survey)
    if any(text(said, name) for name in _INJECTED):
        warnings.append(FileWarning(None, "its code injection is not brought over"))
    address = _address(said, kind, slug, at, tags, authors, site) if status != "draft" else None
    aliases = site.redirects.to(address) if address else ()
    language = metadata.language(text(said, "locale") or text(said, "language")) or _language(survey)
    return Metadata(
        kind=kind,
        status=status,
        title=title,
        slug=addressing.slug(slug, title),
        addresses=metadata.unique((address, *aliases)) if address else (),
        date=at,
        updated=date(said, "updated_at", warnings),
        pinned=yes(said, "featured"),
        tags=metadata.unique(one.name for one in tags if one.public),
        authors=metadata.unique(one.name for one in authors),
        language=language,
        summary=metadata.plain(unescape(text(said, "custom_excerpt") or text(said, "meta_description"))),
        cover=text(said, "feature_image") or text(said, "image") or None,
        cover_alt=metadata.plain(unescape(text(said, "feature_image_alt"))),
        guid=_guid(said),
        extra=_extra(said, tags),
    )


_DATELESS = "it has no date"


def _status(said: Mapping[str, Any], at: datetime | None, now: datetime, warnings: list[FileWarning]) -> Status:
    """Draft, scheduled or published; what not everybody could read on the site comes in as a draft."""
    word, seen = text(said, "status") or "draft", text(said, "visibility")
    if word == "sent" or (word == "published" and yes(said, "email_only")):
        warnings.append(FileWarning(None, "it was sent as a newsletter alone; it comes in as a draft"))
    elif word not in _STATUSES:
        warnings.append(FileWarning(None, f"the status '{word[:60]}' is not known; it comes in as a draft"))
    elif word != "draft" and seen not in {"", "public"}:
        whom = {"members": "members", "paid": "members who pay"}.get(seen, "some members")
        warnings.append(FileWarning(None, f"only {whom} could read it; it comes in as a draft"))
    elif word != "draft":
        return metadata.status(at, draft=False, now=now)
    return "draft"


def _tags(said: Mapping[str, Any], identity: str, survey: Survey) -> list[Tag]:
    listed = said.get("tags")
    if isinstance(listed, list):
        return [tag(one) for one in listed if isinstance(one, dict)]
    return [survey.tags[key] for _, key in sorted(survey.tags_of.get(identity, ())) if key in survey.tags]


def _authors(said: Mapping[str, Any], identity: str, survey: Survey) -> list[Tag]:
    listed = said.get("authors")
    if isinstance(listed, list):
        return [Tag(text(one, "slug"), text(one, "name"), public=True) for one in listed if isinstance(one, dict)]
    keys = [key for _, key in sorted(survey.authors_of.get(identity, ()))] or [text(said, "author_id")]
    return [survey.authors[key] for key in keys if key in survey.authors]


def _address(
    said: Mapping[str, Any],
    kind: Kind,
    slug: str,
    at: datetime | None,
    tags: list[Tag],
    authors: list[Tag],
    site: Site,
) -> str | None:
    """The address that Ghost gave it: by `routes.yaml`, by the setting of the first versions, else by its slug."""
    single = site.routes.single.get((kind, slug))
    if single is not None:
        return single
    if kind == "page":
        return tidy(f"/{slug}/")
    local = (at or site.options.now).astimezone(site.zone)
    public = [one.slug for one in tags if one.public]
    named = [one.slug for one in authors]
    values = {
        "slug": slug, "id": text(said, "id"),
        "year": f"{local.year:04}", "month": f"{local.month:02}", "day": f"{local.day:02}",
        "primary_tag": public[0] if public else "all", "primary_author": named[0] if named else "all",
        "author": named[0] if named else "all",
    }  # fmt: skip
    pattern = site.survey.settings.get("permalinks", "")
    if not site.routes.collections and ":" in pattern:
        return tidy(expand_colons(pattern, values))
    facts = {
        "tag": frozenset(one.slug for one in tags),
        "primary_tag": frozenset(public[:1]),
        "author": frozenset(named),
        "primary_author": frozenset(named[:1]),
        "featured": frozenset({"true" if yes(said, "featured") else "false"}),
        "page": frozenset({"false"}),
        "visibility": frozenset({text(said, "visibility") or "public"}),
        "slug": frozenset({slug}),
        "id": frozenset({text(said, "id")}),
    }
    return tidy(expand_braces(site.routes.pattern(facts), values, local))


def _language(survey: Survey) -> str | None:
    said = survey.settings
    return metadata.language(
        said.get("locale") or said.get("lang") or said.get("default_locale") or said.get("defaultLang") or ""
    )


def _guid(said: Mapping[str, Any]) -> str | None:
    """What feeds of Ghost knew it by: the id, in the first versions (whose ids are numbers) the other one."""
    identity = text(said, "id")
    return identity if re.fullmatch(r"[0-9a-f]{24}", identity) else text(said, "uuid") or None


def _extra(said: Mapping[str, Any], tags: list[Tag]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    caption = metadata.plain(unescape(text(said, "feature_image_caption")))
    if caption:
        found["cover_caption"] = caption
    internal = [one.name for one in tags if not one.public]
    if internal:
        found["internal_tags"] = internal
    kept = {name: written(said, name) for name in _KEPT if text(said, name)}
    return found | ({"fields": kept} if kept else {})
