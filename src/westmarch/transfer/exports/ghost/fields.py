"""What stands in the fields of a row, whatever version of Ghost wrote it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from westmarch.text.cleaning import clean
from westmarch.transfer.dates import in_utc, moment
from westmarch.transfer.items import FileWarning

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_OWN = re.compile(r"__GHOST_URL__(?=/)")


def own(value: str) -> str:
    """Text in which Ghost's word for the address of the site is gone: addresses begin with `/`."""
    return _OWN.sub("", value).replace("__GHOST_URL__", "/") if "__GHOST_URL__" in value else value


def text(row: Mapping[str, Any], name: str) -> str:
    """The text of a field, without white space around it; empty where it holds none."""
    return written(row, name).strip()


def written(row: Mapping[str, Any], name: str) -> str:
    """The text of a field as it stands there."""
    value = row.get(name)
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, int | float):
        return str(value)
    return clean(own(value)) if isinstance(value, str) else ""


def number(row: Mapping[str, Any], name: str) -> float:
    """The number in a field, 0 where there is none."""
    value = row.get(name)
    if isinstance(value, int | float):
        return value
    try:
        return float(text(row, name) or 0)
    except ValueError:
        return 0


def yes(row: Mapping[str, Any], name: str) -> bool:
    """Whether a field is true: as such, as 1, or as a word."""
    return text(row, name).lower() in {"1", "true", "yes", "1.0"}


def date(row: Mapping[str, Any], name: str, warnings: list[FileWarning]) -> datetime | None:
    """A moment: as text in UTC, or as milliseconds since 1970. A wrong one is told."""
    value = text(row, name)
    if not value or value.startswith("0000-00-00"):
        return None
    try:
        if re.fullmatch(r"-?\d{5,18}(?:\.0)?", value):
            return in_utc(_FIRST + timedelta(milliseconds=float(value)))
        return moment(value, UTC)
    except OverflowError:
        warnings.append(FileWarning(None, f"{name}: the year is out of range"))
    except ValueError as error:
        warnings.append(FileWarning(None, f"{name}: {error}"))
    return None
