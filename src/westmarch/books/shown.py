"""What pages show of books: columns into named rows. Statements are built once, on tables (see posts/queries.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy import bindparam, literal, select, union_all

from westmarch.books import covers, languages
from westmarch.books.models import Book, BookTag, BookTagging, BookWriter, Series, Writer
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.media.models import Media
from westmarch.ops import schema
from westmarch.web.languages import direction
from westmarch.web.surface import View, tongue

_book, _writer, _book_writer, _series = Book.__table__, Writer.__table__, BookWriter.__table__, Series.__table__
_tag, _tagging, _media = BookTag.__table__, BookTagging.__table__, Media.__table__

#: A tag that so many books share says what a book is about, and few enough share it to be looked through.
RARE = (2, 120)
#: So many authors are named in lists.
MOST_NAMES = 2

_COVER = (
    _media.c.hash.label("cover_hash"),
    _media.c.extension.label("cover_extension"),
    _media.c.width.label("cover_width"),
    _media.c.height.label("cover_height"),
)
_CARD = (
    _book.c.id, _book.c.book_id, _book.c.title, _book.c.title_plain, _book.c.path, _book.c.year, _book.c.language,
    _book.c.rating, _book.c.series_number, _book.c.cover_id, *_COVER,
)  # fmt: skip
_CARDS = select(*_CARD).select_from(_book).outerjoin(_media, _media.c.id == _book.c.cover_id)


#: The schema that brought the tables, and the key under which the options' own store says that it is reached.
SCHEMA = "0006"
_THERE = ("books", "there")


def there(session: Reading, view: View) -> bool:
    """Whether the database has come to the schema with books. Once it has, this is not asked again."""
    made = view.held.made
    if _THERE not in made and schema.reached(session, SCHEMA):
        made[_THERE] = True
    return _THERE in made


@dataclass(frozen=True, slots=True)
class Card:
    """A book in a list, with those who wrote it."""

    book: NamedRow
    writers: Sequence[NamedRow]

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


_BY_IDS = _CARDS.where(_book.c.id.in_(bindparam("ids", expanding=True)))


def cards(session: Reading, ids: Sequence[int]) -> list[Card]:
    """The books with these ids that there are, in the order of the ids."""
    found = {row.id: row for row in session.execute(_BY_IDS, {"ids": list(ids)})} if ids else {}
    return _written(session, [found[id_] for id_ in ids if id_ in found])


_WRITERS = (
    select(
        _book_writer.c.book_id, _book_writer.c.writer_id, _book_writer.c.role, _writer.c.id, _writer.c.name,
        _writer.c.path,
    )
    .select_from(_book_writer)
    .join(_writer, _writer.c.id == _book_writer.c.writer_id)
    .where(_book_writer.c.book_id.in_(bindparam("ids", expanding=True)))
    .order_by(_book_writer.c.book_id, _book_writer.c.rank)
)  # fmt: skip


def _written(session: Reading, books: Sequence[NamedRow]) -> list[Card]:
    writers: dict[int, list[NamedRow]] = {book.id: [] for book in books}
    for row in session.execute(_WRITERS, {"ids": list(writers)}) if writers else ():
        writers[row.book_id].append(row)
    return [Card(book, writers[book.id]) for book in books]


# The index of slugs, which the database has anyway, is about the order of titles.
_BY_SLUG = (
    _CARDS.add_columns(_book.c.slug)
    .where(_book.c.slug > bindparam("after"))
    .order_by(_book.c.slug)
    .limit(bindparam("most"))
)


def by_slug(session: Reading, after: str, most: int) -> list[Card]:
    """So many books behind a slug, about in the order of their titles."""
    return _written(session, session.execute(_BY_SLUG, {"after": after, "most": most}).all())


_OF_WRITER = (
    select(_book_writer.c.book_id)
    .where(_book_writer.c.writer_id == bindparam("writer"))
    .order_by(_book_writer.c.book_id)
    .limit(bindparam("most"))
)


def of_writer(session: Reading, writer_id: int, most: int) -> list[Card]:
    """The books that somebody wrote or worked on, the oldest first; of very many, the first of the catalogue."""
    ids = session.scalars(_OF_WRITER.params(writer=writer_id, most=most)).all()
    return sorted(cards(session, ids), key=lambda card: (card.book.year is None, card.book.year or 0, card.book.title))


_OF_SERIES = (
    _CARDS.where(_book.c.series_id == bindparam("series"))
    .order_by(_book.c.series_order.is_(None), _book.c.series_order, _book.c.book_id)
    .limit(bindparam("most"))
)


def of_series(session: Reading, series_id: int, most: int) -> list[Card]:
    """The books of a series in their order."""
    return _written(session, session.execute(_OF_SERIES, {"series": series_id, "most": most}).all())


_TAGGED = (
    select(_tagging.c.book_id, _tagging.c.tag_id, _tag.c.id)
    .select_from(_tag)
    .join(_tagging, _tagging.c.tag_id == _tag.c.id)
    .where(_tag.c.slug == bindparam("slug"))
    .order_by(_tagging.c.book_id)
    .limit(bindparam("most"))
)


def tagged(session: Reading, slug: str, most: int) -> list[Card]:
    """The first books with the tag that has this slug."""
    rows = session.execute(_TAGGED, {"slug": slug, "most": most}).all()
    return cards(session, [row.book_id for row in rows])


_DETAIL = (
    select(
        *_CARD, _book.c.original_title, _book.c.slug, _book.c.isbn10, _book.c.isbn13, _book.c.isbn_key,
        _book.c.isbn_valid, _book.c.description_html, _book.c.ratings_count, _book.c.series_id, _book.c.series_order,
        _book.c.extra, _series.c.title.label("series_title"), _series.c.path.label("series_path"),
    )
    .select_from(_book)
    .outerjoin(_media, _media.c.id == _book.c.cover_id)
    .outerjoin(_series, _series.c.id == _book.c.series_id)
    .where(_book.c.id == bindparam("id"))
)  # fmt: skip


def detail(session: Reading, id_: int) -> NamedRow | None:
    """A book with all that is said of it, or None."""
    return session.execute(_DETAIL, {"id": id_}).one_or_none()


@dataclass(slots=True)
class Names:
    """Who wrote a book, and its tags; `rare` are the ids of tags that few other books have."""

    writers: list[NamedRow] = field(default_factory=list)
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
        (found.writers if row.kind == "writer" else found.tags).append(row)
        if row.kind == "tag" and row.rare is not None:
            found.rare.append(row.id)
    return found


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


_BY_KEYS = _CARDS.add_columns(_book.c.isbn_key).where(_book.c.isbn_key.in_(bindparam("keys", expanding=True)))


def by_isbn(session: Reading, keys: Sequence[str]) -> dict[str, Card]:
    """The books with these normalised ISBNs, each the first of the catalogue."""
    rows = session.execute(_BY_KEYS.order_by(_book.c.book_id.desc()), {"keys": list(keys)}).all() if keys else ()
    found: dict[str, NamedRow] = {row.isbn_key: row for row in rows}
    return dict(zip(found, _written(session, list(found.values())), strict=True))


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


_ANY = (
    select(_book.c.id, _book.c.book_id).where(_book.c.book_id > bindparam("after")).order_by(_book.c.book_id).limit(1)
)


def any_books(session: Reading) -> bool:
    """Whether there is any book."""
    return session.execute(_ANY, {"after": -(2**62)}).first() is not None
