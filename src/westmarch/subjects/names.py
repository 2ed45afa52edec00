"""When two names are the same name."""

import unicodedata
from collections.abc import Iterable


def fold(name: str) -> str:
    """What spellings of a name share: NFKC, case folded, white space as one space: `Open  Source` is `open source`."""
    folded = name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()
    return " ".join(folded.split())


def spellings(names: Iterable[str]) -> dict[str, str]:
    """Names that differ, in order: by what their spellings share, the first spelling of each; empty ones left out."""
    found: dict[str, str] = {}
    for name in names:
        if name.strip():
            found.setdefault(fold(name), " ".join(name.split()))
    return found
