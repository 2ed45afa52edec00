"""One item of WXR as a record."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote
from xml.etree.ElementTree import Element

from westmarch.transfer import metadata
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports import addressing, titles
from westmarch.transfer.exports.records import Record
from westmarch.transfer.exports.wordpress import content, fields
from westmarch.transfer.exports.wordpress.survey import Attachment, Survey
from westmarch.transfer.items import FileWarning, Kind, Metadata, Source, Status, Unread, Version
from westmarch.transfer.permalinks import from_url, tidy

#: Kinds of items that are no texts of the site, and what is told of them.
_PARTS = {
    "custom_css": "styles of the old theme",
    "customize_changeset": "settings of the old theme",
    "oembed_cache": "something that was kept for a while",
    "wp_block": "a block that texts share: it stands in them",
    "wp_font_face": "a font of the old theme",
    "wp_font_family": "a font of the old theme",
    "wp_global_styles": "styles of the old theme",
    "wp_navigation": "a menu",
    "wp_template": "a template of the old theme",
    "wp_template_part": "a template of the old theme",
}
#: Parts that come in with others, or are told together (see `Survey.remarks`).
COUNTED = frozenset({"attachment", "nav_menu_item", "revision"})
_STATUSES: dict[str, Status] = {"publish": "published", "future": "scheduled"}
_TOLD = {
    "private": "it was private; it comes in as a draft",
    "pending": "it waited for review; it comes in as a draft",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands, and the old site's base path ('' or '/x')."""

    path: Path
    line: int
    base: str


def record(element: Element, place: Place, survey: Survey, options: Options) -> Record | Unread | None:
    """The record of an item; None of those that are counted alone."""
    kind, number = fields.text(element, "wp:post_type") or "post", fields.number(element, "wp:post_id")
    if kind in COUNTED:
        return None
    key = f"{kind}-{number}"
    role: Kind = "page" if kind == "page" else "post"
    source = Source(place.path, key, key, role)
    status = fields.text(element, "wp:status") or "publish"
    reason = _PARTS.get(kind) or ("" if kind in {"post", "page"} else f"an item of the kind '{kind[:60]}'")
    if not reason and status in {"trash", "auto-draft"}:
        reason = "it was in the trash" if status == "trash" else "a draft that was never written"
    if reason:
        return Unread(source, "skipped", reason, place.line)
    if not number:
        return Unread(replace(source, key=f"{place.path.name}:{place.line}"), "failed", "it has no id", place.line)
    warnings: list[FileWarning] = []
    if status in _TOLD:
        warnings.append(FileWarning(None, _TOLD[status]))
    if fields.text(element, "wp:post_password"):
        status = "draft"
        warnings.append(FileWarning(None, "it was behind a password; it comes in as a draft"))
    custom = fields.meta(element)
    text = content.html(
        fields.written(element, "content:encoded"), number, survey, warnings, custom.get("footnotes", "")
    )
    return Record(
        key=key,
        path=place.path,
        line=place.line,
        about=_about(element, text, custom, role, status, place, survey, options, warnings),
        content=text,
        comments=fields.comments(element, options.zone, warnings),
        revisions=_revisions(number, text, survey),
        warnings=tuple(warnings),
    )


def _revisions(post: int, text: str, survey: Survey) -> tuple[Version, ...]:
    """The earlier states of a post. WordPress keeps its present one among them, which is no earlier one."""
    found = [
        replace(
            one,
            title=html.unescape(metadata.plain(one.title)),
            content=content.html(one.content, post, survey, []),
            author=survey.authors.get(one.author, one.author),
        )
        for one in survey.revisions.take(post)
    ]
    return tuple(found[:-1] if found and found[-1].content == text else found)


def _about(
    element: Element,
    text: str,
    custom: dict[str, str],
    kind: Kind,
    written: str,
    place: Place,
    survey: Survey,
    options: Options,
    warnings: list[FileWarning],
) -> Metadata:
    number = fields.number(element, "wp:post_id")
    at = fields.date(element, "post_date", options.zone, warnings)
    status = _STATUSES.get(written, "draft")
    if status != "draft":
        status = metadata.status(at, draft=False, now=options.now)
        if at is None:
            warnings.append(FileWarning(None, "it has no date"))
    own = html.unescape(metadata.plain(fields.text(element, "title")))
    title = titles.of(own, text, f"{kind} {number}".capitalize())
    slug = addressing.slug(unquote(fields.text(element, "wp:post_name")), title)
    addresses = _addresses(element, kind, slug, at, place, options) if status != "draft" else ()
    said = fields.terms(element)
    login = fields.text(element, "dc:creator")
    thumbnail = custom.get("_thumbnail_id", "").strip()
    cover = survey.attachments.get(int(thumbnail)) if thumbnail.isascii() and thumbnail.isdigit() else None
    summary = fields.text(element, "excerpt:encoded") or custom.get("_yoast_wpseo_metadesc", "")
    kept = fields.custom(element)
    others = [f"{one.taxonomy}: {one.name}" for one in said if one.taxonomy not in {"category", "post_tag"}]
    return Metadata(
        kind=kind,
        status=status,
        title=title,
        slug=slug,
        addresses=metadata.unique([*addresses, *_pages(survey.below(number), place)]) if addresses else (),
        queries=_queries(element, kind, number, place, survey) if addresses else (),
        date=at,
        updated=fields.date(element, "post_modified", options.zone, warnings),
        pinned=fields.text(element, "wp:is_sticky") == "1",
        tags=metadata.unique(
            one.name
            for one in said
            if one.taxonomy in {"category", "post_tag"} and (one.taxonomy, one.slug) != ("category", "uncategorized")
        ),
        authors=(survey.authors.get(login, login),) if login else (),
        summary=html.unescape(metadata.plain(summary)),
        cover=cover.url if cover else None,
        cover_alt=cover.alt if cover else "",
        guid=fields.text(element, "guid") or None,
        extra=({"fields": kept} if kept else {}) | ({"terms": others} if others else {}),
    )


def _pages(attachments: Sequence[Attachment], place: Place) -> Iterator[str]:
    """The addresses of the pages on which WordPress showed these files alone: the post shows them now."""
    for one in attachments:
        link = addressing.parts(one.page)
        path = addressing.path(link.path, place.base)
        if link.netloc and not link.query and path != "/" and "/uploads/" not in path:
            yield path


def _addresses(
    element: Element, kind: Kind, slug: str, at: datetime | None, place: Place, options: Options
) -> tuple[str, ...]:
    """The path of its link; where the old site had none but `?p=`, the one that our site would make."""
    link = addressing.parts(fields.text(element, "link"))
    path = addressing.path(link.path, place.base)
    if path != "/" or not (link.query or not link.netloc):
        return (path,)
    if kind == "page":
        return (tidy(f"{slug}/"),)
    made = addressing.by_permalink(options, slug, at)
    return (made,) if made else ()


def _queries(element: Element, kind: Kind, number: int, place: Place, survey: Survey) -> tuple[str, ...]:
    """The addresses that WordPress answers whatever its permalinks are, those of the pages of its files too."""
    found = [f"/?p={number}"]
    if kind == "page":
        found.append(f"/?page_id={number}")
    for address in (fields.text(element, "link"), fields.text(element, "guid")):
        parts = addressing.parts(address)
        said = parse_qsl(parts.query)
        if len(said) == 1 and from_url(parts.path).removeprefix(place.base) in {"", "/"}:
            name, value = said[0]
            if name in {"p", "page_id"} and value.isascii() and value.isdigit():
                found.append(f"/?{name}={value}")
    for one in survey.below(number):
        found += [f"/?attachment_id={one.number}", f"/?p={one.number}"]
    return metadata.unique(found)
