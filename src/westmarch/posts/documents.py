"""Posts and pages as documents of the search index: those that stand in lists, and no others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.posts.models import LISTED, Byline, Post
from westmarch.site import queries as site_queries
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tag, Tagging
from westmarch.textindex.documents import Document
from westmarch.textindex.prose import Prose, document

_POST = (Post.id, Post.kind, Post.title, Post.path, Post.language, Post.summary, Post.published_at, Revision.text)


def documents(session: Reading, ids: Collection[int]) -> list[Document]:
    """The documents of the listed posts and pages among these subjects."""
    statement = (
        select(*_POST)
        .join(Revision, Revision.id == Post.published_revision_id)
        .where(Post.id.in_(ids), Post.visible == LISTED)
    )
    posts = session.execute(statement).all()
    if not posts:
        return []
    zone = site_queries.current(session).zone
    there = [post.id for post in posts]
    people = _gathered(
        session,
        select(Byline.post_id.label("id"), Author.name)
        .join(Author, Author.id == Byline.author_id)
        .where(Byline.post_id.in_(there))
        .order_by(Byline.post_id, Byline.rank),
    )
    tags = _gathered(
        session,
        select(Tagging.subject_id.label("id"), Tag.name, Tag.slug)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tagging.subject_id.in_(there))
        .order_by(Tagging.subject_id, Tagging.rank),
    )
    return [
        document(
            Prose(
                post.id,
                post.kind,
                post.title,
                post.text,
                post.path,
                post.language,
                post.summary,
                [person.name for person in people[post.id]],
                [(tag.name, tag.slug) for tag in tags[post.id]],
                None if post.published_at is None else post.published_at.astimezone(zone),
            )
        )
        for post in posts
    ]


def ids(session: Reading, after: int, most: int) -> Sequence[int]:
    """At most so many listed posts and pages behind `after`, in order."""
    statement = select(Post.id).where(Post.id > after, Post.visible == LISTED).order_by(Post.id).limit(most)
    return session.scalars(statement).all()


def count(session: Reading) -> int:
    """How many posts and pages are listed."""
    return session.scalar(select(func.count()).select_from(Post).where(Post.visible == LISTED)) or 0


def _gathered(session: Reading, statement: Any) -> Mapping[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.id].append(row)
    return found
