"""Which book of the catalogue somebody means who names one: by number, ISBN, address or title."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select

from westmarch.books import isbn
from westmarch.books.cleaning import LARGEST
from westmarch.books.models import Book
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, NotFound
from westmarch.links.paths import slugify

_book = Book.__table__
_ONE: Select[Any] = select(_book.c.id, _book.c.book_id, _book.c.title, _book.c.path, _book.c.cover_id).order_by(
    _book.c.book_id
)
#: So many books of one name are told apart in the error.
_MOST = 9


def meant(session: Reading, named: str) -> NamedRow:
    """The book with this number, ISBN in any form, address (`/books/emma/`), name in addresses, or title.

    Raises NotFound, and Conflict where several have the title or the ISBN.
    """
    # No database keeps NUL, nor the halves of characters that a terminal gives for bytes that are no UTF-8.
    named = named.replace("\0", "").encode("utf-8", "replace").decode().strip()
    found = _found(session, named)
    if not found:
        raise NotFound(
            f"There is no book {named!r} in the catalogue.",
            hint="Name it by its number, its ISBN, its title, or its address as /books/emma/.",
        )
    if len(found) > 1:
        several = "; ".join(f"{row.book_id}: {row.title}" for row in found)
        raise Conflict(f"{named!r} is several books: {several}.", hint="Name it by its number.")
    return found[0]


def _found(session: Reading, named: str) -> Sequence[NamedRow]:
    if named.isascii() and named.isdigit() and len(named) <= len(str(LARGEST)) and int(named) <= LARGEST:
        found = session.execute(_ONE.where(_book.c.book_id == int(named))).all()
        if found:
            return found
    if key := isbn.key(named):
        return session.execute(_ONE.where(_book.c.isbn_key == key).limit(_MOST)).all()
    if "/" in named:
        path = "/" + named.partition("://")[2].partition("/")[2] if "://" in named else "/" + named.strip("/")
        return session.execute(_ONE.where(_book.c.path == path.rstrip("/") + "/")).all()
    titled = session.execute(_ONE.where(or_(_book.c.title == named, _book.c.title_plain == named)).limit(_MOST)).all()
    return titled or session.execute(_ONE.where(_book.c.slug == slugify(named))).all()
