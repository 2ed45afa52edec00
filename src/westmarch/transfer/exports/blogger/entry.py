"""What stands in the entries of Blogger's exports.

There are two forms: that of the settings page (kinds are categories of the scheme `…/g/2005#kind`, drafts an
`app:draft`), and that of Google Takeout since 2018 (`blogger:type`, `blogger:status`, `blogger:filename`).
"""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from xml.etree.ElementTree import Element

from westmarch.transfer.dates import moment
from westmarch.transfer.exports.wordpress.fields import text, written
from westmarch.transfer.items import Comment, CommentStatus, FileWarning

_KIND = "#kind"
_NUMBER = re.compile(r"(\d{1,30})\D*$")
#: What Blogger writes in place of an address or a name that it does not give away.
_NOBODY = frozenset({"noreply@blogger.com", "Unknown", "Anonymous"})


def kind(element: Element) -> str:
    """`post`, `page`, `comment`, or what else Blogger keeps as an entry: `settings`, `template`."""
    said = text(element, "blogger:type")
    if not said:
        said = next((term for scheme, term in _categories(element) if scheme.endswith(_KIND)), "")
    return said.rpartition("#")[2].lower()


def labels(element: Element) -> tuple[str, ...]:
    """The labels of a post."""
    return tuple(term for scheme, term in _categories(element) if not scheme.endswith(_KIND))


def _categories(element: Element) -> Iterator[tuple[str, str]]:
    for one in element:
        if one.tag == "category" and one.get("term"):
            yield one.get("scheme", ""), " ".join(one.get("term", "").split())


def number(said: str) -> str:
    """The number at the end of an id (`tag:blogger.com,1999:blog-1.post-2`) or address; empty where there is none."""
    found = _NUMBER.search(said)
    return found[1] if found else ""


def status(element: Element) -> str:
    """`LIVE`, `DRAFT`, `TRASHED`, or what else it says, in capitals."""
    said = text(element, "blogger:status").upper()
    if "TRASH" in said or text(element, "blogger:trashed"):
        return "TRASHED"
    if said:
        return said
    control = next((one for one in element if one.tag == "app:control"), None)
    draft = control is not None and text(control, "app:draft").lower() == "yes"
    return "DRAFT" if draft else "LIVE"


def link(element: Element, relation: str) -> str:
    """The address of a link; empty where there is none."""
    found = (one.get("href", "") for one in element if one.tag == "link" and one.get("rel") == relation)
    return next(found, "").strip()


def author(element: Element) -> tuple[str, str, str]:
    """The name of who wrote it, an address of mail and one of the web; what Blogger hides is empty."""
    found = next((one for one in element if one.tag == "author"), None)
    if found is None:
        return "", "", ""
    name, email, url = (text(found, tag) for tag in ("name", "email", "uri"))
    return "" if name in _NOBODY else name, "" if email in _NOBODY else email, url


def date(element: Element, name: str, zone: tzinfo, warnings: list[FileWarning]) -> datetime | None:
    """A date of an entry; one that is none is told."""
    value = text(element, name)
    if not value:
        return None
    try:
        return moment(value, zone)
    except ValueError as error:
        warnings.append(FileWarning(None, f"{name}: {error}"))
        return None


def comment(element: Element, zone: tzinfo) -> tuple[str, Comment]:
    """A comment, and the number of the post that it is below."""
    below = next((one.get("ref", "") for one in element if one.tag == "thr:in-reply-to"), "")
    parent = text(element, "blogger:inReplyTo") or link(element, "related")
    name, email, url = author(element)
    made = Comment(
        key=number(text(element, "id")),
        author=name,
        content=written(element, "content"),
        date=date(element, "published", zone, []),
        parent=number(parent) or None,
        email=email,
        url=url,
        status=_comment_status(element),
    )
    return number(text(element, "blogger:parent") or below), made


def _comment_status(element: Element) -> CommentStatus:
    said = status(element)
    removed = any(
        one.tag == "gd:extendedProperty" and one.get("name") == "blogger.contentRemoved" and one.get("value") == "true"
        for one in element
    )
    if removed or said == "TRASHED" or "DELETED" in said or "REMOVED" in said:
        return "trash"
    if "SPAM" in said:
        return "spam"
    return "approved" if said == "LIVE" else "pending"
