"""What those who run a site look through: posts and pages whatever their state, and the trash."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Integer, Select, Text, bindparam, func, literal, or_, select, union_all

from westmarch.authors.models import Author
from westmarch.db import keyset
from westmarch.db.keyset import Edge, Found, Order
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.db.types import UTCDateTime
from westmarch.posts.models import HIDDEN, LISTED, Byline, Post, PostView
from westmarch.subjects.models import Revision, Subject
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic

#: Of how many days, today among them, the lists count views.
DAYS = 30

_post, _subject, _revision, _view = (model.__table__ for model in (Post, Subject, Revision, PostView))
_tag, _tagging, _topic, _part = (model.__table__ for model in (Tag, Tagging, Topic, Part))
_author, _byline = Author.__table__, Byline.__table__

_id: ColumnElement[int] = _post.c.id
_text_id: ColumnElement[int] = func.coalesce(_post.c.draft_revision_id, _post.c.published_revision_id, 0, type_=Integer)
# Statements are made once for each way of asking, as making one costs as much as running it.
_since = bindparam("since", type_=Date)
_ids = bindparam("ids", expanding=True, type_=Integer)
_read = (
    select(_view.c.post_id, func.sum(_view.c.views).label("views"))
    .where(_view.c.day > _since)
    .group_by(_view.c.post_id)
    .subquery("read")
)
#: By what the lists can be sorted. Revisions are numbered as they are written.
SORTS: Mapping[str, ColumnElement[Any]] = {
    "published": func.coalesce(_post.c.published_at, _subject.c.created_at, type_=UTCDateTime),
    "changed": _text_id,
    # No more of a title than a cursor has room for.
    "title": func.substr(func.lower(_post.c.title), 1, 200, type_=Text),
    "views": func.coalesce(_read.c.views, 0, type_=Integer),
    "trashed": _post.c.trashed_at,
    "id": _id,
}
_PUBLISHED = _post.c.status == "published"
#: What a list can be narrowed to: one of four states, or published with a newer text; in the trash the kind.
SHOWS: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "draft": (_post.c.status == "draft",),
    "scheduled": (_post.c.status == "scheduled",),
    "published": (_PUBLISHED, _post.c.unlisted.is_(False)),
    "unlisted": (_PUBLISHED, _post.c.unlisted.is_(True)),
    "edited": (_PUBLISHED, _post.c.draft_revision_id.is_not(None)),
    "post": (_post.c.kind == "post",),
    "page": (_post.c.kind == "page",),
}
#: What gathers posts: its name, where it is found by its slug, and the posts that hang on it.
_GATHERS: Mapping[str, tuple[Any, ColumnElement[str], ColumnElement[int], ColumnElement[int]]] = {
    "tag": (_tag, _tag.c.name, _tagging.c.tag_id, _tagging.c.subject_id),
    "author": (_author, _author.c.name, _byline.c.author_id, _byline.c.post_id),
    "topic": (_topic, _topic.c.title, _part.c.topic_id, _part.c.subject_id),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which posts and pages are looked for; what is empty or None narrows nothing.

    `tag`, `author` and `topic` are ids; `own` is the author whose posts alone are shown. `drafts` leaves out what has
    been published, or will be by itself.
    """

    kind: str | None = None
    trashed: bool = False
    show: str = ""
    search: str = ""
    tag: int | None = None
    author: int | None = None
    topic: int | None = None
    language: str = ""
    own: int | None = None
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class Gathers:
    """A tag, an author or a topic by which a list is narrowed: its id is 0 where there is none with that slug."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What hangs on a post: the names and slugs of its authors and of its tags, in their order."""

    authors: list[NamedRow]
    tags: list[NamedRow]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list; how many there are of each of `SHOWS` and of "all", and in which languages there are any."""

    found: Found
    counts: Mapping[str, int]
    languages: Sequence[str]


class _Way(NamedTuple):
    """A way of asking for rows, which has a statement of its own; `given` are the names of its further values."""

    trashed: bool
    show: str
    given: tuple[str, ...]


def find(
    session: Reading,
    wanted: Wanted,
    *,
    today: date,
    sort: str = "-published",
    after: str | None = None,
    size: int = 50,
) -> Listed:
    """A page of posts or pages, and what else there is.

    A row has `id`, `kind`, `title`, `path`, `language`, `status`, `unlisted`, `pinned`, `waiting` (a newer text is not
    public), `published_at`, `created_at`, `changed_at`, `trashed_at` and `views`. Raises Invalid for an order or a
    cursor that there is none of.
    """
    order = keyset.chosen(SORTS, sort)
    edge = keyset.edge_of(after, order)
    way, values = _asked(wanted)
    values["since"] = since = today - timedelta(days=DAYS)

    def ask(edge: Edge | None) -> Sequence[NamedRow]:
        begun = None if edge is None else edge.back
        at = {} if edge is None else {"edge_value": edge.value, "edge_id": edge.id}
        statement = _page(way, order.name, order.descending, begun)
        return session.execute(statement, values | at | {"size": size + 1}).all()

    counts, languages = _counted(session, wanted)
    found = keyset.around(ask, order, edge, size, counts[wanted.show or "all"])
    return Listed(replace(found, rows=_shown(session, [row.id for row in found.rows], since)), counts, languages)


def matching(session: Reading, wanted: Wanted, most: int) -> list[int]:
    """The ids of what is wanted, newest first, `most` of them at most."""
    way, values = _asked(wanted)
    return [row.id for row in session.execute(_selected(way).order_by(_id.desc()).limit(most), values)]


def titles(session: Reading, post_ids: Collection[int], *, own: int | None = None) -> dict[int, str]:
    """The titles of those of the posts and pages that are there; with `own` of those that name this author alone."""
    statement = select(_id, _post.c.title).where(_id.in_(post_ids))
    if own is not None:
        statement = statement.where(_id.in_(select(_byline.c.post_id).where(_byline.c.author_id == own)))
    return {row.id: row.title for row in session.execute(statement)}


def gathers(session: Reading, slugs: Mapping[str, str]) -> dict[str, Gathers]:
    """What has these slugs, by "tag", "author" and "topic"; those that are empty are left out."""
    found = {name: Gathers(0, slug) for name, slug in slugs.items() if slug}
    asked = []
    for name in found:
        table, title, _, _ = _GATHERS[name]
        named = select(literal(name).label("gathers"), table.c.id, title.label("name"))
        asked.append(named.where(table.c.slug == slugs[name]))
    rows = session.execute(_united(*asked)) if asked else ()
    return found | {row.gathers: Gathers(row.id, row.name) for row in rows}


def labels(session: Reading, post_ids: Collection[int]) -> dict[int, Labels]:
    """The authors and tags of each of the posts."""
    found = {post_id: Labels([], []) for post_id in post_ids}
    if not found:
        return found
    for row in sorted(session.execute(_LABELS, {"ids": list(post_ids)}), key=lambda row: row.rank):
        to = found[row.post_id]
        (to.tags if row.gathers == "tag" else to.authors).append(row)
    return found


def _counted(session: Reading, wanted: Wanted) -> tuple[dict[str, int], list[str]]:
    """How many there are of each of `SHOWS` and of all, and in which languages, whichever of them is wanted."""
    way, values = _asked(replace(wanted, show="", language=""))
    counts = dict.fromkeys(("all", *SHOWS), 0)
    languages = set()
    for row in session.execute(_counts(way), values):
        languages.add(row.language)
        if wanted.language not in ("", row.language):
            continue
        counts["all"] += row.number
        counts[row.kind] += row.number
        counts["unlisted" if row.status == "published" and row.unlisted else row.status] += row.number
        counts["edited"] += row.waiting if row.status == "published" else 0
    return counts, sorted(languages)


def _asked(wanted: Wanted) -> tuple[_Way, dict[str, Any]]:
    """The way of asking for what is wanted, and the values that belong to it."""
    values: dict[str, Any] = {"kinds": [wanted.kind] if wanted.kind else ["post", "page"]}
    if wanted.drafts:
        values["status"] = "draft"
    if wanted.search:
        spelled = {"words": wanted.search, "first": wanted.search.capitalize(), "lowered": wanted.search.lower()}
        values |= {name: _pattern(words) for name, words in spelled.items()}
    given = {name: getattr(wanted, name) for name in (*_GATHERS, "own")} | {"language": wanted.language or None}
    values |= {name: value for name, value in given.items() if value is not None}
    return _Way(wanted.trashed, wanted.show, tuple(values)), values


def _pattern(words: str) -> str:
    for special in "/%_":
        words = words.replace(special, "/" + special)
    return f"%{words}%"


def _conditions(way: _Way) -> list[ColumnElement[bool]]:
    """What holds of the rows that are asked for."""
    trashed = _post.c.trashed_at
    found: list[ColumnElement[bool]] = [_post.c.kind.in_(bindparam("kinds", expanding=True))]
    found += [trashed.is_not(None), _post.c.visible == HIDDEN] if way.trashed else [trashed.is_(None)]
    if way.show:
        found += SHOWS[way.show]
    if "status" in way.given:
        found.append(_post.c.status == bindparam("status"))
    if "words" in way.given:
        # Beyond ASCII SQLite knows no small letters, so they are asked for in several spellings.
        words, first, lowered = (bindparam(name, type_=Text) for name in ("words", "first", "lowered"))
        for_all = [func.lower(text).like(lowered, escape="/") for text in (_post.c.title, _post.c.path)]
        as_typed = [text.like(each, escape="/") for text in (_post.c.title, _post.c.path) for each in (words, first)]
        found.append(or_(*for_all, *as_typed))
    if "language" in way.given:
        found.append(_post.c.language == bindparam("language"))
    for name, by in (*((name, name) for name in _GATHERS), ("own", "author")):
        if name in way.given:
            _, _, owner, post_id = _GATHERS[by]
            found.append(_id.in_(select(post_id).where(owner == bindparam(name))))
    return found


@lru_cache(maxsize=200)
def _selected(way: _Way) -> NamedSelect:
    return select(_id).where(*_conditions(way))


@lru_cache(maxsize=200)
def _counts(way: _Way) -> NamedSelect:
    """How many there are, by what an index (`ix_post_listing`) holds in its order."""
    by = (_post.c.kind, _post.c.language, _post.c.status, _post.c.unlisted)
    number, waiting = func.count().label("number"), func.count(_post.c.draft_revision_id).label("waiting")
    return select(*by, number, waiting).where(*_conditions(way)).group_by(*by)


@lru_cache(maxsize=400)
def _page(way: _Way, by: str, descending: bool, back: bool | None) -> NamedSelect:
    """The ids of a page and one more, with the value by which they are sorted; `back` is None for the first page."""
    conditions, order = _conditions(way), Order(SORTS[by], by, descending)
    if by != "published":
        source = _post.outerjoin(_read, _read.c.post_id == _id) if by == "views" else _post
        return keyset.cut(select(_id).select_from(source).where(*conditions), order, _id, back=back)
    # What is listed lies in the order of an index; what is not is little, and sorted anew.
    by_index = replace(order, column=_post.c.published_at)
    listed = keyset.cut(select(_id).where(*conditions, _post.c.visible == LISTED), by_index, _id, back=back)
    others = select(_id).select_from(_post.join(_subject, _subject.c.id == _id))
    hidden = keyset.cut(others.where(*conditions, _post.c.visible < LISTED), order, _id, back=back)
    both = union_all(select(listed.subquery("listed")), select(hidden.subquery("hidden"))).subquery("both")
    down = descending is not (back is True)
    sorting = (each.desc() if down else each.asc() for each in (both.c.sorted_by, both.c.id))
    return select(both.c.id, both.c.sorted_by).order_by(*sorting).limit(bindparam("size", type_=Integer))


def _shown(session: Reading, post_ids: Sequence[int], since: date) -> Sequence[NamedRow]:
    """The rows of these ids, in their order."""
    if not post_ids:
        return ()
    found = {row.id: row for row in session.execute(_SHOWN, {"ids": post_ids, "since": since})}
    return [found[post_id] for post_id in post_ids]


def _united(*statements: Select[Any]) -> NamedSelect:
    """One statement for the rows of all of them."""
    return select(union_all(*statements).subquery())


def _labelled(name: str, on: Any) -> Select[Any]:
    table, title, owner, post_id = _GATHERS[name]
    columns = (post_id.label("post_id"), literal(name).label("gathers"), title.label("name"), table.c.slug, on.c.rank)
    return select(*columns).join_from(table, on, owner == table.c.id).where(post_id.in_(_ids))


_LABELS = _united(_labelled("tag", _tagging), _labelled("author", _byline))
_SHOWN = (
    select(
        _id, _post.c.kind, _post.c.title, _post.c.path, _post.c.language, _post.c.status, _post.c.unlisted,
        _post.c.pinned, _post.c.published_at, _post.c.trashed_at, _subject.c.created_at,
        (_PUBLISHED & _post.c.draft_revision_id.is_not(None)).label("waiting"),
        func.coalesce(_revision.c.at, _subject.c.created_at, type_=UTCDateTime).label("changed_at"),
        func.coalesce(
            select(func.sum(_view.c.views)).where(_view.c.post_id == _id, _view.c.day > _since).scalar_subquery(), 0
        ).label("views"),
    )
    .select_from(_post.join(_subject, _subject.c.id == _id).outerjoin(_revision, _revision.c.id == _text_id))
    .where(_id.in_(_ids))
)  # fmt: skip
