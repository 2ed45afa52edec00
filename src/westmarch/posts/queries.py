"""Reading posts and pages: columns into named rows, and only what readers may see.

Each statement is built once and given its values when it runs, because building one costs more than running it; it is
built on tables, not on mapped classes, because the session passes those on as they are.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, bindparam, case, func, literal, select, union_all

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.db.types import UTCDateTime
from westmarch.media.models import Media
from westmarch.posts.archive import SITE, Scope, Window
from westmarch.posts.models import LISTED, UNLISTED, Byline, MostRead, Post, PostMeta, Related
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tagging
from westmarch.topics.models import Part, Topic

_post, _revision, _media = (model.__table__ for model in (Post, Revision, Media))
_tagging, _byline, _related, _most_read = (model.__table__ for model in (Tagging, Byline, Related, MostRead))
_meta = PostMeta.__table__
_author, _topic, _part = (model.__table__ for model in (Author, Topic, Part))

#: Posts in the list of what is read most; some of them may have been hidden since.
PLACES = 20
#: Parts of a topic that are shown before and after the one that is read.
NEIGHBOURS = 2

_LISTED: ColumnElement[bool] = (_post.c.kind == "post") & (_post.c.visible == LISTED)
# The same of a post whose key is known. While PostgreSQL has no statistics of the table, it takes the index of two
# equalities for as good as the primary key, and would read all posts for each key.
_KEYED: ColumnElement[bool] = (_post.c.kind == "post") & (_post.c.visible >= LISTED)
_COVER = (
    _media.c.hash.label("cover_hash"),
    _media.c.extension.label("cover_extension"),
    _media.c.width.label("cover_width"),
    _media.c.height.label("cover_height"),
    _media.c.alt.label("cover_alt"),
)
_TITLE = (_post.c.id, _post.c.title, _post.c.path, _post.c.language, _post.c.published_at)
_ENTRY = (
    *_TITLE, _post.c.summary, _post.c.excerpt_html, _post.c.minutes, _post.c.pinned, _post.c.cover_id, *_COVER,
)  # fmt: skip
_TEXT = (
    *_TITLE, _post.c.summary, _post.c.updated_at, _post.c.guid, _post.c.published_revision_id, _revision.c.html,
    _post.c.cover_id, *_COVER[:2],
)  # fmt: skip


def _detailed(titled: FromClause, revision_id: ColumnElement[int | None]) -> NamedSelect:
    """A post with the text of a revision; title, language, minutes and excerpt are those that `titled` has."""
    return (
        select(
            _post.c.id, titled.c.title, _post.c.path, titled.c.language, _post.c.published_at,
            _post.c.kind, _post.c.summary, titled.c.minutes, _post.c.visible, _post.c.updated_at,
            _post.c.previous_id, _post.c.next_id, _post.c.translation_group, _post.c.extra, titled.c.excerpt_html,
            _post.c.published_revision_id, _revision.c.html, _revision.c.toc, _revision.c.words,
            _post.c.cover_id, *_COVER,
            _topic.c.id.label("topic_id"), _topic.c.title.label("topic_title"), _topic.c.path.label("topic_path"),
            _topic.c.language.label("topic_language"), _topic.c.post_count.label("topic_parts"),
            _part.c.number.label("part"),
        )
        .select_from(_post)
        .join(_revision, _revision.c.id == revision_id)
        .outerjoin(_media, _media.c.id == _post.c.cover_id)
        .outerjoin(_part, (_part.c.subject_id == _post.c.id) & _part.c.number.is_not(None))
        .outerjoin(_topic, _topic.c.id == _part.c.topic_id)
        .where(_post.c.id == bindparam("id"))
    )  # fmt: skip


_DETAIL = _detailed(_post, _post.c.published_revision_id).where(_post.c.visible >= UNLISTED)
# What is computed would hide from the cache by which keys the other tables are read, so it is not done here.
_SAID = _DETAIL.outerjoin(_meta, _meta.c.post_id == _post.c.id).add_columns(
    _meta.c.title.label("meta_title"), _meta.c.description.label("meta_description")
)
_UNSAID = _DETAIL.add_columns(literal("").label("meta_title"), literal("").label("meta_description"))
_WRITTEN = _detailed(_revision, func.coalesce(_post.c.draft_revision_id, _post.c.published_revision_id)).where(
    _post.c.trashed_at.is_(None)
)


def written(session: Reading, post_id: int) -> NamedRow | None:
    """A post or page with its newest text, whether readers may see it or not; None where it is in the trash."""
    return session.execute(_WRITTEN, {"id": post_id}).one_or_none()


def detail(session: Reading, post_id: int, *, said: bool = False) -> NamedRow | None:
    """A post or page that readers may see, with its text, cover and place in a topic; None where they may not.

    With `said`, which schema 0010 has, also what search engines are told; else `meta_title` is empty, and so on.
    """
    return session.execute(_SAID if said else _UNSAID, {"id": post_id}).one_or_none()


_SHOWN = select(_post.c.id).where(_post.c.id == bindparam("id"), _post.c.visible >= UNLISTED)


def shown(session: Reading, post_id: int) -> bool:
    """Whether readers may see the post or page at its address."""
    return session.execute(_SHOWN, {"id": post_id}).first() is not None


_others = union_all(
    select(literal("related").label("role"), _related.c.rank.label("place"), _related.c.other_id.label("id")).where(
        _related.c.post_id == bindparam("id")
    ),
    select(case((_post.c.id == bindparam("previous"), "previous"), else_="next"), literal(0), _post.c.id).where(
        _post.c.id.in_((bindparam("previous"), bindparam("next")))
    ),
    select(literal("part"), _part.c.number, _part.c.subject_id).where(
        _part.c.topic_id == bindparam("topic"), _part.c.number.between(bindparam("first"), bindparam("last"))
    ),
    select(literal("translation"), literal(0), _post.c.id).where(
        _post.c.translation_group == bindparam("group"), _post.c.id != bindparam("id")
    ),
).subquery("others")
_AROUND = (
    select(_others.c.role, _others.c.place, _others.c.id.label("other_id"), *_TITLE)
    .select_from(_others)
    .outerjoin(_post, (_post.c.id == _others.c.id) & (_post.c.visible >= LISTED))
    .order_by(_others.c.role, _others.c.place, _post.c.language, _post.c.id)
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
    for row in _there(session.execute(_AROUND, values)):
        found[row.role].append(row)
    return found


# That an author has a page is read apart from how many posts the page lists, which changes much more often.
_with_page = _author.alias("with_page")
_AUTHORS = (
    select(
        _author.c.id, _author.c.name, _author.c.path, _author.c.bio_html,
        _with_page.c.id.label("has_page"),
        _author.c.picture_id, _media.c.hash.label("picture_hash"), _media.c.extension.label("picture_extension"),
    )
    .select_from(_author)
    .join(_byline, _byline.c.author_id == _author.c.id)
    .outerjoin(_media, _media.c.id == _author.c.picture_id)
    .outerjoin(_with_page, (_with_page.c.id == _author.c.id) & (_with_page.c.post_count > 0))
    .where(_byline.c.post_id == bindparam("id"))
    .order_by(_byline.c.rank, _author.c.id)
)  # fmt: skip


def authors(session: Reading, post_id: int) -> Sequence[NamedRow]:
    """Who wrote a post, in the order of its byline, with their pictures; `has_page` is none without a page."""
    return session.execute(_AUTHORS, {"id": post_id}).all()


# Lists by time


def _entries(columns: tuple[Any, ...]) -> NamedSelect:
    statement = select(*columns).select_from(_post)
    if columns is not _TITLE:
        statement = statement.outerjoin(_media, _media.c.id == _post.c.cover_id)
    return statement.order_by(_post.c.published_at.desc(), _post.c.id.desc())


def _listed(
    columns: tuple[Any, ...], keys: FromClause, key: ColumnElement[int], listed: ColumnElement[bool] = _KEYED
) -> NamedSelect:
    """The `listed` posts that `keys` lead to by `key`. A row without a post comes back for each of the others.

    So who asks is told of all posts of which the answer depends, also of one that is hidden now: the page cache goes
    by the keys that come back. `_there` leaves those rows out.
    """
    statement = select(*columns, key.label("key")).select_from(keys)
    statement = statement.outerjoin(_post, (_post.c.id == key) & listed)
    if columns is _TEXT:
        statement = statement.outerjoin(_revision, _revision.c.id == _post.c.published_revision_id)
    if columns is not _TITLE:
        statement = statement.outerjoin(_media, _media.c.id == _post.c.cover_id)
    return statement


def _there(rows: Iterable[NamedRow]) -> list[NamedRow]:
    """The rows that have a post, with its text where that is asked for."""
    return [row for row in rows if row.id is not None and getattr(row, "html", "") is not None]


def _keys(scope: Scope) -> NamedSelect:
    """Ids and times of a scope's listed posts before `before`."""
    if scope.of == "site":
        return select(_post.c.id.label("id"), _post.c.published_at.label("at")).where(
            _LISTED, _post.c.published_at < bindparam("before", type_=UTCDateTime)
        )
    model, owner, subject = (
        (_tagging, _tagging.c.tag_id, _tagging.c.subject_id)
        if scope.of == "tag"
        else (_byline, _byline.c.author_id, _byline.c.post_id)
    )
    return select(subject.label("id"), model.c.listed_at.label("at")).where(
        owner == bindparam("scope"), model.c.listed_at < bindparam("before", type_=UTCDateTime)
    )


def _newest(scope: Scope) -> Subquery:
    """The `reach` newest keys."""
    keys = _keys(scope).subquery()
    return select(keys).order_by(keys.c.at.desc(), keys.c.id.desc()).limit(bindparam("reach")).subquery()


def _window(scope: Scope, columns: tuple[Any, ...]) -> NamedSelect:
    """The oldest `take` of the `reach` newest: a walk in the index of keys, inside of one month and a page."""
    newest = _newest(scope)
    page = select(newest).order_by(newest.c.at, newest.c.id).limit(bindparam("take")).subquery()
    return _listed(columns, page, page.c.id).order_by(page.c.at.desc(), page.c.id.desc())


_SCOPES = (SITE, Scope("tag"), Scope("author"))
_WINDOWS = {
    (scope.of, name): _window(scope, columns)
    for scope in _SCOPES
    for name, columns in (("titles", _TITLE), ("entries", _ENTRY), ("texts", _TEXT))
}


def _page(session: Reading, name: str, window: Window, scope: Scope) -> Sequence[NamedRow]:
    values = {"before": window.before, "reach": window.skip + window.take, "take": window.take, "scope": scope.id}
    return _there(session.execute(_WINDOWS[scope.of, name], values))


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


_places = select(_most_read).order_by(_most_read.c.place).limit(bindparam("places")).subquery()
_MOST_READ = _listed(_TITLE, _places, _places.c.post_id).order_by(_places.c.place)


def most_read(session: Reading, limit: int) -> Sequence[NamedRow]:
    """Titles of the listed posts that are read most, most first; the database must have the schema `views.SCHEMA`."""
    return _there(session.execute(_MOST_READ, {"places": PLACES}))[:limit]


_PINNED = _entries(_ENTRY).where(_LISTED, _post.c.pinned).limit(1)


def pinned(session: Reading) -> NamedRow | None:
    """The newest of the pinned posts, or None."""
    return session.execute(_PINNED).one_or_none()


# Parts of a topic


def _parts(columns: tuple[Any, ...], order: ColumnElement[Any]) -> NamedSelect:
    return (
        _listed(columns, _part, _part.c.subject_id, _post.c.visible >= LISTED)
        .add_columns(_part.c.number)
        .where(_part.c.topic_id == bindparam("topic"), _part.c.number.between(bindparam("first"), bindparam("last")))
        .order_by(order)
    )


_PARTS = _parts(_ENTRY, _part.c.number.asc())
_PART_TEXTS = _parts(_TEXT, _part.c.number.desc())


def parts(session: Reading, topic_id: int, first: int, last: int) -> Sequence[NamedRow]:
    """The listed parts of a topic with the numbers from `first` to `last`, in order."""
    return _there(session.execute(_PARTS, {"topic": topic_id, "first": first, "last": last}))


def part_texts(session: Reading, topic_id: int, first: int, last: int) -> Sequence[NamedRow]:
    """What a topic's feed holds of those parts, the last part first."""
    return _there(session.execute(_PART_TEXTS, {"topic": topic_id, "first": first, "last": last}))


# For search engines

_ADDRESSES: NamedSelect = select(_post.c.id, _post.c.path, _post.c.published_at, _post.c.updated_at)
_OF_YEAR = (
    _ADDRESSES.where(
        _LISTED,
        _post.c.published_at >= bindparam("after", type_=UTCDateTime),
        _post.c.published_at < bindparam("before", type_=UTCDateTime),
    )
    .order_by(_post.c.published_at.desc(), _post.c.id.desc())
    .limit(bindparam("limit"))
)
_PAGES = (
    _ADDRESSES.where(_post.c.kind == "page", _post.c.visible == LISTED)
    .order_by(_post.c.published_at.desc(), _post.c.id.desc())
    .limit(bindparam("limit"))
)


def addresses(session: Reading, after: datetime, before: datetime, limit: int) -> Sequence[NamedRow]:
    """Paths and times of the listed posts published from `after` until `before`, newest first."""
    return session.execute(_OF_YEAR, {"after": after, "before": before, "limit": limit}).all()


def pages(session: Reading, limit: int) -> Sequence[NamedRow]:
    """Paths and times of the listed pages."""
    return session.execute(_PAGES, {"limit": limit}).all()
