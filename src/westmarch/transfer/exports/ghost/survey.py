"""What must be known of all tables before one post can be read: tags, authors, settings, and what hangs on posts."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any

from westmarch.transfer.configuration import zone
from westmarch.transfer.exports.ghost.fields import number, text
from westmarch.transfer.exports.ghost.tables import Mended, Row, rows
from westmarch.transfer.items import FileWarning

_TABLES = frozenset(
    {"posts", "posts_authors", "posts_meta", "posts_tags", "settings", "tags", "users"}
)  # fmt: skip
_SETTINGS = frozenset({"title", "permalinks", "timezone", "active_timezone", "activeTimezone", "lang", "locale"}) | {
    "default_locale", "defaultLang", "codeinjection_head", "codeinjection_foot", "ghost_head", "ghost_foot",
    "navigation", "secondary_navigation",
}  # fmt: skip
#: Where Ghost itself keeps the address of the site, nothing has to be guessed.
OWN = "__GHOST_URL__"
_HOSTED = re.compile(r"(https?://[^\s\"'<>\\()]{1,200}?)/content/images/")
_TEXTS = ("feature_image", "image", "html", "mobiledoc", "markdown", "lexical")
#: Tables that hold texts' parts and are read with them, or say nothing about the site.
_QUIET = _TABLES | {"roles", "roles_users", "permissions", "permissions_roles", "permissions_users", "migrations"}
_LEFT = {
    "comments": "comments", "custom_theme_settings": "settings of the theme", "emails": "sent newsletters",
    "integrations": "integrations", "members": "members", "newsletters": "newsletters", "offers": "offers",
    "products": "tiers", "recommendations": "recommendations", "snippets": "snippets", "subscribers": "subscribers",
    "webhooks": "webhooks",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its slug, its name, and whether readers see it."""

    slug: str
    name: str
    public: bool


@dataclass(slots=True)
class Survey:
    """Tags and authors by id, which of them a post has, in order, and what else is said of a post elsewhere."""

    tags: dict[str, Tag] = field(default_factory=dict)
    authors: dict[str, Tag] = field(default_factory=dict)
    tags_of: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    authors_of: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    about: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    identity: str = ""
    hosts: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    described: Counter[str] = field(default_factory=Counter)
    mended: Mended = field(default_factory=Mended)

    @property
    def home(self) -> str:
        """The old site's address, as its pictures have it; empty where Ghost wrote it in its own short way."""
        return "" if OWN in self.hosts or not self.hosts else self.hosts.most_common(1)[0][0]

    def zone(self, default: tzinfo) -> tzinfo:
        """The zone in which the old site made addresses of dates."""
        said = self.settings
        return zone(said.get("timezone") or said.get("active_timezone") or said.get("activeTimezone") or "", default)

    def remarks(self) -> Iterable[FileWarning]:
        """What is told of the export as a whole."""
        for table, count in sorted(self.counts.items()):
            if table not in _QUIET and table in _LEFT:
                yield FileWarning(None, f"{count} {_LEFT[table]} are not brought over")
        for what, count in sorted(self.described.items()):
            if count:
                yield FileWarning(None, f"{count} {what} are not brought over")
        said = self.settings
        if any(said.get(key) for key in ("codeinjection_head", "codeinjection_foot", "ghost_head", "ghost_foot")):
            yield FileWarning(None, "the site's code injection is not brought over")
        if any(said.get(key, "[]") not in {"", "[]"} for key in ("navigation", "secondary_navigation")):
            yield FileWarning(None, "the navigation is not brought over: `westmarch site set navigation` makes one")
        if internal := sum(not tag.public for tag in self.tags.values()):
            yield FileWarning(None, f"{internal} internal tags are kept with their posts, unseen, as `internal_tags`")
        if self.mended.count:
            told = f"{self.mended.count} places of the file are no valid text; U+FFFD stands for each"
            yield FileWarning(None, told)


def surveyed(path: Path) -> Survey:
    """Look through the tables once. Where the file breaks off is told when the posts are read. Raises Invalid."""
    survey = Survey()
    for row in rows(path, _TABLES, survey.mended):
        if isinstance(row, Row):
            survey.counts[row.table] += 1
            _take(row.table, row.fields, survey)
    return survey


def _take(table: str, row: dict[str, Any], survey: Survey) -> None:
    key = text(row, "id")
    if table == "posts":
        _hosts(row, survey)
    elif table == "tags":
        survey.tags[key] = tag(row)
        survey.described["descriptions of tags"] += bool(text(row, "description"))
        survey.described["pictures of tags"] += bool(text(row, "feature_image") or text(row, "image"))
    elif table == "users":
        survey.authors[key] = Tag(text(row, "slug"), " ".join(text(row, "name").split()), public=True)
        survey.described["words of authors about themselves"] += bool(text(row, "bio"))
    elif table in {"posts_tags", "posts_authors"}:
        whose, what = (survey.tags_of, "tag_id") if table == "posts_tags" else (survey.authors_of, "author_id")
        whose.setdefault(text(row, "post_id"), []).append((number(row, "sort_order"), text(row, what)))
    elif table == "posts_meta":
        kept = {name: value for name, value in row.items() if value not in (None, "", 0, False)}
        survey.about[text(row, "post_id")] = {
            name: value for name, value in kept.items() if name not in {"id", "post_id"}
        }
    elif table == "settings" and text(row, "key") in _SETTINGS:
        name = text(row, "key")
        survey.settings[name] = text(row, "value")
        if name == "title" and len(key) == 24:
            survey.identity = key


def tag(row: dict[str, Any]) -> Tag:
    """A row of the table `tags`. In the first versions the name alone says that a tag is internal."""
    name = " ".join(text(row, "name").split())
    seen = text(row, "visibility") in {"", "public"} and not (name.startswith("#") and "visibility" not in row)
    return Tag(text(row, "slug"), name, public=seen)


def _hosts(row: dict[str, Any], survey: Survey) -> None:
    for name in _TEXTS:
        value = row.get(name)
        if isinstance(value, str):
            # In JSON within JSON slashes may be escaped.
            value = value.replace("\\/", "/")
            if OWN in value:
                survey.hosts[OWN] += 1
            for found in _HOSTED.finditer(value):
                survey.hosts[found[1]] += 1
