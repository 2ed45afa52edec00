"""Scripts of elsewhere in a text: none is taken over, and what they showed stays within reach."""

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from westmarch.transfer import embeds
from westmarch.transfer.code_regions import CodeRegions

_SCRIPT = re.compile(r"<script\b(?P<attributes>[^<>]*)>(?:\s*</script\s*>)?", re.IGNORECASE)
_SRC = re.compile(r"(?<![\w-])src\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_GIST = re.compile(r"/((?:[\w-]+/)?[0-9a-f]+)\.js", re.IGNORECASE)


def convert(text: str, warn: Callable[[str, str], None]) -> str:
    """The text with a link in place of each gist, and the address in place of each other script outside of code.

    `warn` is told of each of those others, with its message and the address as it is written.
    """
    if "<script" not in text.lower():
        return text
    regions = CodeRegions(text)

    def replace(found: re.Match[str]) -> str:
        src = _SRC.search(found["attributes"])
        if src is None or found.start() in regions:
            return found[0]
        written = src[1] or src[2] or src[3] or ""
        address = written.strip()
        name = gist(address)
        if name is None:
            warn(f"the script '{address[:120]}' is not taken over; its address stays", written)
        shown = embeds.gist(name) if name else _shown(address)
        return _alone(shown, text, found)

    return _SCRIPT.sub(replace, text)


def gist(address: str) -> str | None:
    """The name of a gist, from the address of the script that shows it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    named = _GIST.fullmatch(unquote(parts.path)) if parts.hostname == "gist.github.com" else None
    return named[1] if named else None


def _shown(address: str) -> str:
    address = f"https:{address}" if address.startswith("//") else address
    return f"<{address}>" if re.fullmatch(r"https?://[^\s<>]+", address) else f"`{address.replace('`', '')}`"


def _alone(shown: str, text: str, found: re.Match[str]) -> str:
    """What stands alone on its line becomes a paragraph, also within an element of HTML, where Markdown is none."""
    before, after = text[max(found.start() - 2, 0) : found.start()], text[found.end() : found.end() + 2]
    if (before and before[-1] != "\n") or (after and after[0] != "\n"):
        return shown
    return "\n" * (before not in {"", "\n", "\n\n"}) + shown + "\n" * (after not in {"", "\n", "\n\n"})
