"""A book with all that is said of it. Statements are built once, on tables (see posts/queries.py)."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, literal, select, union_all

from westmarch.books import models as tables
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.books.shown import CARD, Credit
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.media.models import Media

_book, _writer, _book_writer, _series = Book.__table__, Writer.__table__, BookWriter.__table__, Series.__table__
_tag, _tagging, _media = BookTag.__table__, BookTagging.__table__, Media.__table__
_reading = tables.Reading.__table__

#: A tag that so many books share says what a book is about, and few enough share it to be looked through.
RARE = (2, 120)

_DETAIL = (
    select(
        *CARD, _book.c.original_title, _book.c.slug, _book.c.isbn10, _book.c.isbn13, _book.c.isbn_key,
        _book.c.isbn_valid, _book.c.description_html, _book.c.ratings_count, _book.c.series_id, _book.c.series_order,
        _book.c.extra, _series.c.title.label("series_title"), _series.c.path.label("series_path"),
        _reading.c.id.label("reading_id"), _reading.c.status, _reading.c.started_on, _reading.c.finished_on,
        _reading.c.rating.label("reading_rating"), _reading.c.review_html,
    )
    .select_from(_book)
    .outerjoin(_media, _media.c.id == _book.c.cover_id)
    .outerjoin(_series, _series.c.id == _book.c.series_id)
    .outerjoin(_reading, _reading.c.book_id == _book.c.id)
    .where(_book.c.id == bindparam("id"))
    .order_by(_reading.c.id.desc())
)  # fmt: skip


class Noted(NamedTuple):
    """What the owner has noted about reading a book once; `rating` is of 5."""

    id: int
    status: str
    started_on: date | None
    finished_on: date | None
    rating: float | None
    review_html: str


def detail(session: Reading, id_: int) -> tuple[NamedRow, list[Noted]] | None:
    """A book with all that is said of it, and the readings of it, the newest first; or None."""
    rows = session.execute(_DETAIL, {"id": id_}).all()
    if not rows:
        return None
    noted = [
        Noted(row.reading_id, row.status, row.started_on, row.finished_on, row.reading_rating, row.review_html)
        for row in rows
        if row.reading_id is not None
    ]
    return rows[0], noted


@dataclass(slots=True)
class Names:
    """Who wrote a book, and its tags; `rare` are the ids of tags that few other books have."""

    writers: list[Credit] = field(default_factory=list)
    tags: list[NamedRow] = field(default_factory=list)
    rare: list[int] = field(default_factory=list)


# That a tag is rare is asked apart, so that the page does not hang on the count itself.
_rare = _tag.alias("rare")
_NAMES = union_all(
    select(
        literal("writer").label("kind"), _book_writer.c.rank.label("rank"), _writer.c.id.label("id"),
        _writer.c.name.label("name"), _writer.c.path.label("path"), _book_writer.c.role.label("role"),
        literal(0).label("rare"),
    ).join_from(_book_writer, _writer, _writer.c.id == _book_writer.c.writer_id)
    .where(_book_writer.c.book_id == bindparam("id")),
    select(literal("tag"), _tagging.c.rank, _tag.c.id, _tag.c.title, _tag.c.slug, literal(""), _rare.c.id)
    .join_from(_tagging, _tag, _tag.c.id == _tagging.c.tag_id)
    .outerjoin(
        _rare, (_rare.c.id == _tag.c.id) & (_rare.c.book_count >= RARE[0]) & (_rare.c.book_count <= RARE[1])
    )
    .where(_tagging.c.book_id == bindparam("id")),
).subquery("names")  # fmt: skip
_NAMED = select(_NAMES).order_by(_NAMES.c.kind, _NAMES.c.rank, _NAMES.c.id)


def names(session: Reading, id_: int) -> Names:
    """The writers and the tags of a book, in the order that its source gave them."""
    found = Names()
    for row in session.execute(_NAMED, {"id": id_}):
        if row.kind == "writer":
            found.writers.append(Credit(row.id, row.name, row.path, row.role))
            continue
        found.tags.append(row)
        if row.rare is not None:
            found.rare.append(row.id)
    return found
