"""Configurations that are programs (JavaScript): read as text, never run, for the values that stand there plainly."""

import re
from pathlib import Path

from westmarch.errors import Invalid
from westmarch.transfer.blogs import outside
from westmarch.transfer.decoding import decode

#: A longer configuration is not looked at.
_LARGEST = 256 * 1024
_COMMENTS = re.compile(r"(?<![:\"'`\w])//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/")


def read(path: Path, folder: Path) -> str:
    """The text of a program without its comments; empty where there is none, or it lies outside of `folder`."""
    try:
        if not path.is_file() or outside(path, folder) or path.stat().st_size > _LARGEST:
            return ""
        return _COMMENTS.sub("", decode(path.read_bytes()).text)
    except (OSError, Invalid):
        return ""


def first(folder: Path, inside: Path, stem: str, endings: tuple[str, ...]) -> str:
    """The text of the first of these files that is there."""
    return next((found for ending in endings if (found := read(folder / f"{stem}{ending}", inside))), "")


def value(program: str, key: str) -> str:
    """The plain text that a key of an object has: `key: "value"`; empty where there is none, or it is computed."""
    found = re.search(
        rf"(?<![\w.$])[\"']?{re.escape(key)}[\"']?\s*:\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|`([^`$\n]*)`)", program
    )
    return next((part for part in found.groups() if part), "") if found else ""
