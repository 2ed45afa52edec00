"""Patterns of addresses, and the paths they make."""

import posixpath
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit

_COLON = re.compile(r":([a-z_]+)")
_BRACES = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")


def expand_colons(pattern: str, values: Mapping[str, str]) -> str:
    """Jekyll's and Hexo's patterns: `:year/:month/:title`. A placeholder nobody knows stays as it is.

    The longest known name wins, so that `:title_x` is `:title` followed by `_x`.
    """

    def replace(found: re.Match[str]) -> str:
        name = found[1]
        for end in range(len(name), 0, -1):
            if name[:end] in values:
                return values[name[:end]] + name[end:]
        return found[0]

    return _COLON.sub(replace, pattern)


def given(pattern: str, values: Mapping[str, str], at: datetime | None) -> str:
    """The path by a pattern of Jekyll's kind that was given for a site; `at` is the date in the zone of the site."""
    day = {} if at is None else {"year": f"{at.year:04}", "month": f"{at.month:02}", "day": f"{at.day:02}"}
    return tidy(expand_colons(pattern, {**values, **day}))


def unknown_colons(pattern: str, values: Mapping[str, str]) -> list[str]:
    """The placeholders of a pattern for which there is no value."""
    return [f":{found[1]}" for found in _COLON.finditer(expand_colons(pattern, dict.fromkeys(values, "")))]


def expand_braces(pattern: str, values: Mapping[str, str], at: datetime | None) -> str:
    """Pelican's patterns: `{date:%Y}/{slug}.html`, `date` being that of the post. What nobody knows stays as it is."""

    def replace(found: re.Match[str]) -> str:
        if found[1] == "date":
            return at.strftime(found[2] or "%Y-%m-%d") if at is not None else found[0]
        return values.get(found[1], found[0])

    return _BRACES.sub(replace, pattern)


def unknown_braces(pattern: str, values: Mapping[str, str], *, dated: bool) -> list[str]:
    """The placeholders of a pattern for which there is no value."""
    return [
        found[0] for found in _BRACES.finditer(pattern) if found[1] not in values and not (dated and found[1] == "date")
    ]


def tidy(path: str) -> str:
    """A path as a link keeps it: NFC, one `/` in front, no `//`, `.`, controls; `..` stops at the root."""
    path = unicodedata.normalize("NFC", path)
    path = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", path).strip().replace("\\", "/")
    slash = path.endswith(("/", "/.", "/.."))
    path = "/" + posixpath.normpath("/" + path.lstrip("/")).lstrip("/")
    return path + "/" if slash and path != "/" else path


def from_url(address: str) -> str:
    """The path of an address as a person writes it: percent-decoded, without host, query and fragment."""
    try:
        path = urlsplit(address).path if "://" in address else address.split("?")[0].split("#")[0]
    except ValueError:
        path = address
    return tidy(unquote(path))


def as_url(path: str) -> str:
    """A path as it may stand in a link of Markdown: what would end the path or the link is percent-encoded."""
    return re.sub(r"[\s<>()%?#\"\\]", lambda found: quote(found[0], safe=""), path)


def whole(url: str | None, base: str, path: str | None) -> str | None:
    """The whole address of a path on an old site, as feeds write it; None where the site's address is not known."""
    if url is None or path is None:
        return None
    return url + quote(base + path, safe="/:@!$&'()*+,;=~-._")


def without_index(path: str) -> str:
    """`/a/index.html` is `/a/`."""
    return path[: -len("index.html")] if path.endswith("/index.html") else path


def moved_base(path: str, old: str, new: str) -> str:
    """A path below the old site's base path as one below ours; both bases are '' or '/x'.

    Where our site has no base path the old one stays part of the path, so that the old address still answers.
    """
    whole = f"{old}{path}"
    if new and (whole == new or whole.startswith(f"{new}/")):
        return whole[len(new) :] or "/"
    return path if new else whole
