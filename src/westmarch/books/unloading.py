"""The catalogue as it goes out: a line of JSON for each book, which other programs read and a load reads back whole.

The fields are those that `loading/naming.py` knows. What only we ask for stands below one of our own.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select

from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.books.models import Reading as Shelved
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.links.models import Link
from westmarch.links.paths import quote
from westmarch.media.models import Media

#: The field that holds what only we ask for.
OURS = "westmarch"
#: The number of the format of that field; another number is another format.
FORMAT = 1

# Books read at once.
_CHUNK = 500

_book, _series, _media = Book.__table__, Series.__table__, Media.__table__
_ids: BindParameter[int] = bindparam("ids", expanding=True)
_EACH = (
    select(
        *(column for column in _book.c if column.name not in {"description_html", "updated_at"}),
        _series.c.title.label("series"),
        _series.c.path.label("series_path"),
        _media.c.hash.label("cover"),
    )
    .select_from(_book)
    .outerjoin(_series, _series.c.id == _book.c.series_id)
    .outerjoin(_media, _media.c.id == _book.c.cover_id)
)
_BOOKS = _EACH.where(_book.c.book_id > bindparam("after")).order_by(_book.c.book_id).limit(_CHUNK)
_ONE = _EACH.where(_book.c.id == bindparam("id"))
_PEOPLE = (
    select(BookWriter.book_id, Writer.name, BookWriter.role, Writer.path)
    .join(Writer, Writer.id == BookWriter.writer_id)
    .where(BookWriter.book_id.in_(_ids))
    .order_by(BookWriter.book_id, BookWriter.rank)
)
_TAGS = (
    select(BookTagging.book_id, BookTag.slug, BookTag.title)
    .join(BookTag, BookTag.id == BookTagging.tag_id)
    .where(BookTagging.book_id.in_(_ids))
    .order_by(BookTagging.book_id, BookTagging.rank)
)
_READINGS = (
    select(
        Shelved.book_id,
        Shelved.status,
        Shelved.started_on,
        Shelved.finished_on,
        Shelved.rating,
        Shelved.review_markdown.label("review"),
    )
    .where(Shelved.book_id.in_(_ids))
    .order_by(Shelved.book_id, Shelved.id)
)
_OLD = (
    select(Link.subject_id, Link.path, Link.query)
    .where(Link.subject_id.in_(_ids), Link.current.is_(False))
    .order_by(Link.subject_id, Link.id)
)


def count(session: Reading) -> int:
    """How many books go out."""
    return session.scalar(select(func.count()).select_from(Book)) or 0


def books(session: Reading) -> Iterator[dict[str, Any]]:
    """All books in order of their numbers, each with all that belongs to it; the memory does not grow with them."""
    after = -1
    while rows := session.execute(_BOOKS, {"after": after}).all():
        yield from _whole(session, rows)
        after = rows[-1].book_id


def one(session: Reading, id_: int) -> dict[str, Any]:
    """The book with this subject, as `books` gives it. Raises NotFound."""
    for book in _whole(session, session.execute(_ONE, {"id": id_}).all()):
        return book
    raise NotFound("There is no such book in the catalogue.")


def _whole(session: Reading, rows: Sequence[Any]) -> Iterator[dict[str, Any]]:
    ids = [row.id for row in rows]
    people, tags = _of(session, _PEOPLE, ids), _of(session, _TAGS, ids)
    readings, old = _of(session, _READINGS, ids), _of(session, _OLD, ids)
    for row in rows:
        yield _said(row, people[row.id], tags[row.id], readings[row.id], old[row.id])


def line(book: dict[str, Any]) -> bytes:
    """A book as a line of NDJSON."""
    return json.dumps(book, ensure_ascii=False, default=_day).encode() + b"\n"


def _of(session: Reading, asked: Select[Any, *tuple[Any, ...]], ids: Sequence[int]) -> defaultdict[int, list[Row[Any]]]:
    """What belongs to the books, by their ids, in order."""
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(asked, {"ids": ids}):
        found[row[0]].append(row)
    return found


def _said(
    row: Any, people: list[Row[Any]], tags: list[Row[Any]], readings: list[Row[Any]], old: list[Row[Any]]
) -> dict[str, Any]:
    ours: dict[str, Any] = {"format": FORMAT, "path": quote(row.path), "added": row.created_at}
    ours |= {"writers": {one.name: quote(one.path) for one in people}}
    if row.series is not None:
        ours["series"] = quote(row.series_path)
    if old:
        ours["old"] = [f"{quote(one.path)}?{one.query}" if one.query else quote(one.path) for one in old]
    if row.cover is not None:
        ours["cover"] = row.cover
    if readings:
        ours["readings"] = [_reading(one) for one in readings]
    if row.extra:
        ours["extra"] = row.extra
    return {
        "book_id": row.book_id,
        "title": row.title,
        "original_title": row.original_title,
        "isbn": row.isbn10,
        "isbn13": row.isbn13,
        "authors": [{"name": one.name} | ({"role": one.role} if one.role else {}) for one in people],
        "original_publication_year": row.year,
        "language_code": row.language,
        "series": None if row.series is None else {"title": row.series, "number": row.series_number},
        "tags": [{"slug": one.slug, "title": one.title} for one in tags],
        "average_rating": row.rating,
        "ratings_count": row.ratings_count,
        "description": row.description_markdown,
        OURS: ours,
    }


def _reading(row: Row[Any]) -> dict[str, Any]:
    said = row._asdict()
    del said["book_id"]
    return said


def _day(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that JSON knows")
