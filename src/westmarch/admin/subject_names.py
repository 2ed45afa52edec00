"""What subjects are called, and where they are: for pages of the admin that name things of many kinds."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from westmarch.authors.models import Author
from westmarch.books.models import SCHEMA as BOOKS
from westmarch.books.models import Book, Series, Writer
from westmarch.db.sessions import Reading
from westmarch.ops import schema
from westmarch.posts.models import Post
from westmarch.subjects.models import Subject
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic


class Named(NamedTuple):
    """A subject: its kind, what it is called, and where it is in the admin, else on the site; empty where nowhere."""

    kind: str
    name: str
    path: str


_COLUMNS: Mapping[str, tuple[Any, Any, Any]] = {
    "post": (Post.id, Post.title, Post.path),
    "page": (Post.id, Post.title, Post.path),
    "tag": (Tag.id, Tag.name, Tag.path),
    "topic": (Topic.id, Topic.title, Topic.path),
    "author": (Author.id, Author.name, Author.path),
    "book": (Book.id, Book.title, Book.path),
    "writer": (Writer.id, Writer.name, Writer.path),
    "series": (Series.id, Series.title, Series.path),
}
_OF_BOOKS = frozenset({"book", "writer", "series"})
#: Where each kind has a page of its own in the admin.
_IN_ADMIN: Mapping[str, str] = {
    "post": "/admin/posts/{}/",
    "page": "/admin/pages/{}/",
    "tag": "/admin/tags/{}/",
    "topic": "/admin/topics/{}/",
    "author": "/admin/authors/{}/",
}


def named(session: Reading, subject_ids: Collection[int]) -> dict[int, Named]:
    """The subjects by id. One that was removed for good has no name, and only its kind is known."""
    if not subject_ids:
        return {}
    kinds = {
        row.id: row.kind
        for row in session.execute(select(Subject.id, Subject.kind).where(Subject.id.in_(sorted(subject_ids))))
    }
    books = schema.reached(session, BOOKS)
    found: dict[int, Named] = {}
    for kind in sorted(set(kinds.values()) & _COLUMNS.keys()):
        ids = sorted(id_ for id_, its in kinds.items() if its == kind)
        if kind in _OF_BOOKS and not books:
            continue
        key, name, path = _COLUMNS[kind]
        for row in session.execute(select(key, name, path).where(key.in_(ids))):
            where = _IN_ADMIN[kind].format(row[0]) if kind in _IN_ADMIN else row[2]
            found[row[0]] = Named(kind, row[1] or "", where or "")
    return {id_: found.get(id_, Named(kind, "", "")) for id_, kind in kinds.items()}
