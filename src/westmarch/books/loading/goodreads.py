"""The export of Goodreads (My Books, Import and export): a table of one person's books, with what they read."""

from collections.abc import Mapping
from datetime import date

from westmarch.books import cleaning
from westmarch.books.entries import Entry, GivenReading
from westmarch.books.loading.records import Record
from westmarch.books.making import make
from westmarch.books.models import READ, READING, TO_READ

#: Columns by which the export is known.
COLUMNS = frozenset({"Book Id", "Title", "Author", "Exclusive Shelf"})

_OF_READING = frozenset({"My Rating", "My Review", "Date Read"})
_SHELVES = {"read": READ, "currently-reading": READING, "to-read": TO_READ}
_PLAIN = {
    "title": "Title",
    "isbn": "ISBN",
    "isbn13": "ISBN13",
    "rating": "Average Rating",
}
#: Columns that are understood, or (the notes, which are private) left out.
_USED = frozenset(
    {
        "Author", "Author l-f", "Additional Authors", "Original Publication Year", "Year Published", "Bookshelves",
        "Bookshelves with positions", "Exclusive Shelf", "My Rating", "My Review", "Date Read", "Private Notes",
        *_PLAIN.values(),
    }
)  # fmt: skip


def entry(record: Record) -> Entry:
    """The book of one row. Its `Book Id` is no number of ours and is kept beside it."""
    fields = record.fields
    said: dict[str, object] = {name: fields[column] for name, column in _PLAIN.items() if column in fields}
    names = [fields.get("Author", ""), fields.get("Additional Authors", "")]
    said["authors"] = ", ".join(name for name in names if name.strip())
    said["year"] = fields.get("Original Publication Year") or fields.get("Year Published")
    shelf = fields.get("Exclusive Shelf", "").strip()
    shelves = [name.strip() for name in fields.get("Bookshelves", "").split(",")]
    # A shelf of one's own that excludes the others, such as `did-not-finish`, is a tag too.
    tags = [*shelves, shelf] if shelf not in _SHELVES else shelves
    said["tags"] = [{"slug": name, "title": name.replace("-", " ")} for name in tags if name and name not in _SHELVES]
    # What stands on a shelf that is none of ours has no reading to keep these.
    used = _USED if shelf in _SHELVES else _USED - _OF_READING
    extra = {name: value for name, value in fields.items() if name not in used and value.strip()}
    made = make(said, record.row, extra)
    made.readings = _readings(fields, shelf, made)
    if fields.get("Private Notes", "").strip():
        made.repairs.append(("Private Notes", "they are private: left out"))
    return made


def _readings(fields: Mapping[str, str], shelf: str, made: Entry) -> tuple[GivenReading, ...]:
    status = _SHELVES.get(shelf)
    if status is None:
        return ()
    rating = cleaning.stars(fields.get("My Rating"), made.tell("My Rating"))
    finished: date | None = None
    if status == READ:
        finished = cleaning.day(fields.get("Date Read"), made.tell("Date Read"))
    elif fields.get("Date Read", "").strip():
        made.tell("Date Read")(f"the book is on the shelf {shelf}: left out")
    review = cleaning.text(fields.get("My Review"), "My Review", made.tell("My Review"))
    return (GivenReading(status, None, finished, rating, review),)
