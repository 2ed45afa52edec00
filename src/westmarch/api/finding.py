"""Which posts a list of the API holds: for readers what is listed, for others what they may edit.

Readers' lists walk an index where there is one, and are told to the page cache as exactly as it can be told. Statements
are built once for each way of asking, because building one costs as much as running it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from heapq import merge
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Table, Text, bindparam, func, or_, select

from westmarch.accounts.who import SignedIn
from westmarch.api import paging
from westmarch.api.paging import Order, Page
from westmarch.api.post_shapes import Asked
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.media.models import Media
from westmarch.posts import ownership
from westmarch.posts.drafts import Kind
from westmarch.posts.models import LISTED, Byline, Post
from westmarch.subjects.models import Revision, Subject
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic

_post, _subject, _revision, _media = (model.__table__ for model in (Post, Subject, Revision, Media))
_tag, _tagging, _topic, _part = (model.__table__ for model in (Tag, Tagging, Topic, Part))
_author, _byline = Author.__table__, Byline.__table__
_mine, _placed = _byline.alias("mine"), _part.alias("placed")

#: What a list shows of a post; `post_showing.listed` takes the columns in this order.
SHOWN = (
    _post.c.title, _post.c.slug, _post.c.path, _post.c.summary, _post.c.excerpt_html, _post.c.language, _post.c.status,
    _post.c.unlisted, _post.c.pinned, _post.c.updated_at, _post.c.published_at, _subject.c.created_at,
    _post.c.extra["cover_alt"].as_string().label("cover_alt"), _post.c.cover_id,
    _media.c.hash, _media.c.extension, _media.c.alt, _media.c.width, _media.c.height,
    _topic.c.slug.label("topic_slug"), _topic.c.title.label("topic_title"),
)  # fmt: skip
_TEXTS = (_revision.c.markdown, _revision.c.html)


class _Gathered(NamedTuple):
    """What gathers posts: the rows that hang them on it, and since when each is listed there, where that is known."""

    gatherer: Table
    row: FromClause
    owner: ColumnElement[int]
    post: ColumnElement[int]
    listed_at: ColumnElement[Any] | None


_GATHERED: Mapping[str, _Gathered] = {
    "tag": _Gathered(_tag, _tagging, _tagging.c.tag_id, _tagging.c.subject_id, _tagging.c.listed_at),
    "author": _Gathered(_author, _byline, _byline.c.author_id, _byline.c.post_id, _byline.c.listed_at),
    "topic": _Gathered(_topic, _part, _part.c.topic_id, _part.c.subject_id, None),
}
_BY_SLUG = {
    name: select(gathered.gatherer.c.id).where(gathered.gatherer.c.slug == bindparam("slug"))
    for name, gathered in _GATHERED.items()
}
# No more of a title than a cursor has room for.
_title: ColumnElement[str] = func.substr(func.lower(_post.c.title), 1, 200, type_=Text)
_dated: ColumnElement[Any] = func.coalesce(_post.c.published_at, _subject.c.created_at)
#: By what lists are sorted. What is listed has been published.
_LISTED_SORTS: Mapping[str, ColumnElement[Any]] = {
    "published": _post.c.published_at,
    "updated": func.coalesce(_post.c.updated_at, _post.c.published_at),
    "created": _subject.c.created_at,
    "title": _title,
}
_SORTS = {**_LISTED_SORTS, "published": _dated, "updated": func.coalesce(_post.c.updated_at, _dated)}
_STATUS: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "": (),
    "trash": (),
    "draft": (_post.c.status == "draft",),
    "scheduled": (_post.c.status == "scheduled",),
    "published": (_post.c.status == "published", _post.c.unlisted.is_(False)),
    "unlisted": (_post.c.status == "published", _post.c.unlisted.is_(True)),
}

#: Which posts are looked through: those that are listed, for readers or for others, or those that are not.
Through = Literal["readers", "listed", "hidden"]


class _Way(NamedTuple):
    """A way of asking for a list, which has a statement of its own."""

    through: Through
    given: tuple[str, ...]
    status: str
    by: str
    down: bool
    begun: bool
    texts: bool


def find(session: Reading, who: SignedIn | None, kind: Kind, asked: Asked) -> Page:
    """A page of a list. Raises Invalid for a cursor that is none of this list."""
    values = _values(session, who, kind, asked)
    if values is None:
        return Page((), None, None)
    by, descending = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    order = Order(by, _SORTS[by], descending)
    edge = paging.read(asked.cursor, order)
    down = descending is not (edge is not None and edge.back)
    given = tuple(name for name in ("tag", "author", "topic", "language", "words", "own") if name in values)
    values |= paging.bounds(edge, asked.limit)
    ways = [
        _Way(each, given, asked.status, by, down, edge is not None, bool(asked.include))
        for each in _looked(who, asked.status)
    ]
    found = [session.execute(_statement(way), values).all() for way in ways]
    return paging.around(_merged(found, down=down), order, edge, asked.limit)


def _looked(who: SignedIn | None, status: str) -> tuple[Through, ...]:
    """What is listed is found by an index, and there is much of it; so it is asked for by itself, or not at all."""
    if who is None:
        return ("readers",)
    return ("listed", "hidden") if status in ("", "published") else ("hidden",)


def _merged(found: Sequence[Sequence[NamedRow]], *, down: bool) -> Sequence[NamedRow]:
    if len(found) == 1:
        return found[0]
    return list(merge(*found, key=lambda row: (row.sorted_by, row.id), reverse=down))


def _values(session: Reading, who: SignedIn | None, kind: Kind, asked: Asked) -> dict[str, Any] | None:
    """The values by which a list is narrowed, by name; None where a slug is that of nothing."""
    values: dict[str, Any] = {"kind": kind}
    for name, statement in _BY_SLUG.items():
        if slug := getattr(asked, name):
            found = session.execute(statement, {"slug": slug}).first()
            if found is None:
                return None
            values[name] = found.id
    if asked.language:
        values["language"] = asked.language
    if words := asked.q.strip():
        values |= {"words": _pattern(words), "lowered": _pattern(words.lower())}
    if who is not None and (own := ownership.own_only(who)) is not None:
        values["own"] = own
    return values


def _pattern(words: str) -> str:
    for special in "/%_":
        words = words.replace(special, "/" + special)
    return f"%{words}%"


@lru_cache(maxsize=500)
def _statement(way: _Way) -> NamedSelect:
    readers = way.through == "readers"
    column: ColumnElement[Any] = (_SORTS if way.through == "hidden" else _LISTED_SORTS)[way.by]
    key: ColumnElement[int] = _post.c.id
    gathered = [found for name, found in _GATHERED.items() if name in way.given]
    conditions = [_post.c.kind == bindparam("kind"), *_STATUS[way.status]]
    if way.through == "hidden":
        trashed = _post.c.trashed_at
        conditions += [_post.c.visible < LISTED, trashed.is_not(None) if way.status == "trash" else trashed.is_(None)]
    else:
        # Where other rows lead to the post, its key is what it is to be found by (see posts/queries.py).
        conditions.append(_post.c.visible >= LISTED if gathered else _post.c.visible == LISTED)
    source: FromClause = _post
    for name, found in _GATHERED.items():
        if name not in way.given:
            continue
        source = source.join(found.row, found.post == _post.c.id)
        conditions.append(found.owner == bindparam(name))
        if readers and found.listed_at is not None and column is _post.c.published_at:
            column, key = found.listed_at, found.post  # The same moment, and there is an index of it.
            conditions.append(column.is_not(None))
    if "own" in way.given:
        source = source.join(_mine, (_mine.c.post_id == _post.c.id) & (_mine.c.author_id == bindparam("own")))
    if "language" in way.given:
        conditions.append(_post.c.language == bindparam("language"))
    if "words" in way.given:
        conditions.append(_holds())
    source = (
        source.join(_subject, _subject.c.id == _post.c.id)
        .outerjoin(_media, _media.c.id == _post.c.cover_id)
        .outerjoin(_placed, _placed.c.subject_id == _post.c.id)
        .outerjoin(_topic, _topic.c.id == _placed.c.topic_id)
    )
    columns = [key.label("id"), *SHOWN]
    if way.texts:
        columns += _TEXTS
        shown = func.coalesce(_post.c.published_revision_id, _post.c.draft_revision_id)
        text_id = _post.c.published_revision_id if way.through != "hidden" else shown
        source = source.outerjoin(_revision, _revision.c.id == text_id)
    statement: NamedSelect = select(*columns).select_from(source).where(*conditions)
    return paging.cut(statement, column, key, down=way.down, begun=way.begun)


def _holds() -> ColumnElement[bool]:
    """Whether title or standfirst hold a text, in whatever case; SQLite knows that of ASCII alone."""
    columns = (_post.c.title, _post.c.summary)
    words, lowered = (bindparam(name, type_=Text) for name in ("words", "lowered"))
    return or_(
        *(column.like(words, escape="/") for column in columns),
        *(func.lower(column).like(lowered, escape="/") for column in columns),
    )
