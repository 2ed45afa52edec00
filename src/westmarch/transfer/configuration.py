"""Configuration files as several programs have them."""

import json
import tomllib
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from westmarch.errors import Invalid
from westmarch.transfer import yaml_fields
from westmarch.transfer.blogs import outside
from westmarch.transfer.decoding import decode
from westmarch.transfer.items import FileWarning


def read_yaml(path: Path, folder: Path) -> tuple[dict[str, Any], FileWarning | None]:
    """A configuration in YAML or TOML. One that cannot be read, or lies outside of `folder`, is empty and said so."""
    try:
        if outside(path, folder):
            return {}, FileWarning(None, f"{path.name} is a link to a file outside of the folder; it was not read")
        written = decode(path.read_bytes()).text
        if path.suffix == ".toml":
            return tomllib.loads(written), None
        fields, _, _ = yaml_fields.load(written)
    except yaml_fields.FieldsError as error:
        return {}, FileWarning(error.line, f"it cannot be read: {error.message}")
    except RecursionError:
        return {}, FileWarning(None, "it cannot be read: it is nested too deeply")
    except (OSError, tomllib.TOMLDecodeError, Invalid) as error:
        return {}, FileWarning(None, f"it cannot be read: {error}")
    values: dict[str, Any] = yaml_fields.typed(fields)
    return values, None


def read_json(path: Path, folder: Path) -> dict[str, Any]:
    """The object in a file; empty where there is none, it is broken, or lies outside of `folder`."""
    try:
        found = json.loads(path.read_bytes()) if path.is_file() and not outside(path, folder) else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def zone(name: str, default: tzinfo) -> tzinfo:
    """A zone by its name in the IANA database, or the default."""
    return _zone(name) or default


def zone_remarks(name: str, line: int | None = None) -> tuple[FileWarning, ...]:
    """What is to be said of a zone that a configuration names: that there is none of this name."""
    if not name or _zone(name):
        return ()
    return (FileWarning(line, f"there is no time zone '{name[:80]}'; that of this site stands for it"),)


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
