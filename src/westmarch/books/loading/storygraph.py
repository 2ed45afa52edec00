"""The export of The StoryGraph (Manage account, Manage your data): one person's books, with what they read."""

from collections.abc import Iterator, Mapping

from westmarch.books import cleaning
from westmarch.books.entries import Entry, GivenReading
from westmarch.books.loading.records import Record
from westmarch.books.making import make
from westmarch.books.models import READ, READING, TO_READ

#: Columns by which the export is known.
COLUMNS = frozenset({"Title", "Authors", "Read Status", "ISBN/UID"})

_OF_READING = frozenset({"Star Rating", "Review", "Last Date Read", "Dates Read"})
_STATUS = {"read": READ, "currently-reading": READING, "to-read": TO_READ}
_USED = frozenset(
    {
        "Title", "Authors", "Contributors", "ISBN/UID", "Read Status", "Tags", "Moods", "Star Rating", "Review",
        "Last Date Read", "Dates Read",
    }
)  # fmt: skip


def entry(record: Record) -> Entry:
    """The book of one row. Moods and tags become tags."""
    fields = record.fields
    names = [fields.get("Authors", ""), fields.get("Contributors", "")]
    number = fields.get("ISBN/UID", "").strip()
    tags = [tag.strip() for column in ("Tags", "Moods") for tag in fields.get(column, "").split(",")]
    status = fields.get("Read Status", "").strip()
    if status and status not in _STATUS:
        tags.append(status)
    said: dict[str, object] = {
        "title": fields.get("Title"),
        "authors": ", ".join(name for name in names if name.strip()),
        "tags": [tag for tag in tags if tag],
    }
    if number:
        # Thirteen digits, ten, or a number of theirs.
        said["isbn13" if len(number.replace("-", "")) == 13 else "isbn"] = number
    # What has a status that is none of ours has no reading to keep these.
    used = _USED if status in _STATUS else _USED - _OF_READING
    extra = {name: value for name, value in fields.items() if name not in used and value.strip()}
    made = make(said, record.row, extra)
    made.readings = tuple(_readings(fields, _STATUS.get(status), made))
    return made


def _readings(fields: Mapping[str, str], status: str | None, made: Entry) -> Iterator[GivenReading]:
    """One for each time: `Dates Read` holds them as `2021/01/02-2021/02/03, 2022/05/01`."""
    if status is None:
        return

    tell = made.tell("Dates Read")
    rating = cleaning.stars(fields.get("Star Rating"), made.tell("Star Rating"))
    review = cleaning.text(fields.get("Review"), "Review", made.tell("Review"))
    written = fields.get("Dates Read", "").strip() or fields.get("Last Date Read", "").strip()
    times = [time.strip() for time in written.split(",") if time.strip()]
    if times and status != READ:
        tell(f"the book is {status}: {cleaning.shown(written)} is left out")
        times = []
    for time in times[:-1]:
        started, finished = _period(time)
        yield GivenReading(READ, cleaning.day(started, tell), cleaning.day(finished, tell))
    started, finished = _period(times[-1]) if times else ("", "")
    yield GivenReading(status, cleaning.day(started, tell), cleaning.day(finished, tell), rating, review)


def _period(time: str) -> tuple[str, str]:
    """The first and the last day; a single one is the last."""
    started, between, finished = time.partition("-")
    return (started, finished) if between and "/" in time else ("", time)
