"""What stands in the elements of WXR, as WordPress writes it (wp-admin/includes/export.php)."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from xml.etree.ElementTree import Element

from westmarch.transfer.dates import moment
from westmarch.transfer.items import Comment, CommentStatus, FileWarning

_STATUSES: dict[str, CommentStatus] = {
    "1": "approved", "approve": "approved", "0": "pending", "hold": "pending",
    "spam": "spam", "trash": "trash", "post-trashed": "trash",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """A term on an item: its taxonomy (`category`, `post_tag`, …), its slug and its name."""

    taxonomy: str
    slug: str
    name: str


def text(element: Element, name: str) -> str:
    """The text of a child, without white space around it; empty where there is none."""
    return written(element, name).strip()


def written(element: Element, name: str) -> str:
    """The text of a child as it stands there, with line feeds at the ends of lines."""
    child = element.find(name) if ":" not in name else _child(element, name)
    return ("" if child is None else child.text or "").replace("\r\n", "\n").replace("\r", "\n")


def _child(element: Element, name: str) -> Element | None:
    # `find` would take the colon for the prefix of a declared namespace.
    return next((child for child in element if child.tag == name), None)


def number(element: Element, name: str) -> int:
    """The number in a child, 0 where there is none."""
    value = text(element, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def meta(element: Element) -> dict[str, str]:
    """The custom fields of an item; of those with one name the last."""
    return {
        text(one, "wp:meta_key"): written(one, "wp:meta_value")
        for one in element
        if one.tag == "wp:postmeta" and text(one, "wp:meta_key")
    }


def custom(element: Element) -> dict[str, str | list[str]]:
    """The custom fields of an item but those of WordPress and its plug-ins; all values of those with one name."""
    found: dict[str, list[str]] = {}
    for one in element:
        name = text(one, "wp:meta_key") if one.tag == "wp:postmeta" else ""
        if name and not name.startswith("_") and name != "footnotes":
            found.setdefault(name, []).append(written(one, "wp:meta_value"))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def terms(element: Element) -> list[Term]:
    """The categories, tags and other terms of an item."""
    return [
        Term(one.get("domain", "category"), one.get("nicename", ""), " ".join((one.text or "").split()))
        for one in element
        if one.tag == "category" and (one.text or "").strip()
    ]


def date(element: Element, stem: str, zone: tzinfo, warnings: list[FileWarning]) -> datetime | None:
    """`wp:STEM_gmt`, or `wp:STEM` in the site's zone where WordPress has none yet; a wrong one is told."""
    for name, in_zone in ((f"wp:{stem}_gmt", UTC), (f"wp:{stem}", zone)):
        value = text(element, name)
        if not value or value.startswith("0000-00-00"):
            continue
        try:
            return moment(value, in_zone)
        except ValueError as error:
            warnings.append(FileWarning(None, f"{name}: {error}"))
    return None


def comments(element: Element, zone: tzinfo, warnings: list[FileWarning]) -> tuple[Comment, ...]:
    """The comments of an item. The addresses of the machines they came from are not taken over."""
    found: list[Comment] = []
    for one in element:
        if one.tag != "wp:comment":
            continue
        kind, key = text(one, "wp:comment_type") or "comment", text(one, "wp:comment_id")
        if kind not in {"comment", "pingback", "trackback"}:
            warnings.append(FileWarning(None, f"a comment of the kind '{kind[:60]}' is not brought over"))
            continue
        parent = text(one, "wp:comment_parent")
        found.append(
            Comment(
                key=key or f"#{len(found)}",
                author=text(one, "wp:comment_author"),
                content=written(one, "wp:comment_content"),
                date=date(one, "comment_date", zone, warnings),
                parent=parent if parent not in {"", "0"} else None,
                email=text(one, "wp:comment_author_email"),
                url=text(one, "wp:comment_author_url"),
                kind="pingback" if kind == "pingback" else "trackback" if kind == "trackback" else "comment",
                status=_STATUSES.get(text(one, "wp:comment_approved"), "pending"),
            )
        )
    return tuple(found)
