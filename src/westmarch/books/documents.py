"""Books as documents of the search index: their words, and the answer of the API with each of them, made beforehand."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import Select, bindparam, func, select

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
_REMEMBERED = 1 << 15

# Rows of tables, not of models: these are read by the hundred thousand.
_book, _series, _writer, _tag = Book.__table__, Series.__table__, Writer.__table__, BookTag.__table__
_book_writer, _tagging = BookWriter.__table__, BookTagging.__table__
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
)  # fmt: skip
_PEOPLE = (
    select(_book_writer.c.book_id, _writer.c.name, _book_writer.c.role)
    .select_from(_book_writer)
    .join(_writer, _writer.c.id == _book_writer.c.writer_id)
    .order_by(_book_writer.c.book_id, _book_writer.c.rank)
)
_TAGS = (
    select(_tagging.c.book_id, _tag.c.title, _tag.c.slug)
    .select_from(_tagging)
    .join(_tag, _tag.c.id == _tagging.c.tag_id)
    .order_by(_tagging.c.book_id, _tagging.c.rank)
)
_SUBJECTS = ((_BOOKS, _book.c.id), (_PEOPLE, _book_writer.c.book_id), (_TAGS, _tagging.c.book_id))
# Of any subjects, and of those that follow one another, as most do: such a statement is half of the work.
_OF_ANY = [statement.where(of.in_(bindparam("ids", expanding=True))) for statement, of in _SUBJECTS]
_OF_RANGE = [statement.where(of.between(bindparam("first"), bindparam("last"))) for statement, of in _SUBJECTS]


class _Told(NamedTuple):
    """What documents have of a writer or a tag: its words, its keyword, and what the API says of it, in JSON."""

    words: tuple[tuple[str, ...], ...]
    keyword: str
    json: bytes


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of the books among these subjects."""
    wanted = set(ids)
    first, last = min(wanted, default=0), max(wanted, default=-1)
    follow = last - first + 1 == len(wanted)
    given: Mapping[str, Any] = {"first": first, "last": last} if follow else {"ids": list(wanted)}
    books, people, tags = (_rows(session, statement, given) for statement in (_OF_RANGE if follow else _OF_ANY))
    people_of, tags_of = _gathered(people, _person), _gathered(tags, _tagged)
    return [_document(book, people_of[book[0]], tags_of[book[0]]) for book in books]


def ids(session: Reading, after: int, most: int) -> Sequence[int]:
    """The subjects of at most so many books behind `after`, in order."""
    return session.scalars(select(Book.id).where(Book.id > after).order_by(Book.id).limit(most)).all()


def count(session: Reading) -> int:
    """How many books there are."""
    return session.scalar(select(func.count()).select_from(Book)) or 0


def _rows(session: Reading, statement: Select[Any], given: Mapping[str, Any]) -> Sequence[Any]:
    return session.execute(statement, given).all()


def _gathered(rows: Iterable[tuple[int, str, str]], told: Callable[[str, str], _Told]) -> Mapping[int, list[_Told]]:
    """What is told of the writers or tags of each book, in order."""
    found: defaultdict[int, list[_Told]] = defaultdict(list)
    for book_id, one, other in rows:
        found[book_id].append(told(one, other))
    return found


@lru_cache(maxsize=_REMEMBERED)
def _person(name: str, role: str) -> _Told:
    told = {"name": name} | ({"role": role} if role else {})
    return _Told(values(name), name[:LONGEST_KEYWORD], _json(told))


@lru_cache(maxsize=_REMEMBERED)
def _tagged(title: str, slug: str) -> _Told:
    return _Told(values(slug), slug[:LONGEST_KEYWORD], _json({"title": title, "slug": slug}))


def _document(book: Sequence[Any], people: Sequence[_Told], tags: Sequence[_Told]) -> Document:
    (
        id_, book_id, title, original_title, path, year, language, isbn10, isbn13, isbn_key,
        isbn_valid, rating, ratings_count, series_number, extra, created_at, series,
    ) = book  # fmt: skip
    keywords = {
        fields.KIND_FIELD: (fields.KIND,),
        fields.TAG: _once([tag.keyword for tag in tags]),
        fields.WRITER: _once([person.keyword for person in people]),
        fields.ISBN: _once([number[:LONGEST_KEYWORD] for number in _isbns(isbn_key, isbn10, isbn13)]),
        fields.TITLE_SORT: (fold(title)[:LONGEST_KEYWORD],),
    }
    numbers: dict[str, Number] = {fields.NUMBER: book_id, fields.ADDED: int(created_at.timestamp())}
    if language:
        keywords[fields.LANGUAGE] = (language[:LONGEST_KEYWORD],)
    if year is not None:
        keywords[fields.YEAR_VALUE] = (str(year),)
        numbers[fields.YEAR] = year
    if series:
        keywords[fields.SERIES_KEY] = (series[:LONGEST_KEYWORD],)
    if rating is not None:
        numbers[fields.RATING] = rating
    # As the API answers with it, in JSON. What the source of the book had besides follows under its names.
    before = {"book_id": book_id, "title": title, "isbn13": isbn13}
    behind = {
        "original_publication_year": year,
        "original_title": original_title,
        "isbn": isbn10,
        "isbn_valid": isbn_valid,
        "language_code": language,
        "series": series,
        "series_number": series_number,
        "average_rating": rating,
        "ratings_count": ratings_count,
        "path": path,
    }
    if extra:
        behind |= {name: value for name, value in extra.items() if name not in before and name not in behind | _LISTS}
    source = b'%s,"authors":[%s],"tags":[%s],%s' % (
        _json(before)[:-1],
        b",".join([person.json for person in people]),
        b",".join([tag.json for tag in tags]),
        _json(behind)[1:],
    )
    texts = {
        fields.TITLE: values(title),
        fields.PEOPLE: tuple([words for person in people for words in person.words]),
        fields.TAG_WORDS: tuple([words for tag in tags for words in tag.words]),
        fields.SERIES: values(series) if series else (),
    }
    return Document(id_, texts, keywords, numbers, source)


_LISTS = {"authors": None, "tags": None}


def _json(value: Any) -> bytes:
    """JSON without spaces, in UTF-8; halves of characters, which that has not, are replaced."""
    try:
        return to_json(value)
    except PydanticSerializationError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _isbns(key: str | None, isbn10: str | None, isbn13: str | None) -> Iterable[str]:
    """The numbers by which the book is found: its key in both lengths, and what was given, right or wrong."""
    yield from forms(key) if key else ()
    yield from map(compact, filter(None, (isbn10, isbn13)))


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
