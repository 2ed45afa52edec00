"""The catalogue of a site of ours, as `unloading` wrote it: nothing of it is repaired, for nothing of it is dirty."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from westmarch.books import isbn, series_titles
from westmarch.books.cleaning import BEST, LARGEST, LONGEST_NAME, YEARS
from westmarch.books.entries import Entry, GivenReading, Own
from westmarch.books.loading.records import Record
from westmarch.books.making import LONGEST_TAG
from westmarch.books.series_titles import Place
from westmarch.books.unloading import FORMAT, OURS
from westmarch.errors import Invalid, unfit
from westmarch.links import paths
from westmarch.text.markdown import render

_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, strict=False, allow_inf_nan=False)


class _Person(_Shape):
    name: _Name
    role: str = ""


class _Tag(_Shape):
    slug: str = Field(min_length=1, max_length=LONGEST_TAG)
    title: str


class _Series(_Shape):
    title: _Name
    number: str | None = None


class _Reading(_Shape):
    status: Literal["to-read", "reading", "read"]
    started_on: date | None = None
    finished_on: date | None = None
    rating: float | None = Field(default=None, ge=0, le=BEST)
    review: str = ""


class _Ours(_Shape):
    format: Literal[1]
    path: str
    added: AwareDatetime
    writers: dict[str, str] = {}
    series: str | None = None
    old: tuple[str, ...] = ()
    cover: str | None = None
    readings: tuple[_Reading, ...] = ()
    extra: dict[str, Any] = {}


class _Book(_Shape):
    book_id: int = Field(ge=1, le=LARGEST)
    title: str = Field(min_length=1)
    original_title: str | None = None
    isbn: str | None = None
    isbn13: str | None = None
    authors: tuple[_Person, ...] = ()
    original_publication_year: int | None = Field(default=None, ge=YEARS.start, lt=YEARS.stop)
    language_code: str | None = Field(default=None, max_length=35)
    series: _Series | None = None
    tags: tuple[_Tag, ...] = ()
    average_rating: float | None = None
    ratings_count: int | None = Field(default=None, ge=0, le=LARGEST)
    description: str = ""
    westmarch: _Ours


def is_own(record: Record) -> bool:
    """Whether a record is one of ours."""
    ours = record.fields.get(OURS)
    return isinstance(ours, dict) and ours.get("format") == FORMAT


def entry(record: Record) -> Entry:
    """The book of a record of ours. Raises Invalid, naming the field, for one that somebody has spoilt."""
    try:
        book = _Book.model_validate(record.fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Invalid(f"{place} cannot be so: {unfit(first)}", place=place) from error
    ours = book.westmarch
    numbers = isbn.read(book.isbn, book.isbn13)
    plain, _ = series_titles.split(book.title)
    values: dict[str, Any] = {
        "book_id": book.book_id,
        "title": book.title,
        "title_plain": " ".join(plain.split()),
        "original_title": book.original_title,
        "isbn10": book.isbn,
        "isbn13": book.isbn13,
        "isbn_key": numbers.key,
        "isbn_valid": numbers.valid,
        "year": book.original_publication_year,
        "language": book.language_code,
        "rating": book.average_rating,
        "ratings_count": book.ratings_count,
        "description_markdown": book.description,
        "description_html": render(book.description).html if book.description else "",
        "extra": ours.extra,
    }
    return Entry(
        record.row,
        values,
        tuple((one.name, one.role) for one in book.authors),
        tuple((one.slug, one.title) for one in book.tags),
        says_series=True,
        series=Place(book.series.title, book.series.number) if book.series else None,
        readings=tuple(
            GivenReading(one.status, one.started_on, one.finished_on, one.rating, one.review) for one in ours.readings
        ),
        own=_own(book),
    )


def _own(book: _Book) -> Own:
    ours = book.westmarch
    return Own(
        path=_below(ours.path, "/books/"),
        added=ours.added,
        old=ours.old,
        cover=ours.cover,
        writers={name: path for name, told in ours.writers.items() if (path := _below(told, "/writers/"))},
        series=_below(ours.series, "/series/") if ours.series else None,
    )


def _below(written: str, folder: str) -> str | None:
    """The path of a page of ours, None for any other: a page's last segment is its name."""
    path = paths.parse(written)
    name = path.removeprefix(folder).removesuffix("/")
    return path if path == f"{folder}{name}/" and name and "/" not in name else None
