"""What the fields of a catalogue are called, in JSON and in the columns of CSV."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from westmarch.books.cleaning import nothing

#: The names of each field, the first one that says something taken. Compared without regard to case, spaces and `-`.
NAMES: dict[str, tuple[str, ...]] = {
    "book_id": ("book_id", "id"),
    "title": ("title", "name"),
    "original_title": ("original_title",),
    "isbn": ("isbn", "isbn10", "isbn_10"),
    "isbn13": ("isbn13", "isbn_13"),
    "authors": ("authors", "author", "writers", "writer"),
    "year": ("original_publication_year", "publication_year", "year_published", "first_published", "year"),
    "language": ("language_code", "language", "lang"),
    "series": ("series", "series_title"),
    "series_number": ("series_number", "series_index"),
    "tags": ("tags", "genres"),
    "rating": ("average_rating", "rating"),
    "ratings_count": ("ratings_count",),
    "description": ("description", "summary"),
}
_MEANING = {name: (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}


@lru_cache(maxsize=1_000)
def meaning(name: str) -> tuple[str, int] | None:
    """The field that a name means, and how well: 0 for the best name."""
    return _MEANING.get(name.strip().casefold().replace(" ", "_").replace("-", "_"))


def understood(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a source says by the fields' own names, and what it says besides."""
    said: dict[str, Any] = {}
    ranks: dict[str, tuple[int, str]] = {}
    extra: dict[str, Any] = {}
    for name, value in fields.items():
        known = meaning(name)
        if known is None:
            extra[name] = value
            continue
        field, rank = known
        before = ranks.get(field)
        if before is not None and (before[0] < rank or nothing(value)) and not nothing(said[field]):
            extra[name] = value
            continue
        if before is not None and not nothing(said[field]):
            extra[before[1]] = said[field]
        said[field], ranks[field] = value, (rank, name)
    return said, extra
