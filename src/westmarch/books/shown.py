"""What pages show of books: columns into named rows. Statements are built once, on tables (see posts/queries.py)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import Subquery, bindparam, select

from westmarch.books import covers, languages
from westmarch.books import models as tables
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.media.models import Media
from westmarch.ops import schema
from westmarch.web.languages import direction
from westmarch.web.surface import View, tongue

_book, _writer, _book_writer, _series = Book.__table__, Writer.__table__, BookWriter.__table__, Series.__table__
_tag, _tagging, _media = BookTag.__table__, BookTagging.__table__, Media.__table__
_reading = tables.Reading.__table__

#: So many ISBNs are asked for by one statement: the engines take some 32,000 values in one.
_KEYS = 1_000
#: So many authors are named in lists.
MOST_NAMES = 2

_COVER = (
    _media.c.hash.label("cover_hash"),
    _media.c.extension.label("cover_extension"),
    _media.c.width.label("cover_width"),
    _media.c.height.label("cover_height"),
)
#: The columns of a book in a list, with its cover.
CARD = (
    _book.c.id, _book.c.book_id, _book.c.title, _book.c.title_plain, _book.c.path, _book.c.year, _book.c.language,
    _book.c.rating, _book.c.series_number, _book.c.cover_id, *_COVER,
)  # fmt: skip
# A book comes back once for each of those who are named for it: one statement costs less than two.
_CREDITED = (
    *CARD, _book_writer.c.writer_id, _book_writer.c.role, _writer.c.name.label("writer_name"),
    _writer.c.path.label("writer_path"),
)  # fmt: skip


def _with_credits(statement: NamedSelect) -> NamedSelect:
    return (
        statement.outerjoin(_media, _media.c.id == _book.c.cover_id)
        .outerjoin(_book_writer, _book_writer.c.book_id == _book.c.id)
        .outerjoin(_writer, _writer.c.id == _book_writer.c.writer_id)
    )


def _led_to_by(keys: Subquery) -> NamedSelect:
    """The books whose ids are the column `id` of `keys`."""
    statement = select(keys.c.id.label("key"), *_CREDITED).select_from(keys)
    return _with_credits(statement.outerjoin(_book, _book.c.id == keys.c.id))


_CARDS = _with_credits(select(*_CREDITED).select_from(_book))


def there(session: Reading, view: View) -> bool:
    """Whether the database has come to the schema with books."""
    return schema.reached(session, tables.SCHEMA, view.held.schemas)


class Credit(NamedTuple):
    """Somebody who is named for a book; `role` is what they did where it was not the writing."""

    id: int
    name: str
    path: str
    role: str


@dataclass(frozen=True, slots=True)
class Card:
    """A book in a list, with those who wrote it."""

    book: NamedRow
    writers: Sequence[Credit]

    @property
    def title(self) -> str:
        """The title without the series, which is shown apart."""
        return str(self.book.title_plain or self.book.title)

    @property
    def language(self) -> str:
        """The tag of the book's language, empty where none is known."""
        return languages.tag(self.book.language)

    def tongue(self, around: str) -> Markup:
        """The attributes of an element that holds the title, where `around` is the language around it."""
        if self.language:
            return tongue(self.language, around)
        other = covers.is_right_to_left(self.title) != (direction(around) == "rtl")
        return Markup(' dir="{}"').format("ltr" if direction(around) == "rtl" else "rtl") if other else Markup()

    @property
    def jacket(self) -> Markup:
        """The cover for where there is no picture."""
        return covers.cover(self.title, self.by, self.language)

    @property
    def by(self) -> str:
        """The names of its first authors; of those who did something else for it only where there is no author."""
        named = [writer.name for writer in self.writers if not writer.role] or [w.name for w in self.writers]
        return ", ".join(named[:MOST_NAMES]) + ("…" if len(named) > MOST_NAMES else "")


_BY_IDS = _CARDS.where(_book.c.id.in_(bindparam("ids", expanding=True))).order_by(_book_writer.c.rank)


def cards(session: Reading, ids: Sequence[int]) -> list[Card]:
    """The books with these ids that there are, in the order of the ids."""
    found = {card.book.id: card for card in _made(session.execute(_BY_IDS, {"ids": list(ids)}))} if ids else {}
    return [found[id_] for id_ in ids if id_ in found]


def _made(rows: Iterable[NamedRow]) -> list[Card]:
    """The cards of rows of which each has a book and one of those who are named for it, or none."""
    books: dict[int, NamedRow] = {}
    credits_: dict[int, list[Credit]] = {}
    for row in rows:
        if row.id is None:
            continue
        books.setdefault(row.id, row)
        named = credits_.setdefault(row.id, [])
        if row.writer_name is not None:
            named.append(Credit(row.writer_id, row.writer_name, row.writer_path, row.role))
    return [Card(book, credits_[id_]) for id_, book in books.items()]


# The index of slugs, which the database has anyway, is about the order of titles.
_slugs = (
    select(_book.c.id.label("id"), _book.c.slug.label("slug"))
    .where(_book.c.slug > bindparam("after"))
    .order_by(_book.c.slug)
    .limit(bindparam("most"))
    .subquery()
)
_BY_SLUG = _led_to_by(_slugs).add_columns(_slugs.c.slug).order_by(_slugs.c.slug, _book_writer.c.rank)


def by_slug(session: Reading, after: str, most: int) -> list[Card]:
    """So many books behind a slug, about in the order of their titles."""
    return _made(session.execute(_BY_SLUG, {"after": after, "most": most}))


_of_writer = (
    select(_book_writer.c.book_id.label("id"))
    .where(_book_writer.c.writer_id == bindparam("writer"))
    .order_by(_book_writer.c.book_id)
    .limit(bindparam("most"))
    .subquery()
)
_OF_WRITER = _led_to_by(_of_writer).order_by(_book_writer.c.rank)


def of_writer(session: Reading, writer_id: int, most: int) -> list[Card]:
    """The books that somebody wrote or worked on, the oldest first; of very many, the first of the catalogue."""
    found = _made(session.execute(_OF_WRITER, {"writer": writer_id, "most": most}))
    return sorted(found, key=lambda card: (card.book.year is None, card.book.year or 0, card.book.title))


_place = (_book.c.series_order.is_(None), _book.c.series_order, _book.c.book_id)
_in_series = (
    select(_book.c.id.label("id"))
    .where(_book.c.series_id == bindparam("series"))
    .order_by(*_place)
    .limit(bindparam("most"))
    .subquery()
)
_OF_SERIES = _led_to_by(_in_series).order_by(*_place, _book_writer.c.rank)


def of_series(session: Reading, series_id: int, most: int) -> list[Card]:
    """The books of a series in their order."""
    return _made(session.execute(_OF_SERIES, {"series": series_id, "most": most}))


_tagged = (
    select(_tagging.c.book_id.label("id"))
    .where(_tagging.c.tag_id == bindparam("tag"))
    .order_by(_tagging.c.book_id)
    .limit(bindparam("most"))
    .subquery()
)
_TAGGED = _led_to_by(_tagged).order_by(_tagged.c.id, _book_writer.c.rank)


def tagged(session: Reading, tag_id: int, most: int) -> list[Card]:
    """The first books with a tag of books."""
    return _made(session.execute(_TAGGED, {"tag": tag_id, "most": most}))


_WRITER = select(_writer.c.id, _writer.c.name, _writer.c.path, _writer.c.book_count).where(
    _writer.c.id == bindparam("id")
)
_ONE_SERIES = select(_series.c.id, _series.c.title, _series.c.path, _series.c.book_count).where(
    _series.c.id == bindparam("id")
)


def writer(session: Reading, id_: int) -> NamedRow | None:
    """Somebody who wrote books, or None."""
    return session.execute(_WRITER, {"id": id_}).one_or_none()


def series(session: Reading, id_: int) -> NamedRow | None:
    """A series, or None."""
    return session.execute(_ONE_SERIES, {"id": id_}).one_or_none()


_BY_KEY = (
    select(_book.c.id, _book.c.book_id, _book.c.path)
    .where(_book.c.isbn_key == bindparam("key"))
    .order_by(_book.c.book_id)
    .limit(1)
)


def path_of_isbn(session: Reading, key: str) -> str | None:
    """The path of the book with this normalised ISBN: of several editions, the first of the catalogue."""
    row = session.execute(_BY_KEY, {"key": key}).one_or_none()
    return None if row is None else str(row.path)


_BY_KEYS = (
    _CARDS.add_columns(_book.c.isbn_key)
    .where(_book.c.isbn_key.in_(bindparam("keys", expanding=True)))
    .order_by(_book.c.book_id.desc(), _book_writer.c.rank)
)


def by_isbn(session: Reading, keys: Sequence[str]) -> dict[str, Card]:
    """The books with these normalised ISBNs, each the first of the catalogue."""
    found: dict[str, Card] = {}
    for start in range(0, len(keys), _KEYS):
        cards = _made(session.execute(_BY_KEYS, {"keys": list(keys[start : start + _KEYS])}))
        found |= {card.book.isbn_key: card for card in cards}
    return found


_SITEMAP = (
    select(_book.c.id, _book.c.path, _book.c.updated_at)
    .where(_book.c.id > bindparam("after"), _book.c.id <= bindparam("last"))
    .order_by(_book.c.id)
)
_LAST = select(_book.c.id).order_by(_book.c.id.desc()).limit(1)


def addresses(session: Reading, part: int, size: int) -> Sequence[NamedRow]:
    """Paths of the books whose subjects have numbers in the part (from 0) of so many numbers."""
    return session.execute(_SITEMAP, {"after": part * size, "last": (part + 1) * size}).all()


def parts(session: Reading, size: int) -> int:
    """How many parts of so many numbers hold all books."""
    last = session.execute(_LAST).first()
    return 0 if last is None else (last.id - 1) // size + 1


# Cut behind a condition that all meet, they hang on which rows there are, and on no other column of them.
_ANY_BOOK = select(_book.c.id).where(_book.c.book_id > bindparam("after")).order_by(_book.c.book_id).limit(1)
_any_reading = select(_reading.c.id).where(_reading.c.id > 0).order_by(_reading.c.id).limit(1)
_ANY = select(_ANY_BOOK.scalar_subquery().label("book"), _any_reading.scalar_subquery().label("reading"))
_BEFORE_ALL = {"after": -(2**62)}


def any_books(session: Reading) -> bool:
    """Whether there is any book."""
    return session.execute(_ANY_BOOK, _BEFORE_ALL).first() is not None


def any_of_each(session: Reading) -> tuple[bool, bool]:
    """Whether there is any book, and whether the owner has anything on the shelf."""
    row = session.execute(_ANY, _BEFORE_ALL).one()
    return row.book is not None, row.reading is not None
