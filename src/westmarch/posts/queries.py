"""Reading posts and pages: columns into named rows, and only what readers may see.

Each statement is built once and given its values when it runs: building one costs more than running it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, bindparam, case, literal, select, union_all

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.db.types import UTCDateTime
from westmarch.media.models import Media
from westmarch.posts.archive import SITE, Scope, Window
from westmarch.posts.models import LISTED, UNLISTED, Byline, Post, Related
from westmarch.subjects.models import Revision, Subject
from westmarch.tags.models import Tagging
from westmarch.topics.models import Part, Topic

#: Parts of a topic that are shown before and after the one that is read.
NEIGHBOURS = 2

_LISTED: ColumnElement[bool] = (Post.kind == "post") & (Post.visible == LISTED)
_COVER = (
    Media.hash.label("cover_hash"),
    Media.extension.label("cover_extension"),
    Media.width.label("cover_width"),
    Media.height.label("cover_height"),
    Media.alt.label("cover_alt"),
)
_TITLE = (Post.id, Post.title, Post.path, Post.language, Post.published_at)
_ENTRY = (*_TITLE, Post.summary, Post.excerpt_html, Post.minutes, Post.pinned, *_COVER)
_TEXT = (
    *_TITLE, Post.summary, Post.updated_at, Post.guid, Revision.html, Subject.created_at, *_COVER[:2],
)  # fmt: skip

_DETAIL = (
    select(
        *_TITLE, Post.kind, Post.summary, Post.minutes, Post.visible, Post.updated_at, Post.previous_id, Post.next_id,
        Post.translation_group, Post.extra, Revision.html, Revision.toc, *_COVER,
        Topic.id.label("topic_id"), Topic.title.label("topic_title"), Topic.path.label("topic_path"),
        Topic.language.label("topic_language"), Topic.post_count.label("topic_parts"), Part.number.label("part"),
    )
    .join(Revision, Revision.id == Post.published_revision_id)
    .outerjoin(Media, Media.id == Post.cover_id)
    .outerjoin(Part, (Part.subject_id == Post.id) & Part.number.is_not(None))
    .outerjoin(Topic, Topic.id == Part.topic_id)
    .where(Post.id == bindparam("id"), Post.visible >= UNLISTED)
)  # fmt: skip


def detail(session: Reading, post_id: int) -> NamedRow | None:
    """A post or page that readers may see, with its text, cover and place in a topic; None where they may not."""
    return session.execute(_DETAIL, {"id": post_id}).one_or_none()


_others = union_all(
    select(literal("related").label("role"), Related.rank.label("place"), Related.other_id.label("id")).where(
        Related.post_id == bindparam("id")
    ),
    select(case((Post.id == bindparam("previous"), "previous"), else_="next"), literal(0), Post.id).where(
        Post.id.in_((bindparam("previous"), bindparam("next")))
    ),
    select(literal("part"), Part.number, Part.subject_id).where(
        Part.topic_id == bindparam("topic"), Part.number.between(bindparam("first"), bindparam("last"))
    ),
    select(literal("translation"), literal(0), Post.id).where(
        Post.translation_group == bindparam("group"), Post.id != bindparam("id")
    ),
).subquery("others")
_AROUND = (
    select(_others.c.role, _others.c.place, *_TITLE)
    .join(Post, Post.id == _others.c.id)
    .where(Post.visible == LISTED)
    .order_by(_others.c.role, _others.c.place, Post.language, Post.id)
)


def around(session: Reading, post: NamedRow) -> dict[str, list[NamedRow]]:
    """The listed posts around one, by role: `previous`, `next`, `part` (of its topic), `related`, `translation`."""
    values = {
        "id": post.id,
        "previous": post.previous_id,
        "next": post.next_id,
        "topic": post.topic_id,
        "first": (post.part or 0) - NEIGHBOURS,
        "last": (post.part or 0) + NEIGHBOURS,
        "group": post.translation_group,
    }
    found: dict[str, list[NamedRow]] = {"previous": [], "next": [], "part": [], "related": [], "translation": []}
    for row in session.execute(_AROUND, values):
        found[row.role].append(row)
    return found


_AUTHORS = (
    select(
        Author.id, Author.name, Author.path, Author.bio_html,
        Media.hash.label("picture_hash"), Media.extension.label("picture_extension"),
    )
    .join(Byline, Byline.author_id == Author.id)
    .outerjoin(Media, Media.id == Author.picture_id)
    .where(Byline.post_id == bindparam("id"))
    .order_by(Byline.rank, Author.id)
)  # fmt: skip


def authors(session: Reading, post_id: int) -> Sequence[NamedRow]:
    """Who wrote a post, in the order of its byline, with their pictures."""
    return session.execute(_AUTHORS, {"id": post_id}).all()


_BYLINES = (
    select(Byline.post_id, Author.id, Author.name, Author.path)
    .join(Author, Author.id == Byline.author_id)
    .where(Byline.post_id.in_(bindparam("ids", expanding=True)))
    .order_by(Byline.post_id, Byline.rank, Author.id)
)


def bylines(session: Reading, post_ids: Sequence[int]) -> dict[int, list[NamedRow]]:
    """Who wrote each of the posts."""
    found: dict[int, list[NamedRow]] = {post_id: [] for post_id in post_ids}
    for row in session.execute(_BYLINES, {"ids": list(post_ids)}) if found else ():
        found[row.post_id].append(row)
    return found


# Lists by time


def _entries(columns: tuple[Any, ...]) -> NamedSelect:
    statement = select(*columns)
    if columns is _TEXT:
        statement = statement.join(Revision, Revision.id == Post.published_revision_id).join(
            Subject, Subject.id == Post.id
        )
    if columns is not _TITLE:
        statement = statement.outerjoin(Media, Media.id == Post.cover_id)
    return statement.order_by(Post.published_at.desc(), Post.id.desc())


def _keys(scope: Scope) -> NamedSelect:
    """Ids and times of a scope's listed posts before `before`."""
    if scope.of == "site":
        return select(Post.id.label("id"), Post.published_at.label("at")).where(
            _LISTED, Post.published_at < bindparam("before", type_=UTCDateTime)
        )
    model, owner, subject = (
        (Tagging, Tagging.tag_id, Tagging.subject_id)
        if scope.of == "tag"
        else (Byline, Byline.author_id, Byline.post_id)
    )
    return select(subject.label("id"), model.listed_at.label("at")).where(
        owner == bindparam("scope"), model.listed_at < bindparam("before", type_=UTCDateTime)
    )


def _newest(scope: Scope) -> Subquery:
    """The `reach` newest keys."""
    keys = _keys(scope).subquery()
    return select(keys).order_by(keys.c.at.desc(), keys.c.id.desc()).limit(bindparam("reach")).subquery()


def _window(scope: Scope, columns: tuple[Any, ...]) -> NamedSelect:
    """The oldest `take` of the `reach` newest: a walk in the index of keys, inside of one month and a page."""
    newest = _newest(scope)
    page = select(newest).order_by(newest.c.at, newest.c.id).limit(bindparam("take")).subquery()
    return _entries(columns).join(page, page.c.id == Post.id).where(_LISTED)


_SCOPES = (SITE, Scope("tag"), Scope("author"))
_WINDOWS = {
    (scope.of, name): _window(scope, columns)
    for scope in _SCOPES
    for name, columns in (("titles", _TITLE), ("entries", _ENTRY), ("texts", _TEXT))
}


def _page(session: Reading, name: str, window: Window, scope: Scope) -> Sequence[NamedRow]:
    values = {"before": window.before, "reach": window.skip + window.take, "take": window.take, "scope": scope.id}
    return session.execute(_WINDOWS[scope.of, name], values).all()


def titles(session: Reading, window: Window, scope: Scope = SITE) -> Sequence[NamedRow]:
    """Titles, paths and times of the posts in the window, newest first."""
    return _page(session, "titles", window, scope)


def entries(session: Reading, window: Window, scope: Scope = SITE) -> Sequence[NamedRow]:
    """What a list shows of the posts in the window, newest first."""
    return _page(session, "entries", window, scope)


def texts(session: Reading, window: Window, scope: Scope = SITE) -> Sequence[NamedRow]:
    """What a feed holds of the posts in the window, newest first: the whole text."""
    return _page(session, "texts", window, scope)


_NEWEST = _entries(_TITLE).where(_LISTED).limit(bindparam("limit"))


def newest(session: Reading, limit: int) -> Sequence[NamedRow]:
    """Titles of the newest listed posts."""
    return session.execute(_NEWEST, {"limit": limit}).all()


_PINNED = _entries(_ENTRY).where(_LISTED, Post.pinned).limit(1)


def pinned(session: Reading) -> NamedRow | None:
    """The newest of the pinned posts, or None."""
    return session.execute(_PINNED).one_or_none()


# Parts of a topic


def _parts(columns: tuple[Any, ...], order: ColumnElement[Any]) -> NamedSelect:
    return (
        _entries(columns)
        .add_columns(Part.number)
        .join(Part, Part.subject_id == Post.id)
        .where(
            Part.topic_id == bindparam("topic"),
            Part.number.between(bindparam("first"), bindparam("last")),
            Post.visible == LISTED,
        )
        .order_by(None)
        .order_by(order)
    )


_PARTS = _parts(_ENTRY, Part.number.asc())
_PART_TEXTS = _parts(_TEXT, Part.number.desc())


def parts(session: Reading, topic_id: int, first: int, last: int) -> Sequence[NamedRow]:
    """The listed parts of a topic with the numbers from `first` to `last`, in order."""
    return session.execute(_PARTS, {"topic": topic_id, "first": first, "last": last}).all()


def part_texts(session: Reading, topic_id: int, first: int, last: int) -> Sequence[NamedRow]:
    """What a topic's feed holds of those parts, the last part first."""
    return session.execute(_PART_TEXTS, {"topic": topic_id, "first": first, "last": last}).all()


# For search engines

_ADDRESSES: NamedSelect = select(Post.path, Post.published_at, Post.updated_at)
_OF_YEAR = (
    _ADDRESSES.where(
        _LISTED,
        Post.published_at >= bindparam("after", type_=UTCDateTime),
        Post.published_at < bindparam("before", type_=UTCDateTime),
    )
    .order_by(Post.published_at.desc(), Post.id.desc())
    .limit(bindparam("limit"))
)
_PAGES = (
    _ADDRESSES.where(Post.kind == "page", Post.visible == LISTED)
    .order_by(Post.published_at.desc(), Post.id.desc())
    .limit(bindparam("limit"))
)


def addresses(session: Reading, after: datetime, before: datetime, limit: int) -> Sequence[NamedRow]:
    """Paths and times of the listed posts published from `after` until `before`, newest first."""
    return session.execute(_OF_YEAR, {"after": after, "before": before, "limit": limit}).all()


def pages(session: Reading, limit: int) -> Sequence[NamedRow]:
    """Paths and times of the listed pages."""
    return session.execute(_PAGES, {"limit": limit}).all()
