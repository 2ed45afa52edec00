"""Titles for texts that have none, as each has one here."""

import html
import re

from westmarch.transfer import metadata

_LONGEST = 60
_ENDS = re.compile(r"</(?:p|h[1-6]|li|blockquote|div|figcaption)\s*>|<br\b[^<>]*>|\n\s*\n", re.IGNORECASE)
#: Of a long text no more is looked at.
_LOOKED_AT = 10_000


def of(title: str, text: str, otherwise: str) -> str:
    """The title that a text has, else its first line or the first words of it; `otherwise` where it has no words."""
    if title:
        return title
    for line in _ENDS.split(text[:_LOOKED_AT]):
        words = metadata.plain(html.unescape(re.sub(r"<[^<>]*$", "", line)))
        if re.search(r"\w", words):
            return words if len(words) <= _LONGEST else _cut(words)
    return otherwise


def _cut(words: str) -> str:
    """As many words as there is room for, or letters of a script without spaces."""
    kept = words[:_LONGEST]
    whole = kept.rpartition(" ")[0] if words[_LONGEST] != " " else kept
    return f"{(whole if len(whole) > _LONGEST // 2 else kept).rstrip(' ,;:.-')}…"
