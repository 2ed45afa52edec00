"""What the sanitizer will take out of raw HTML, found by reading the tags as a browser does, in one pass.

The sanitizer itself does not say what it removed. This reader has no part in safety: it only tells the writer.
"""

import re
from collections.abc import Iterator
from typing import Any

from westmarch.text.notices import warn
from westmarch.text.sanitizer import ATTRIBUTES, EVERYWHERE, SCHEMES, TAGS, classes_of

_TAG = re.compile(r"<([A-Za-z][^\s/><]{0,60})")
_ATTRIBUTE = re.compile(r"[\s/]*+([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:(\")|(')|([^\s>\"'][^\s>]*+)))?")
_FORGED_MARK = re.compile(r"&#(?:x0*fd[de][0-9a-f]|0*649(?:7[6-9]|8\d|9\d)|0*6500[0-7]);?", re.IGNORECASE)
_SCHEME = re.compile(r"[\s\0-\x20]*([A-Za-z][A-Za-z0-9+.\s-]{0,40}?)\s*:")
_URLS = frozenset({"href", "src", "cite", "poster"})
_QUIET = frozenset({"style", "class", "target", "align", "border", "loading", "decoding", "preload"})
"""Attributes that leave no gap when they go: old posts are full of them, and one warning for each kind is enough."""


def unmarked(html: str) -> str:
    """Raw HTML without character references to the noncharacters that are ours to use."""
    return _FORGED_MARK.sub("", html) if "&#" in html else html


def report(html: str, line: int | None, env: Any) -> None:
    """Warn of what of a piece of raw HTML will not be kept."""
    for tag, attributes in tags(html):
        if tag not in TAGS:
            warn(env, line, f"<{tag}> is not allowed: taken out.")
            continue
        known = ATTRIBUTES.get(tag, frozenset()) | EVERYWHERE
        for name, value in attributes:
            if name == "class":
                if any(each not in classes_of(tag) for each in value.split()):
                    warn(env, None, "Classes that the theme does not know were taken out of raw HTML.")
            elif name not in known:
                if name in _QUIET:
                    warn(env, None, f"The attribute {name} was taken out of raw HTML.")
                else:
                    warn(env, line, f"The attribute {name} of <{tag}> is not allowed: taken out.")
            elif name in _URLS and (scheme := bad_scheme(value)):
                warn(env, line, f"An address with “{scheme}:” is not allowed: taken out.")


def bad_scheme(url: str) -> str:
    """The scheme of an address, if it is one that is not allowed."""
    match = _SCHEME.match(url)
    scheme = re.sub(r"\s", "", match[1]).lower() if match else ""
    return scheme if scheme and scheme not in SCHEMES else ""


def tags(html: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each opening tag in lower case with its attributes; ends where a tag is never closed."""
    position = 0
    while match := _TAG.search(html, position):
        attributes: list[tuple[str, str]] = []
        position = match.end()
        while found := _ATTRIBUTE.match(html, position):
            position = found.end()
            value = found[4] or ""
            if quote := found[2] or found[3]:
                end = html.find(quote, position)
                if end < 0:
                    return
                value, position = html[position:end], end + 1
            attributes.append((found[1].lower()[:60], value))
        yield match[1].lower(), attributes
