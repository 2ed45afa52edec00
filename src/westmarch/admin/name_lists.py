"""Names in one field, with commas between: a name that has a comma or a quote in it stands in quotes."""

import re
from collections.abc import Iterable

from westmarch.errors import Invalid

#: So long may such a field be, in characters: more names than a post takes.
LONGEST = 50_000

# In quotes, where two of them stand for one; else all up to the next comma.
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=,|\Z)|([^,]*))(?:,|\Z)')


def written(names: Iterable[str]) -> str:
    """The names as one field: `Sea, "Bern, old town"`."""
    return ", ".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if "," in name or name.startswith('"') else name


def read(text: str, place: str) -> tuple[str, ...]:
    """The names of a field, in their order. A quote without an end is a letter. Raises Invalid for a field too long."""
    if len(text) > LONGEST:
        raise Invalid(f"It has at most {LONGEST:,} characters, this has {len(text):,}.", place=place)
    found = []
    for match in _NAME.finditer(text):
        name = match[2] if match[1] is None else match[1].replace('""', '"')
        if name := name.strip():
            found.append(name)
    return tuple(found)
