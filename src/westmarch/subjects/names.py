"""When two names are the same name."""

import unicodedata


def fold(name: str) -> str:
    """What spellings of a name share: NFKC, case folded, white space as one space: `Open  Source` is `open source`."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
