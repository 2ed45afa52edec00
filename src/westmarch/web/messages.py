"""Texts with places, in ICU's MessageFormat: written out, and looked through.

Grammar: https://unicode-org.github.io/icu/userguide/format_parse/messages/. What is written out is kept, because pages
say the same few things again and again; so ICU is not loaded before a text needs it.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icu4py.messageformat import MessageFormat

logger = logging.getLogger(__name__)

#: The longest text of a catalogue, in characters. It bounds how deep one can be nested, too.
LONGEST = 2_000
#: ICU counts days before this one by the Julian calendar, while Python, addresses and archives do not.
_GREGORIAN = date(1582, 10, 15)
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_WITH_FORMS = ("plural", "selectordinal", "select")

#: What of a text may mean anything but itself.
_PLACED = re.compile("[{}']")
_QUOTED = re.compile(r"''|'[{}](?:[^']|'')*(?:'|\Z)")
_HEAD = re.compile(r"\{\s*([^\s{},]+)\s*(?:,\s*(\w+)\s*,?)?")
_FORM = re.compile(r"\s*(?:offset:\s*-?\d+\s*)?([^\s{}]+)\s*\{")
#: What a place may be filled with.
_EXAMPLES: dict[str, int | str | datetime] = {
    "a number": 2,
    "a day": datetime(2024, 1, 2, 12, tzinfo=UTC),
    "ready text": "x",
}
#: ICU's names for what is wrong with a text, in words.
_SYNTAX = {
    "U_UNMATCHED_BRACES": "a brace is not closed, or one too many is",
    "U_DEFAULT_KEYWORD_MISSING": "a plural or select has no form `other`",
    "U_PATTERN_SYNTAX_ERROR": "what stands in braces is no place; one looks like {n} or {n, plural, other {…}}",
    "U_NUMBER_SKELETON_SYNTAX_ERROR": "the skeleton of a number is none of ICU",
}


@lru_cache(maxsize=128)
def _compiled(pattern: str, locale: str) -> "MessageFormat":
    """The text as ICU writes it out: 5 to 60 KB, more than all that it says. Raises ValueError."""
    from icu4py.messageformat import MessageFormat

    return MessageFormat(pattern, locale)


@lru_cache(maxsize=4096)
def say(pattern: str, locale: str, number: int | None = None, /, **places: object) -> str:
    """A text with its places filled in; `number` is that of the place `{n}`. Other places are numbers or texts.

    A text that cannot be written out, because a number was needed where a text was given, is told to the log and
    stands as it is.
    """
    if not _PLACED.search(pattern):
        return pattern
    values = {name: value if isinstance(value, int) else _sound(value) for name, value in places.items()}
    if number is not None:
        values["n"] = number
    try:
        return _compiled(pattern, locale).format({**values})
    except (ValueError, RuntimeError) as error:
        logger.error("%r cannot be written out (%s) with %s", pattern, error, ", ".join(values) or "no place")
        return pattern


def _sound(value: object) -> str:
    """A value as text without halves of surrogate pairs, which ICU refuses."""
    return str(value).encode("utf-8", "replace").decode()


@lru_cache(maxsize=8192)
def say_day(pattern: str, locale: str, day: date) -> str:
    """A text whose place `{at}` is a day; one before the Gregorian calendar is written as in ISO 8601."""
    if day < _GREGORIAN:
        return day.isoformat()
    return _compiled(pattern, locale).format({"at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC)})


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a text: its name, its type (`plural`, `date`; empty where there is none) and its forms, if it has."""

    name: str
    type: str
    forms: tuple[str, ...]


def places(pattern: str) -> list[Place]:
    """The places of a text that ICU can read, also those within the forms of others."""
    text = _QUOTED.sub("", pattern)
    found: list[Place] = []
    at = 0
    while at < len(text):
        at = _message(text, at, found) + 1
    return found


def _message(text: str, at: int, found: list[Place]) -> int:
    """Read a message from `at` to the brace that closes it, or to the end; where that is."""
    while at < len(text) and text[at] != "}":
        at = _place(text, at, found) if text[at] == "{" else at + 1
    return at


def _place(text: str, at: int, found: list[Place]) -> int:
    """Read a place from its opening brace; where what follows it begins."""
    head = _HEAD.match(text, at)
    if head is None:
        return at + 1
    at, forms, kind = head.end(), list[str](), head[2] or ""
    index = len(found)
    if kind in _WITH_FORMS:
        while form := _FORM.match(text, at):
            forms.append(form[1])
            at = _message(text, form.end(), found) + 1
    found.insert(index, Place(head[1], kind, tuple(forms)))
    depth = 1
    while at < len(text) and depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def faults(pattern: str, locale: str, like: str) -> Iterator[str]:
    """What is wrong with a translation of the text `like`, so that it cannot be shown."""
    if len(pattern) > LONGEST:
        yield f"has more than {LONGEST} characters"
        return
    if not _PLACED.search(pattern):
        yield from (f"the place {{{place.name}}} is missing" for place in places(like))
        return
    try:
        _compiled(pattern, locale)
    except ValueError as error:
        name = str(error).rpartition(" ")[2]
        yield _SYNTAX.get(name, f"is no message of ICU ({name})")
        return
    own, others = ({place.name: place for place in places(text)} for text in (pattern, like))
    for name in sorted(others.keys() - own.keys()):
        yield f"the place {{{name}}} is missing"
    for name in sorted(own.keys() - others.keys()):
        having = ", ".join(f"{{{other}}}" for other in others) or "none"
        yield f"{{{name}}} is no place of this text; it has {having}"
    for place in places(pattern):
        wrong = [form for form in place.forms if form not in _CATEGORIES and not re.fullmatch(r"=\d+", form)]
        if wrong and place.type != "select":
            yield f"{wrong[0]} is no form of a plural; there are {', '.join(_CATEGORIES)} and =1 for an exact number"
    if own.keys() == others.keys():
        yield from _unwritable(pattern, locale, others)


def _unwritable(pattern: str, locale: str, others: Mapping[str, Place]) -> Iterator[str]:
    """What keeps ICU from writing a text out with values of the kinds that the places have."""
    kinds = {name: _kind(place) for name, place in others.items()}
    try:
        _compiled(pattern, locale).format({name: _EXAMPLES[kind] for name, kind in kinds.items()})
    except (ValueError, RuntimeError) as error:
        told = ", ".join(f"{{{name}}} is {kind}" for name, kind in kinds.items())
        yield f"cannot be written out ({str(error).rpartition(' ')[2]}); {told}"


def _kind(place: Place) -> str:
    """What a place of an English text is filled with."""
    if place.type in ("date", "time"):
        return "a day"
    return "a number" if place.name == "n" or place.type not in ("", "select") else "ready text"


def forms_needed(locale: str) -> dict[str, int]:
    """The plural forms of a language that whole numbers up to 200 need, each with the first number that does."""
    pattern = "{n, plural, " + " ".join(f"{form} {{{form}}}" for form in _CATEGORIES) + "}"
    compiled = _compiled(pattern, locale)
    needed: dict[str, int] = {}
    for number in range(201):
        needed.setdefault(compiled.format({"n": number}), number)
    return needed


def missing_forms(pattern: str, locale: str) -> Iterator[str]:
    """Which plurals of a text lack forms that its language has; `other` stands in for them."""
    for place in places(pattern):
        if place.type == "plural":
            for form, number in forms_needed(locale).items():
                if form not in place.forms and f"={number}" not in place.forms:
                    yield f"the plural of {{{place.name}}} has no form {form}, which the number {number} needs"
