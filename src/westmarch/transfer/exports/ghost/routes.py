"""`routes.yaml`: at which addresses Ghost showed posts and pages (https://ghost.org/docs/themes/routing/)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from westmarch.transfer.configuration import read_yaml
from westmarch.transfer.exports.ghost.filters import Facts, Filter, parse
from westmarch.transfer.items import FileWarning
from westmarch.transfer.permalinks import tidy

_DEFAULT = "/{slug}/"


@dataclass(frozen=True, slots=True)
class Collection:
    """Posts at addresses of one pattern: those of which a condition is true, where there is one."""

    permalink: str
    filter: Filter | None


@dataclass(frozen=True, slots=True)
class Routes:
    """Collections in their order, addresses of single posts and pages by kind and slug, patterns of lists."""

    collections: tuple[Collection, ...] = ()
    taxonomies: dict[str, str] = field(default_factory=dict)
    single: dict[tuple[str, str], str] = field(default_factory=dict)
    remarks: tuple[FileWarning, ...] = ()

    def pattern(self, facts: Facts) -> str:
        """The pattern of a post's address: that of the first collection that holds it."""
        for one in self.collections:
            if one.filter is None or one.filter(facts):
                return one.permalink
        return _DEFAULT


def read(path: Path, folder: Path) -> Routes:
    """The routes in a file. What of it is not understood is told, and passed over."""
    values, trouble = read_yaml(path, folder)
    if trouble is not None:
        return Routes(remarks=(FileWarning(trouble.line, f"{path.name}: {trouble.message}"),))
    remarks: list[FileWarning] = []
    found = tuple(_collections(values.get("collections"), remarks))
    single = dict(_single(values.get("routes"), values.get("collections")))
    said = values.get("taxonomies")
    named = said.items() if isinstance(said, dict) else ()
    lists = {kind: pattern for kind, pattern in named if isinstance(pattern, str) and "{slug}" in pattern}
    return Routes(found, lists, single, tuple(remarks))


def _collections(said: Any, remarks: list[FileWarning]) -> Iterator[Collection]:
    for place, about in said.items() if isinstance(said, dict) else ():
        permalink = about.get("permalink") if isinstance(about, dict) else None
        if not isinstance(permalink, str) or "{" not in permalink:
            remarks.append(FileWarning(None, f"routes.yaml: the collection '{str(place)[:80]}' has no permalink"))
            continue
        condition = about.get("filter")
        try:
            yield Collection(permalink, parse(condition) if isinstance(condition, str) and condition.strip() else None)
        except ValueError as error:
            told = f"routes.yaml: the filter of the collection '{str(place)[:80]}' is passed over: {error}"
            remarks.append(FileWarning(None, told))


def _single(*said: Any) -> Iterator[tuple[tuple[str, str], str]]:
    """Routes that show one page or post: `/team/: {data: page.team}`."""
    for routes in said:
        for place, about in routes.items() if isinstance(routes, dict) else ():
            data = about.get("data") if isinstance(about, dict) else None
            if isinstance(data, str) and data.startswith(("page.", "post.")) and str(place).strip("/"):
                kind, _, slug = data.partition(".")
                yield (kind, slug), tidy(str(place))
