"""Jekyll's `_config.yml`, as far as it decides addresses, dates and what is published."""

import fnmatch
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from westmarch.transfer.configuration import read_yaml, zone
from westmarch.transfer.fields import text
from westmarch.transfer.items import FileWarning

NAMES = ("_config.yml", "_config.yaml", "_config.toml")

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


@dataclass(frozen=True, slots=True)
class JekyllSettings:
    """What the configuration says; empty where there is none."""

    values: dict[str, Any] = field(default_factory=dict)
    trouble: FileWarning | None = None

    @property
    def permalink(self) -> str:
        """The pattern of posts, a named style spelt out."""
        written = text(self.values.get("permalink")) or "date"
        return STYLES.get(written, written)

    @property
    def base(self) -> str:
        """The base path, '' or '/x'."""
        path = text(self.values.get("baseurl")).strip("/")
        return f"/{path}" if path else ""

    @property
    def url(self) -> str | None:
        """The site's address without its base path, or None."""
        written = text(self.values.get("url")).rstrip("/")
        return written if urlsplit(written).scheme in {"http", "https"} else None

    def zone(self, default: tzinfo) -> tzinfo:
        """The zone in which the old site computed its addresses."""
        return zone(text(self.values.get("timezone")), default)

    def collection(self, name: str) -> dict[str, Any] | None:
        """The settings of a collection that is published."""
        known = self.values.get("collections")
        found = known.get(name) if isinstance(known, dict) else None
        return found if isinstance(found, dict) and found.get("output") is True else None

    def excluded(self, inner: str) -> bool:
        """Whether a file is left out."""
        patterns = self.values.get("exclude")
        return isinstance(patterns, list) and any(_matches(inner, text(pattern)) for pattern in patterns)

    def defaults(self, inner: str, type_: str) -> dict[str, Any]:
        """The front matter that files of this path and type have without saying so; nearer scopes win."""
        found: list[tuple[int, dict[str, Any]]] = []
        given = self.values.get("defaults")
        for rule in given if isinstance(given, list) else []:
            scope = rule.get("scope") if isinstance(rule, dict) else None
            values = rule.get("values") if isinstance(rule, dict) else None
            if not isinstance(scope, dict) or not isinstance(values, dict):
                continue
            path, of = text(scope.get("path")).strip("/"), text(scope.get("type"))
            if of in {"", type_} and (not path or _matches(inner, path)):
                found.append((len(path) + bool(of), values))
        merged: dict[str, Any] = {}
        for _, values in sorted(found, key=lambda one: one[0]):
            merged |= values
        return merged


def _matches(inner: str, pattern: str) -> bool:
    pattern = pattern.strip("/")
    return inner == pattern or inner.startswith(f"{pattern}/") or fnmatch.fnmatchcase(inner, pattern)


def read(root: Path, folder: Path) -> JekyllSettings:
    """The configuration of the blog in `root`, which lies in `folder`: nothing outside of that is read."""
    for name in NAMES:
        if (root / name).is_file():
            return JekyllSettings(*read_yaml(root / name, folder))
    return JekyllSettings()
