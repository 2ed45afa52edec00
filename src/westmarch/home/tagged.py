"""Reading a tag together with the tag of books that has the same slug, whose package knows nothing of this one."""

from sqlalchemy import bindparam, null, select

from westmarch.books.models import BookTag
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.tags.models import Tag

_tag, _book_tag = Tag.__table__, BookTag.__table__

_BY_ID: NamedSelect = select(
    _tag.c.id, _tag.c.name, _tag.c.path, _tag.c.post_count, _tag.c.slug, _tag.c.description
).where(_tag.c.id == bindparam("id"))
_WITHOUT_BOOKS = _BY_ID.add_columns(null().label("books_id"))
# That there are books is read apart from how many, on which the page does not hang.
_WITH_BOOKS = _BY_ID.add_columns(_book_tag.c.id.label("books_id")).outerjoin(
    _book_tag, (_book_tag.c.slug == _tag.c.slug) & (_book_tag.c.book_count > 0)
)


def by_id(session: Reading, tag_id: int, *, with_books: bool) -> NamedRow | None:
    """The tag, or None; `books_id` is the tag of books with its slug, none without a book. `with_books`: ask for it."""
    return session.execute(_WITH_BOOKS if with_books else _WITHOUT_BOOKS, {"id": tag_id}).one_or_none()
