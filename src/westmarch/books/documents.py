"""Books as documents of the search index: their words, and the answer of the API with each of them, made beforehand."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select

from westmarch.books import fields
from westmarch.books.isbn import compact, forms
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.db.sessions import Reading
from westmarch.textindex.analyser import values
from westmarch.textindex.documents import Document, Number
from westmarch.textindex.folding import fold

#: Keywords are cut here, in code points: engines take no longer ones than some 32,000 bytes.
LONGEST_KEYWORD = 200

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# Rows of tables, not of models: these are read by the hundred thousand.
_book, _series, _writer, _tag = Book.__table__, Series.__table__, Writer.__table__, BookTag.__table__
_book_writer, _tagging = BookWriter.__table__, BookTagging.__table__
_wanted: BindParameter[int] = bindparam("ids", expanding=True)
_BOOKS = (
    select(
        *(_book.c[name] for name in (
            "id", "book_id", "title", "original_title", "path", "year", "language", "isbn10", "isbn13", "isbn_key",
            "isbn_valid", "rating", "ratings_count", "series_number", "extra", "created_at",
        )),
        _series.c.title.label("series"),
    )
    .select_from(_book)
    .outerjoin(_series, _series.c.id == _book.c.series_id)
    .where(_book.c.id.in_(_wanted))
)  # fmt: skip
_PEOPLE = (
    select(_book_writer.c.book_id, _writer.c.name, _book_writer.c.role)
    .select_from(_book_writer)
    .join(_writer, _writer.c.id == _book_writer.c.writer_id)
    .where(_book_writer.c.book_id.in_(_wanted))
    .order_by(_book_writer.c.book_id, _book_writer.c.rank)
)
_TAGS = (
    select(_tagging.c.book_id, _tag.c.title, _tag.c.slug)
    .select_from(_tagging)
    .join(_tag, _tag.c.id == _tagging.c.tag_id)
    .where(_tagging.c.book_id.in_(_wanted))
    .order_by(_tagging.c.book_id, _tagging.c.rank)
)


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of the books among these subjects."""
    wanted = {"ids": list(ids)}
    people, tags = _gathered(session, _PEOPLE, wanted), _gathered(session, _TAGS, wanted)
    return [_document(row, people[row.id], tags[row.id]) for row in session.execute(_BOOKS, wanted).all()]


def ids(session: Reading, after: int, most: int) -> Sequence[int]:
    """The subjects of at most so many books behind `after`, in order."""
    return session.scalars(select(Book.id).where(Book.id > after).order_by(Book.id).limit(most)).all()


def count(session: Reading) -> int:
    """How many books there are."""
    return session.scalar(select(func.count()).select_from(Book)) or 0


def _gathered(session: Reading, statement: Select[Any], wanted: Mapping[str, Any]) -> Mapping[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(statement, wanted).all():
        found[row[0]].append(row)
    return found


def _document(book: Any, people: list[Row[Any]], tags: list[Row[Any]]) -> Document:
    names = [person.name for person in people]
    keywords = {
        fields.KIND_FIELD: (fields.KIND,),
        fields.TAG: _cut(tag.slug for tag in tags),
        fields.WRITER: _cut(names),
        fields.ISBN: _cut(_isbns(book)),
        fields.TITLE_SORT: _cut([fold(book.title)]),
    }
    if book.language:
        keywords[fields.LANGUAGE] = _cut([book.language])
    if book.year is not None:
        keywords[fields.YEAR_VALUE] = (str(book.year),)
    if book.series:
        keywords[fields.SERIES_KEY] = _cut([book.series])
    numbers: dict[str, Number] = {fields.NUMBER: book.book_id, fields.ADDED: int(book.created_at.timestamp())}
    numbers |= {} if book.year is None else {fields.YEAR: book.year}
    numbers |= {} if book.rating is None else {fields.RATING: book.rating}
    return Document(
        book.id,
        texts={
            fields.TITLE: values(book.title),
            fields.PEOPLE: _values(names),
            fields.TAG_WORDS: _values(tag.slug for tag in tags),
            fields.SERIES: values(book.series or ""),
        },
        keywords=keywords,
        numbers=numbers,
        source=source(book, people, tags),
    )


def source(book: Any, people: Sequence[Row[Any]], tags: Sequence[Row[Any]]) -> bytes:
    """A book as the API answers with it, in JSON. What the source of the book had besides follows under its names."""
    told = {
        "book_id": book.book_id,
        "title": book.title,
        "isbn13": book.isbn13,
        "authors": [{"name": each.name} | ({"role": each.role} if each.role else {}) for each in people],
        "tags": [{"title": tag.title, "slug": tag.slug} for tag in tags],
        "original_publication_year": book.year,
        "original_title": book.original_title,
        "isbn": book.isbn10,
        "isbn_valid": book.isbn_valid,
        "language_code": book.language,
        "series": book.series,
        "series_number": book.series_number,
        "average_rating": book.rating,
        "ratings_count": book.ratings_count,
        "path": book.path,
    }
    more = {name: value for name, value in book.extra.items() if name not in told}
    return _json(told | more).encode("utf-8", "replace")


def _isbns(book: Any) -> Iterable[str]:
    """The numbers by which the book is found: its key in both lengths, and what was given, right or wrong."""
    yield from forms(book.isbn_key) if book.isbn_key else ()
    yield from map(compact, filter(None, (book.isbn10, book.isbn13)))


def _values(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(chain.from_iterable(map(values, texts)))


def _cut(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:LONGEST_KEYWORD] for value in values))
