"""Cleaning the values that catalogues hold: each function gives the value, and says what it did to it."""

import html
import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from westmarch.errors import Invalid

#: Told what was done to a value.
Tell = Callable[[str], None]

#: The largest number that JSON's readers keep exact.
LARGEST = 2**53 - 1
#: Years beyond are errors: the oldest texts are some 5,000 years old.
YEARS = range(-5000, 10_000)
#: The best rating of one's own.
BEST = 5
#: The longest name of a writer, series or tag, in characters.
LONGEST_NAME = 500

_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}(?:\.0*)?")
_COMMAS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}\b)")
_DAY = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_BC = re.compile(r"([0-9]{1,4})\s*(?:BCE?|B\.C\.(?:E\.)?)", re.IGNORECASE)
# What follows a comma and is no name of its own.
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|M\.?\s?D|Ph\.?\s?D|Esq|MBE|OBE)\.?", re.IGNORECASE)
_ROLE = re.compile(
    r"(?P<name>.+\S)\s*\((?P<role>(?:Author|Editor|Series Editor|Translator|Illustrator|Contributor|Introduction|"
    r"Foreword|Preface|Afterword|Narrator|Reader|Photographer|Adapter|Adaptor|Compiler|Creator|Pseudonym|Cover Art|"
    r"Artist|Colorist|Letterer|Inker|Penciler|Commentary|Notes|Ghostwriter|Designer)(?:\s*[,/&]\s*[A-Z][a-z]+)*)\)",
    re.IGNORECASE,
)


def text(value: Any, name: str, tell: Tell) -> str:
    """The value as text: entities read, control characters taken out, no white space at the ends.

    Raises Invalid for a list or an object.
    """
    if type(value) is str and value.isprintable() and "&" not in value:  # As nearly all are.
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid(f"{name} is {_kind(value)}, not a text", place=name)
    written = str(value)
    if "&" in written and _ENTITY.search(written):
        written = _unescaped(_unescaped(written))
        tell("HTML entities were read as the characters they mean")
    if _CONTROL.search(written):
        written = _CONTROL.sub("", written)
        tell("control characters were taken out")
    if _SURROGATE.search(written):
        written = _SURROGATE.sub("\ufffd", written)
        tell("halves of characters were replaced by \ufffd")
    return written.strip()


def _unescaped(value: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), value)


def line(value: Any, name: str, tell: Tell) -> str:
    """As `text`, on one line."""
    found = text(value, name, tell)
    return " ".join(found.split()) if "\n" in found or "\t" in found or "\r" in found else found


def called(value: Any, name: str, tell: Tell) -> str:
    """A name: as `text`, with single spaces; cut where it is too long."""
    if type(value) is str and len(value) <= LONGEST_NAME and value.isprintable() and "&" not in value:
        return " ".join(value.split())  # As nearly all are.
    found = " ".join(text(value, name, tell).split())
    if len(found) > LONGEST_NAME:
        tell(f"a name of {len(found)} characters was cut to {LONGEST_NAME}")
        found = found[:LONGEST_NAME].rstrip()
    return found


def whole(value: Any) -> int | None:
    """The whole number that the value means (`4,780,653`, `2008.0`), None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value == int(value) else None
    if isinstance(value, str):
        written = _COMMAS.sub("", value.strip())
        if _WHOLE.fullmatch(written):
            return int(written.partition(".")[0])
    return None


def number(value: Any, name: str) -> int:
    """A catalogue's number. Raises Invalid for what is none."""
    found = whole(value)
    if found is None or not 0 < found <= LARGEST:
        raise Invalid(f"{name} {shown(value)} is no number from 1 to {LARGEST}", place=name)
    return found


def year(value: Any, tell: Tell) -> int | None:
    """A year of the Gregorian calendar, negative before Christ as catalogues write it."""
    found = whole(value)
    if found is None and isinstance(value, str):
        if before := _BC.fullmatch(value.strip()):
            found = -int(before[1])
        elif day := _DAY.fullmatch(value.strip()[:10]):
            found = int(day[1])
    if found == 0 or found is None or found not in YEARS:
        if not nothing(value):
            tell(f"{shown(value)} is no year: left out")
        return None
    return found


def decimal(value: Any, tell: Tell) -> float | None:
    """A finite number that is not negative."""
    try:
        found = None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = None
    if found is None or not math.isfinite(found) or found < 0:
        if not nothing(value):
            tell(f"{shown(value)} is no number: left out")
        return None
    return found


def stars(value: Any, tell: Tell) -> float | None:
    """A rating of one's own, to 5; 0 says that there is none."""
    found = decimal(value, tell)
    if found is not None and found > BEST:
        tell(f"{shown(value)} is no rating up to {BEST}: left out")
        return None
    return found or None


def count(value: Any, tell: Tell) -> int | None:
    """A number of things."""
    found = whole(value)
    if found is None or not 0 <= found <= LARGEST:
        if not nothing(value):
            tell(f"{shown(value)} is no count: left out")
        return None
    return found


def day(value: Any, tell: Tell) -> date | None:
    """A day as `2020/01/31` or `2020-01-31`."""
    written = value.strip() if isinstance(value, str) else ""
    try:
        if found := _DAY.fullmatch(written[:10]):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    if not nothing(value):
        tell(f"{shown(value)} is no day: left out")
    return None


def people(value: Any, tell: Tell) -> tuple[tuple[str, str], ...]:
    """Names with roles: from a list of names, of objects with `name` (and `role`), or from one text with commas."""
    if isinstance(value, str):
        found = _split(text(value, "authors", tell))
        if len(found) > 1:
            tell("names were one text: split at the commas")
        given: list[Any] = list(found)
    elif isinstance(value, dict):
        given = [value]
    elif isinstance(value, list):
        given = value
    elif value is None:
        return ()
    else:
        raise Invalid(f"authors is {_kind(value)}, not a list of names", place="authors")
    names: dict[str, str] = {}
    for one in given:
        name, role = (one.get("name"), one.get("role")) if isinstance(one, dict) else (one, "")
        clean = called(name, "authors", tell)
        if not role and clean.endswith(")") and (in_brackets := _ROLE.fullmatch(clean)):
            clean, role = in_brackets["name"], in_brackets["role"]
        if clean in names:
            tell("an author who is named twice was taken once, as first named")
        elif clean:
            names[clean] = called(role, "role", tell)
        else:
            tell("an author without a name was left out")
    return tuple(names.items())


def _split(names: str) -> list[str]:
    if ";" in names:
        return [name for name in names.split(";") if name.strip()]
    found: list[str] = []
    for part in names.split(","):
        if found and _SUFFIX.fullmatch(part.strip()):
            found[-1] += f", {part.strip()}"
        elif part.strip():
            found.append(part)
    return found


def nothing(value: Any) -> bool:
    """Whether a value says nothing: it is missing, or an empty text."""
    return value is None or (isinstance(value, str) and not value.strip())


def shown(value: Any) -> str:
    """A value as it is shown to people, not too long."""
    written = repr(value)
    return written if len(written) <= 60 else written[:57] + "…" + written[-1]


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", bool: "true or false"}.get(type(value), type(value).__name__)
