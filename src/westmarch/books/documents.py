"""Books as documents of the search index: their words, and the answer of the API with each of them, made beforehand."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from westmarch.books import fields
from westmarch.books.isbn import compact, forms
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.db.sessions import Reading
from westmarch.textindex.analyser import values
from westmarch.textindex.documents import Document, Number
from westmarch.textindex.folding import fold

#: Keywords are cut here, in code points: engines take no longer ones than some 32,000 bytes.
LONGEST_KEYWORD = 200

_BOOK = (
    Book.id,
    Book.book_id,
    Book.title,
    Book.original_title,
    Book.path,
    Book.year,
    Book.language,
    Book.isbn10,
    Book.isbn13,
    Book.isbn_key,
    Book.isbn_valid,
    Book.rating,
    Book.ratings_count,
    Book.series_number,
    Book.extra,
    Book.created_at,
    Series.title.label("series"),
)


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of the books among these subjects."""
    statement = select(*_BOOK).outerjoin(Series, Series.id == Book.series_id).where(Book.id.in_(ids))
    people = _gathered(
        session,
        select(BookWriter.book_id, Writer.name, BookWriter.role)
        .join(Writer, Writer.id == BookWriter.writer_id)
        .where(BookWriter.book_id.in_(ids))
        .order_by(BookWriter.book_id, BookWriter.rank),
    )
    tags = _gathered(
        session,
        select(BookTagging.book_id, BookTag.title, BookTag.slug)
        .join(BookTag, BookTag.id == BookTagging.tag_id)
        .where(BookTagging.book_id.in_(ids))
        .order_by(BookTagging.book_id, BookTagging.rank),
    )
    return [_document(row, people[row.id], tags[row.id]) for row in session.execute(statement)]


def ids(session: Reading, after: int, most: int) -> Sequence[int]:
    """The subjects of at most so many books behind `after`, in order."""
    return session.scalars(select(Book.id).where(Book.id > after).order_by(Book.id).limit(most)).all()


def count(session: Reading) -> int:
    """How many books there are."""
    return session.scalar(select(func.count()).select_from(Book)) or 0


def _gathered(session: Reading, statement: Any) -> Mapping[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.book_id].append(row)
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
    return json.dumps(told | more, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _isbns(book: Any) -> Iterable[str]:
    """The numbers by which the book is found: its key in both lengths, and what was given, right or wrong."""
    yield from forms(book.isbn_key) if book.isbn_key else ()
    yield from map(compact, filter(None, (book.isbn10, book.isbn13)))


def _values(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(value for text in texts for value in values(text))


def _cut(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:LONGEST_KEYWORD] for value in values))
