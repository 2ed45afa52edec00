"""Whether linked data is such as schema.org has it: types it knows, properties that they have, values they may hold."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_FILE = Path(__file__).with_name("schema_org.json")
TYPES: dict[str, dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))["types"]
_SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def graph(page: str) -> list[dict[str, Any]]:
    """What a page tells; none where it tells nothing."""
    scripts = _SCRIPT.findall(page)
    assert len(scripts) <= 1
    if not scripts:
        return []
    told = json.loads(scripts[0])
    assert told.keys() == {"@context", "@graph"}
    assert told["@context"] == "https://schema.org"
    nodes: list[dict[str, Any]] = told["@graph"]
    return nodes


def above(name: str) -> set[str]:
    """A type and all that it is a kind of."""
    return {name}.union(*(above(parent) for parent in TYPES[name]["parents"]))


def expected(name: str, key: str) -> list[str] | None:
    """What the property of a type may hold, or None where the type has no such property."""
    found = (TYPES[one]["properties"].get(key) for one in above(name))
    return next((types for types in found if types is not None), None)


def faults(node: dict[str, Any], place: str = "") -> Iterator[str]:
    """What is wrong with a thing and with all that it holds."""
    name = node.get("@type")
    if name not in TYPES:
        yield f"{place}: there is no type {name!r}"
        return
    place = f"{place}{name}"
    if "@id" in node and not _whole(node["@id"]):
        yield f"{place}: the id is no whole address"
    for key, value in node.items():
        if key.startswith("@"):
            continue
        types = expected(name, key)
        if types is None:
            yield f"{place}: has no property {key}"
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and "@type" in one:
                yield from faults(one, f"{place}.{key}.")
            if not any(_fits(one, type_) for type_ in types):
                yield f"{place}.{key}: {one!r} is none of {types}"


def _fits(value: Any, type_: str) -> bool:
    if isinstance(value, dict):
        if value.keys() == {"@id"}:
            return type_ in TYPES and _whole(value["@id"])
        return value.get("@type") in TYPES and type_ in above(value["@type"])
    if isinstance(value, bool):
        return type_ == "Boolean"
    if isinstance(value, int):
        return type_ in ("Integer", "Number")
    if isinstance(value, float):
        return type_ == "Number"
    if not isinstance(value, str) or not value:
        return False
    match type_:
        case "URL":
            return _whole(value)
        case "Date":  # ISO 8601, which lets a date end with the year or the month.
            return re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value) is not None
        case "DateTime":
            return "T" in value and datetime.fromisoformat(value).tzinfo is not None
        case _:
            return type_ == "Text"


def _whole(address: object) -> bool:
    if not isinstance(address, str) or not address.isascii() or " " in address:
        return False
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
