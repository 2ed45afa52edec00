"""Dates as people write them in front matter."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any

_NUMERIC = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<clock>\d{1,2}:.*))?"
)
_DAY_FIRST = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s]+(?P<name>[a-z]{3,9})\.?,?[-\s]+(?P<year>\d{4})"
    r"(?:,?\s+(?P<clock>\d{1,2}:.*))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
    r"(?:,?\s+(?P<clock>\d{1,2}:.*))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|[+-]\d{1,2}:?\d{2}|[+-]\d{1,2}|[a-z]{3,4})?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: The names that RFC 5322, section 4.3, gives a meaning, and two that are as common.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "cet": 1, "cest": 2,
}  # fmt: skip

_DAY = timedelta(days=1)


def moment(value: Any, zone: tzinfo) -> datetime:
    """A date in UTC from text, or from what TOML made of it. A date without a zone is one in `zone`.

    Raises `ValueError` that says what is wrong with it.
    """
    if isinstance(value, datetime):
        return in_utc(value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, date):
        return in_utc(datetime.combine(value, time(), zone))
    text = str(value).strip()
    for pattern in (_NUMERIC, _DAY_FIRST, _MONTH_FIRST):
        if found := pattern.fullmatch(text):
            return in_utc(_build(found, zone, text))
    raise ValueError(f"'{text[:60]}' is no date")


def in_utc(value: datetime) -> datetime:
    """An aware moment in UTC. Raises ValueError where some zone of the world has no year for it."""
    try:
        found = value.astimezone(UTC)
        _ = found - _DAY, found + _DAY
    except OverflowError:
        raise ValueError("the year is out of range") from None
    return found


def _build(found: re.Match[str], zone: tzinfo, text: str) -> datetime:
    groups = found.groupdict()
    month = groups.get("month") or _MONTHS.index(_month(groups["name"], text)) + 1
    try:
        day = date(int(groups["year"]), int(month), int(groups["day"]))
    except ValueError:
        raise ValueError(f"there is no such day as '{text[:60]}'") from None
    if groups["clock"] is None:
        return datetime.combine(day, time(), zone)
    clock = _CLOCK.fullmatch(groups["clock"].strip())
    if clock is None:
        raise ValueError(f"the time of day in '{text[:60]}' is none")
    return _at(day, clock, zone, text)


def _month(name: str, text: str) -> str:
    if name[:3].lower() not in _MONTHS:
        raise ValueError(f"'{text[:60]}' is no date")
    return name[:3].lower()


def _at(day: date, clock: re.Match[str], zone: tzinfo, text: str) -> datetime:
    hour, minute, second = int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0)
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"][0] in "pP" else 0)
    whole_day = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta()
    micro = int((clock["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        at = time(0 if whole_day else hour, minute, min(second, 59) if second == 60 else second, micro)
        return datetime.combine(day, at, _zone(clock["zone"], zone)) + whole_day
    except (ValueError, OverflowError):
        raise ValueError(f"there is no such time as '{text[:60]}'") from None


def _zone(name: str | None, default: tzinfo) -> tzinfo:
    if name is None:
        return default
    if name.lower() in _ZONES:
        return timezone(timedelta(hours=_ZONES[name.lower()]))
    if name[0] not in "+-":
        raise ValueError(name)
    digits = name[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    return timezone((-1 if name[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
