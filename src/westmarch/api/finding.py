"""Which posts a list of the API holds: for readers what is listed, for others what they may edit.

Readers' lists walk an index where there is one, and are told to the page cache as exactly as it can be told.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Table, Text, bindparam, func, or_, select

from westmarch.accounts.who import SignedIn
from westmarch.api import paging
from westmarch.api.paging import Order, Page
from westmarch.api.post_shapes import Asked
from westmarch.authors.models import Author
from westmarch.db.rows import NamedSelect
from westmarch.db.sessions import Reading
from westmarch.posts import ownership
from westmarch.posts.drafts import Kind
from westmarch.posts.models import LISTED, Byline, Post
from westmarch.subjects.models import Subject
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic

_post, _subject = Post.__table__, Subject.__table__


class _Gathered(NamedTuple):
    """What gathers posts: the rows that hang them on it, and since when each is listed there, where that is known."""

    gatherer: Table
    row: Table
    owner: ColumnElement[int]
    post: ColumnElement[int]
    listed_at: ColumnElement[Any] | None


_tag, _tagging, _topic, _part = (model.__table__ for model in (Tag, Tagging, Topic, Part))
_author, _byline = Author.__table__, Byline.__table__
_GATHERED: Mapping[str, _Gathered] = {
    "tag": _Gathered(_tag, _tagging, _tagging.c.tag_id, _tagging.c.subject_id, _tagging.c.listed_at),
    "author": _Gathered(_author, _byline, _byline.c.author_id, _byline.c.post_id, _byline.c.listed_at),
    "topic": _Gathered(_topic, _part, _part.c.topic_id, _part.c.subject_id, None),
}
_mine = _byline.alias("mine")
_created: ColumnElement[Any] = _subject.c.created_at
# No more of a title than a cursor has room for.
_title: ColumnElement[str] = func.substr(func.lower(_post.c.title), 1, 200, type_=Text)
#: By what lists are sorted. Each post that readers see has been published.
_FOR_READERS: Mapping[str, ColumnElement[Any]] = {
    "published": _post.c.published_at,
    "updated": func.coalesce(_post.c.updated_at, _post.c.published_at),
    "created": _created,
    "title": _title,
}
_FOR_OTHERS: Mapping[str, ColumnElement[Any]] = {
    "published": func.coalesce(_post.c.published_at, _created),
    "updated": func.coalesce(_post.c.updated_at, _post.c.published_at, _created),
    "created": _created,
    "title": _title,
}
_STATUS: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "": (),
    "draft": (_post.c.status == "draft",),
    "scheduled": (_post.c.status == "scheduled",),
    "published": (_post.c.status == "published", _post.c.unlisted.is_(False)),
    "unlisted": (_post.c.status == "published", _post.c.unlisted.is_(True)),
}


def find(session: Reading, who: SignedIn | None, kind: Kind, asked: Asked) -> Page:
    """The ids of a page of a list. Raises Invalid for a cursor that is none of this list."""
    by, descending = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    conditions: list[ColumnElement[bool]] = [_post.c.kind == kind]
    values: dict[str, Any] = {}
    column = (_FOR_READERS if who is None else _FOR_OTHERS)[by]
    key: ColumnElement[int] = _post.c.id
    source: FromClause = _post
    if who is None:
        conditions.append(_post.c.visible >= LISTED)
    for name, gathered in _GATHERED.items():
        slug = getattr(asked, name)
        if not slug:
            continue
        found = session.execute(_BY_SLUG[name], {"slug": slug}).first()
        if found is None:
            return Page((), None, None)
        values[name] = found.id
        conditions.append(gathered.owner == bindparam(name))
        source = source.join(gathered.row, gathered.post == _post.c.id)
        if who is None and gathered.listed_at is not None and column is _post.c.published_at:
            column, key = gathered.listed_at, gathered.post  # The same moment, and there is an index of it.
            conditions.append(column.is_not(None))
    if who is not None:
        source = _narrowed(who, asked, source, conditions)
    if who is not None or by == "created":
        source = source.join(_subject, _subject.c.id == _post.c.id)
    if asked.language:
        conditions.append(_post.c.language == bindparam("language"))
        values["language"] = asked.language
    if asked.q.strip():
        conditions.append(_holds(asked.q.strip()))
    statement: NamedSelect = select(key.label("id")).select_from(source).where(*conditions)
    order = Order(by, column, descending)
    return paging.page(session, statement, order, key, cursor=asked.cursor, limit=asked.limit, parameters=values)


_BY_SLUG = {
    name: select(gathered.gatherer.c.id).where(gathered.gatherer.c.slug == bindparam("slug"))
    for name, gathered in _GATHERED.items()
}


def _narrowed(who: SignedIn, asked: Asked, source: FromClause, conditions: list[ColumnElement[bool]]) -> FromClause:
    """Add what an account may see: all posts, or its own; and of the trash only where it is asked for."""
    conditions.append(_post.c.trashed_at.is_not(None) if asked.status == "trash" else _post.c.trashed_at.is_(None))
    conditions += _STATUS.get(asked.status, ())
    author_id = ownership.own_only(who)
    if author_id is None:
        return source
    conditions.append(_mine.c.author_id == author_id)
    return source.join(_mine, _mine.c.post_id == _post.c.id)


def _holds(words: str) -> ColumnElement[bool]:
    """Whether title or standfirst hold a text, in whatever case; SQLite knows that of ASCII alone."""
    columns = (_post.c.title, _post.c.summary)
    lowered = [func.lower(column).contains(words.lower(), autoescape=True) for column in columns]
    return or_(*lowered, *(column.contains(words, autoescape=True) for column in columns))
