"""Whether columns hold a text that somebody searches for, in whatever case."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, or_


def spellings(words: str) -> list[str]:
    """A text as it was typed, in small and in large letters, and with large first ones.

    Beyond ASCII SQLite knows no case, so these are the spellings in which it finds a text there.
    """
    return list(dict.fromkeys((words, words.lower(), words.upper(), words.capitalize(), words.title())))


def holds(columns: Iterable[Any], words: str) -> ColumnElement[bool]:
    """Whether one of the columns holds the words."""
    found = []
    for column in columns:
        found.append(func.lower(column).contains(words.lower(), autoescape=True))
        if not words.isascii():
            found += [column.contains(spelling, autoescape=True) for spelling in spellings(words)]
    return or_(*found)
