"""When two names are the same name."""

import unicodedata
from collections.abc import Iterable

from westmarch.errors import Invalid

#: The longest name that is taken, in code points.
LONGEST = 200


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


def fit(name: str, *, what: str, place: str = "name", longest: int = LONGEST) -> str:
    """The name with its white space made single spaces. Raises Invalid where nobody could read it, or it is too long.

    `what` is what shall be called so (`tag`), `place` the field in which the name stands.
    """
    made = " ".join(name.split())
    if not any(unicodedata.category(character)[0] in "LNPS" for character in made):
        raise Invalid(f"The {what} needs a name.", place=place)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in made):
        raise Invalid("The name holds characters that cannot be shown.", place=place, hint="Type it anew.")
    if len(made) > longest:
        raise Invalid(f"A name has at most {longest} characters, this one {len(made)}.", place=place)
    return made
