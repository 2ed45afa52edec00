"""Making an entry of what a source says about a book, whatever it calls its fields."""

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from westmarch.books import cleaning, isbn, series_titles
from westmarch.books.entries import Entry, GivenReading
from westmarch.books.series_titles import Place
from westmarch.errors import Invalid
from westmarch.links.paths import slugify
from westmarch.text.markdown import render

#: The longest slug of a tag, in characters.
LONGEST_TAG = 200
_LONGEST_LANGUAGE = 35


def make(said: Mapping[str, Any], row: int, extra: Mapping[str, Any], readings: tuple[GivenReading, ...] = ()) -> Entry:
    """The entry of one book. Raises Invalid, saying why, for one that cannot be taken.

    `said` has the fields `book_id`, `title`, `original_title`, `isbn`, `isbn13`, `authors`, `year`, `language`,
    `series`, `series_number`, `tags`, `rating`, `ratings_count`, `description`; those missing are not said. `extra`
    are the fields that mean nothing to us.
    """
    entry = Entry(row, {}, readings=readings)
    values = entry.values
    tell = partial(_tell, entry)
    if not cleaning.nothing(said.get("book_id")):
        values["book_id"] = cleaning.number(said["book_id"], "book_id")
    _title(entry, said)
    for name, clean in (("year", cleaning.year), ("rating", cleaning.decimal), ("ratings_count", cleaning.count)):
        if name in said:
            values[name] = clean(said[name], tell(name))
    if "language" in said:
        values["language"] = _language(said["language"], tell("language"))
    if "isbn" in said or "isbn13" in said:
        _numbers(entry, said)
    if "description" in said:
        values["description_markdown"] = markdown = cleaning.text(
            said["description"], "description", tell("description")
        )
        values["description_html"] = render(markdown).html if markdown else ""
    if "authors" in said:
        entry.writers = cleaning.people(said["authors"], tell("authors"))
    if "tags" in said:
        entry.tags = _tags(said["tags"], tell("tags"))
    values["extra"] = dict(extra)
    return entry


def _tell(entry: Entry, field: str) -> cleaning.Tell:
    """What takes down a repair of a field."""

    def tell(message: str) -> None:
        if (field, message) not in entry.repairs:
            entry.repairs.append((field, message))

    return tell


def _title(entry: Entry, said: Mapping[str, Any]) -> None:
    """The title, whole and without the series; and the series."""
    values, tell = entry.values, partial(_tell, entry)
    title = cleaning.line(said.get("title"), "title", tell("title"))
    original = cleaning.line(said.get("original_title"), "original_title", tell("original_title"))
    if not title and original:
        title = original
        tell("title")("it is missing: taken from original_title")
    if not title:
        raise Invalid("it has no title", place="title")
    if "original_title" in said:
        values["original_title"] = original or None
    values["title"] = title
    plain, place = series_titles.split(title)
    values["title_plain"] = " ".join(plain.split())
    entry.says_series = "series" in said or place is not None
    entry.series = _series(said, tell("series")) or place
    if place is not None:
        tell("series")(f"found in the title: {place.title!r}, number {place.number}")


def _series(said: Mapping[str, Any], tell: cleaning.Tell) -> Place | None:
    """The series as a field of its own: a title, or an object with `title` and `number`."""
    series, number = said.get("series"), said.get("series_number")
    if isinstance(series, dict):
        number = series.get("number", number)
        series = series.get("title", series.get("name"))
    title = cleaning.called(series, "series", tell)
    return Place(title, cleaning.called(number, "series_number", tell) or None) if title else None


def _language(value: Any, tell: cleaning.Tell) -> str | None:
    language = cleaning.called(value, "language", tell)
    if len(language) > _LONGEST_LANGUAGE:
        tell(f"{cleaning.shown(language)} is no language: left out")
        return None
    return language or None


def _numbers(entry: Entry, said: Mapping[str, Any]) -> None:
    tell = partial(_tell, entry)
    given = [cleaning.line(said.get(name), name, tell(name)) for name in ("isbn", "isbn13")]
    numbers = isbn.read(*given)
    entry.values |= {
        "isbn10": numbers.isbn10,
        "isbn13": numbers.isbn13,
        "isbn_key": numbers.key,
        "isbn_valid": numbers.valid,
    }
    entry.repairs += numbers.repairs


def _tags(value: Any, tell: cleaning.Tell) -> tuple[tuple[str, str], ...]:
    """Slugs with titles: from objects with `slug` and `title`, from names, or from names in one text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    elif value is None:
        value = []
    if not isinstance(value, list):
        raise Invalid("tags is no list", place="tags")
    found: dict[str, str] = {}
    for one in value:
        slug, title = (one.get("slug"), one.get("title", one.get("name"))) if isinstance(one, dict) else (None, one)
        if type(slug) is str and type(title) is str and (known := _clean_tag(slug, title)) is not None:
            found.setdefault(*known)
            continue
        title = cleaning.called(title, "tags", tell)
        slug = cleaning.line(slug, "tags", tell) or (slugify(title) if title else "")
        if not slug or len(slug) > LONGEST_TAG:
            tell(f"the tag {cleaning.shown(slug or one)} was left out: its slug is empty or too long")
        else:
            found.setdefault(slug, title or slug)
    return tuple(found.items())


@lru_cache(maxsize=1 << 15)
def _clean_tag(slug: str, title: str) -> tuple[str, str] | None:
    """A tag of which nothing is to be told; None for any other one. The same ones come again and again."""
    told: list[str] = []
    called = cleaning.called(title, "tags", told.append)
    line = cleaning.line(slug, "tags", told.append)
    return (line, called or line) if line and len(line) <= LONGEST_TAG and not told else None
