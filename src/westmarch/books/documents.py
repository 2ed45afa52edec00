"""Books as documents of the search index: their words, and the answer of the API with each of them, made beforehand."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import BindParameter, Select, bindparam, func, select

from westmarch.books import fields
from westmarch.books.isbn import compact, forms
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.db.sessions import Reading
from westmarch.textindex.analyser import values
from westmarch.textindex.documents import Document, Number
from westmarch.textindex.folding import fold

#: Keywords are cut here, in code points: engines take no longer ones than some 32,000 bytes.
LONGEST_KEYWORD = 200
#: So many names and tags are remembered with all that documents have of them: they come again and again.
_REMEMBERED = 1 << 14

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


class _Told(NamedTuple):
    """What documents have of a writer or a tag: its words, its keyword, and what the API says of it, in JSON."""

    words: tuple[tuple[str, ...], ...]
    keyword: str
    json: bytes


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of the books among these subjects."""
    wanted = {"ids": list(ids)}
    people, tags = _gathered(session, _PEOPLE, wanted), _gathered(session, _TAGS, wanted)
    return [
        _document(book, [_person(*row) for row in people[book.id]], [_tagged(*row) for row in tags[book.id]])
        for book in session.execute(_BOOKS, wanted).all()
    ]


def ids(session: Reading, after: int, most: int) -> Sequence[int]:
    """The subjects of at most so many books behind `after`, in order."""
    return session.scalars(select(Book.id).where(Book.id > after).order_by(Book.id).limit(most)).all()


def count(session: Reading) -> int:
    """How many books there are."""
    return session.scalar(select(func.count()).select_from(Book)) or 0


def _gathered(
    session: Reading, statement: Select[Any], wanted: Mapping[str, Any]
) -> Mapping[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows: Sequence[Any] = session.execute(statement, wanted).all()
    for book_id, one, other in rows:
        found[book_id].append((one, other))
    return found


@lru_cache(maxsize=_REMEMBERED)
def _person(name: str, role: str) -> _Told:
    told = {"name": name} | ({"role": role} if role else {})
    return _Told(values(name), name[:LONGEST_KEYWORD], _json(told))


@lru_cache(maxsize=_REMEMBERED)
def _tagged(title: str, slug: str) -> _Told:
    return _Told(values(slug), slug[:LONGEST_KEYWORD], _json({"title": title, "slug": slug}))


def _document(book: Any, people: Sequence[_Told], tags: Sequence[_Told]) -> Document:
    year, series = book.year, book.series
    keywords = {
        fields.KIND_FIELD: (fields.KIND,),
        fields.TAG: _once(tag.keyword for tag in tags),
        fields.WRITER: _once(person.keyword for person in people),
        fields.ISBN: _once(number[:LONGEST_KEYWORD] for number in _isbns(book)),
        fields.TITLE_SORT: (fold(book.title)[:LONGEST_KEYWORD],),
    }
    numbers: dict[str, Number] = {fields.NUMBER: book.book_id, fields.ADDED: int(book.created_at.timestamp())}
    if book.language:
        keywords[fields.LANGUAGE] = (book.language[:LONGEST_KEYWORD],)
    if year is not None:
        keywords[fields.YEAR_VALUE] = (str(year),)
        numbers[fields.YEAR] = year
    if series:
        keywords[fields.SERIES_KEY] = (series[:LONGEST_KEYWORD],)
    if book.rating is not None:
        numbers[fields.RATING] = book.rating
    return Document(
        book.id,
        texts={
            fields.TITLE: values(book.title),
            fields.PEOPLE: tuple(words for person in people for words in person.words),
            fields.TAG_WORDS: tuple(words for tag in tags for words in tag.words),
            fields.SERIES: values(series) if series else (),
        },
        keywords=keywords,
        numbers=numbers,
        source=_source(book, people, tags),
    )


def _source(book: Any, people: Sequence[_Told], tags: Sequence[_Told]) -> bytes:
    """A book as the API answers with it, in JSON. What the source of the book had besides follows under its names."""
    before = {"book_id": book.book_id, "title": book.title, "isbn13": book.isbn13}
    behind = {
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
    if book.extra:
        more = book.extra.items()
        behind |= {name: value for name, value in more if name not in before and name not in behind | _LISTS}
    return b'%s,"authors":[%s],"tags":[%s],%s' % (
        _json(before)[:-1],
        b",".join(person.json for person in people),
        b",".join(tag.json for tag in tags),
        _json(behind)[1:],
    )


_LISTS = {"authors": None, "tags": None}


def _json(value: Any) -> bytes:
    """JSON without spaces, in UTF-8; halves of characters, which that has not, are replaced."""
    try:
        return to_json(value)
    except PydanticSerializationError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _isbns(book: Any) -> Iterable[str]:
    """The numbers by which the book is found: its key in both lengths, and what was given, right or wrong."""
    yield from forms(book.isbn_key) if book.isbn_key else ()
    yield from map(compact, filter(None, (book.isbn10, book.isbn13)))


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
