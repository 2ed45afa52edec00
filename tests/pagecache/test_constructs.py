"""What SELECTs of all sorts read, held against what they give: whatever changes an answer touches what was recorded."""

import random
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from tests.factories import day
from tests.pagecache.cached import Cached
from westmarch.changes import queries as changes
from westmarch.db.model import Model
from westmarch.db.sessions import Reading
from westmarch.pagecache import reads
from westmarch.pagecache.reads import Recording
from westmarch.posts.models import ArchiveCount, Byline, Post, Related
from westmarch.tags.models import Tag, Tagging

#: How many changes are tried.
CHANGES = 150

OTHER = aliased(Post)
_post, _related = Post.__table__, Related.__table__
FAR = aliased(Post)
_pages = select(Post.id.label("id")).where(Post.kind == "page").subquery()
THIRD = aliased(Tag)
_newest = select(Post.id).order_by(Post.published_at.desc(), Post.id).limit(2)
_both = union_all(
    select(Post.id.label("id"), Post.title.label("name"), Post.minutes.label("weight")),
    select(Tag.id, Tag.name, Tag.post_count),
)
_cut = _both.order_by("weight", "id").limit(3).subquery()
_cut_parts = union_all(
    select(Post.id.label("id"), Post.title.label("name")).order_by(Post.minutes, Post.id).limit(2).subquery().select(),
    select(Tag.id, Tag.name),
).subquery()
_minus = select(Post.id.label("id"), Post.language.label("name")).except_(select(Tag.id, Tag.name)).subquery()
_without = (
    select(Post.id.label("id"), Post.minutes.label("n")).except_(select(Related.post_id, Related.rank)).subquery()
)
_counts_of = (
    select(Tag.id.label("id"), Tag.post_count.label("n"))
    .intersect(select(ArchiveCount.year, ArchiveCount.posts))
    .subquery()
)
_same = union(select(Post.language.label("w")), select(Post.kind)).subquery()
_all = _both.subquery()
_within = select(Post.id, Post.title).order_by(Post.minutes, Post.id).limit(2).subquery()
_tags_of = select(func.count()).select_from(Tagging).where(Tagging.subject_id == Post.id).scalar_subquery()

#: By name; each has an order that leaves nothing open.
STATEMENTS: dict[str, Select[*tuple[Any, ...]]] = {
    "or": select(Post.id, Post.title).where(or_(Post.slug == "p1", Post.minutes > 3)).order_by(Post.id),
    "or of keys": select(Post.id, Post.title).where(or_(Post.id == 3, Post.kind == "page")).order_by(Post.id),
    "not": select(Post.title).where(not_(Post.kind == "post")).order_by(Post.title),
    "not and": select(Post.title).where(not_(and_(Post.kind == "post", Post.minutes < 5))).order_by(Post.title),
    "not flag": select(Post.id).where(~Post.unlisted).order_by(Post.id),
    "flag": select(Post.id).where(Post.unlisted).order_by(Post.id),
    "flag is": select(Post.id).where(Post.unlisted.is_(True)).order_by(Post.id),
    "other than": select(Post.id, Post.slug).where(Post.kind != "page").order_by(Post.id),
    "between": select(Post.id).where(Post.minutes.between(1, 5)).order_by(Post.id),
    "not between": select(Post.id).where(~Post.visible.between(1, 5)).order_by(Post.id),
    "in": select(Post.id, Post.title).where(Post.kind.in_(["page", "x"])).order_by(Post.id),
    "in nothing": select(Post.id, Post.title).where(Post.kind.in_([])).order_by(Post.id),
    "not in": select(Post.id, Post.title).where(Post.visible.not_in([0, 1])).order_by(Post.id),
    "in select": select(Post.id, Post.title).where(Post.id.in_(select(Tagging.subject_id))).order_by(Post.id),
    "not in select": select(Post.id).where(Post.id.not_in(select(Tagging.subject_id))).order_by(Post.id),
    "in cut select": select(Post.title).where(Post.id.in_(_newest.subquery().select())).order_by(Post.id),
    "exists": select(Post.id, Post.title)
    .where(exists().where(Tagging.subject_id == Post.id, Tagging.rank > 1))
    .order_by(Post.id),
    "not exists": select(Post.id).where(~exists().where(Tagging.subject_id == Post.id)).order_by(Post.id),
    "exists or": select(Post.id)
    .where(or_(exists().where(Related.post_id == Post.id), Post.minutes == 7))
    .order_by(Post.id),
    "any": select(Tag.name, exists().where(Tagging.tag_id == Tag.id)).order_by(Tag.id),
    "distinct": select(Post.language).distinct().order_by(Post.language),
    "distinct of join": select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).distinct().order_by(Tag.name),
    "limit": select(Post.id, Post.title).order_by(Post.minutes, Post.id).limit(2),
    "offset": select(Post.id, Post.title).order_by(Post.minutes, Post.id).offset(2),
    "offset of one to many": select(Post.id, Tagging.tag_id)
    .outerjoin(Tagging, Tagging.subject_id == Post.id)
    .order_by(Post.id, Tagging.tag_id)
    .limit(3)
    .offset(2),
    "offset of few to many": select(Post.id, Related.rank)
    .outerjoin(Related, Related.post_id == Post.id)
    .order_by(Post.id)
    .limit(2)
    .offset(2),
    "lower": select(Post.id).where(func.lower(Post.slug) == "p1").order_by(Post.id),
    "coalesce": select(Post.id).where(func.coalesce(Post.translation_group, "new") == "new").order_by(Post.id),
    "sum": select(Post.id).where(Post.minutes + Post.visible == 3).order_by(Post.id),
    "reversed": select(Post.id).where(literal("page") == Post.kind).order_by(Post.id),
    "two columns": select(Post.id).where(Post.minutes == Post.visible).order_by(Post.id),
    "like": select(Post.id).where(Post.slug.like("p%")).order_by(Post.id),
    "prefix": select(Post.id).where(Post.path.startswith("/p")).order_by(Post.id),
    "distinct from": select(Post.id).where(Post.cover_id.is_distinct_from(1)).order_by(Post.id),
    "null": select(Post.id).where(Post.cover_id.is_(None)).order_by(Post.id),
    "not null": select(Post.id).where(Post.previous_id.is_not(None)).order_by(Post.id),
    "equals null": select(Post.id).where(Post.cover_id == bindparam("n", None)).order_by(Post.id),
    "case": select(Post.id).where(case((Post.kind == "page", 1), else_=Post.minutes) == 1).order_by(Post.id),
    "case shown": select(Post.id, case((Post.pinned, Post.title), else_=Post.slug)).order_by(Post.id),
    "order by case": select(Post.id).order_by(case((Post.pinned, 0), else_=1), Post.id).limit(2),
    "self join": select(Post.id, OTHER.title).join(OTHER, OTHER.id == Post.next_id).order_by(Post.id),
    "self left join": select(Post.id, OTHER.title).outerjoin(OTHER, OTHER.id == Post.next_id).order_by(Post.id),
    "self join of keys that come back": select(Post.id, Post.next_id, OTHER.title)
    .join(OTHER, OTHER.id == Post.next_id)
    .order_by(Post.id),
    "self join that is filtered": select(Post.id, OTHER.id, OTHER.title)
    .join(OTHER, OTHER.id == Post.next_id)
    .where(OTHER.kind == "post", Post.kind == "post")
    .order_by(Post.id),
    "self left join by a foreign key to the left": select(Post.id, OTHER.id, OTHER.title)
    .outerjoin(OTHER, OTHER.previous_id == Post.id)
    .order_by(Post.id, OTHER.id),
    "left join of few to many, cut behind its beginning": select(_post.c.id, _related.c.rank)
    .outerjoin(_related, _related.c.post_id == _post.c.id)
    .order_by(_post.c.id)
    .limit(2)
    .offset(2),
    "self left join that is cut": select(Post.id, OTHER.id, OTHER.title)
    .outerjoin(OTHER, OTHER.id == Post.next_id)
    .order_by(OTHER.minutes, Post.id)
    .limit(2),
    "two of one": select(Tag.name, THIRD.name).where(Tag.post_count == THIRD.post_count).order_by(Tag.id, THIRD.id),
    "without": select(Post.id, Post.title)
    .outerjoin(Tagging, Tagging.subject_id == Post.id)
    .where(Tagging.tag_id.is_(None))
    .order_by(Post.id),
    "without of a kind": select(Post.id, Post.title)
    .outerjoin(Tagging, and_(Tagging.subject_id == Post.id, Tagging.rank == 0))
    .where(Tagging.tag_id.is_(None))
    .order_by(Post.id),
    "left join that decides": select(Post.id, Post.next_id)
    .outerjoin(OTHER, OTHER.id == Post.next_id)
    .where(OTHER.kind == "page")
    .order_by(Post.id),
    "left join that decides by what is not there": select(Post.id, Post.title)
    .outerjoin(OTHER, OTHER.id == Post.next_id)
    .where(OTHER.id.is_(None))
    .order_by(Post.id),
    "left join of a value of the left that decides": select(Post.id, Post.title)
    .outerjoin(Tagging, and_(Tagging.subject_id == Post.id, Post.minutes < 4))
    .where(Tagging.tag_id.is_(None))
    .order_by(Post.id),
    "chain that decides": select(Post.id, Post.next_id, Post.title)
    .outerjoin(OTHER, OTHER.id == Post.next_id)
    .outerjoin(FAR, FAR.id == OTHER.next_id)
    .where(FAR.minutes > 1)
    .order_by(Post.id),
    "chain that is cut": select(Post.id, Post.next_id, OTHER.id, OTHER.next_id)
    .outerjoin(OTHER, OTHER.id == Post.next_id)
    .outerjoin(FAR, FAR.id == OTHER.next_id)
    .order_by(FAR.minutes, Post.id)
    .limit(2),
    "subquery on the right that decides": select(Post.id, Post.next_id)
    .outerjoin(_pages, _pages.c.id == Post.next_id)
    .where(_pages.c.id.is_(None))
    .order_by(Post.id),
    "subquery on the right that cuts": select(Post.id, Post.next_id)
    .outerjoin(_within, _within.c.id == Post.next_id)
    .order_by(_within.c.title, Post.id)
    .limit(2),
    "subquery on the left": select(_within.c.id, Tagging.tag_id)
    .outerjoin(Tagging, Tagging.subject_id == _within.c.id)
    .order_by(_within.c.id, Tagging.tag_id),
    "inner join after a left one": select(Post.id, Related.rank, OTHER.title)
    .outerjoin(Related, Related.post_id == Post.id)
    .join(OTHER, OTHER.id == Related.other_id)
    .order_by(Post.id, Related.rank),
    "join of foreign keys both ways": select(Post.id, OTHER.id, OTHER.title)
    .join(OTHER, and_(OTHER.id == Post.next_id, OTHER.previous_id == Post.id))
    .order_by(Post.id),
    "left join that decides within": select(Post.id, Post.next_id)
    .outerjoin(OTHER, OTHER.id == Post.next_id)
    .where(exists().where(Tagging.subject_id == OTHER.id))
    .order_by(Post.id),
    "exists of alias": select(Post.id)
    .where(exists().where(OTHER.previous_id == Post.id, OTHER.minutes == Post.minutes))
    .order_by(Post.id),
    "join on a value": select(Tag.name)
    .join(Tagging, and_(Tagging.tag_id == Tag.id, Tagging.rank == 0))
    .order_by(Tag.name),
    "left join on a value of the left": select(Post.id, Tagging.tag_id)
    .outerjoin(Tagging, and_(Tagging.subject_id == Post.id, Post.kind == "post"))
    .order_by(Post.id, Tagging.tag_id),
    "left join on or": select(Post.id, Tagging.tag_id)
    .outerjoin(Tagging, or_(Tagging.subject_id == Post.id, Tagging.tag_id == Post.id))
    .order_by(Post.id, Tagging.tag_id),
    "chain": select(Post.id, Related.rank, OTHER.title)
    .outerjoin(Related, Related.post_id == Post.id)
    .outerjoin(OTHER, OTHER.id == Related.other_id)
    .order_by(Post.id, Related.rank),
    "chain with keys": select(Post.id, Related.other_id, OTHER.title, OTHER.id)
    .outerjoin(Related, Related.post_id == Post.id)
    .outerjoin(OTHER, OTHER.id == Related.other_id)
    .order_by(Post.id, Related.rank),
    "chain with a condition at its end": select(Post.id, Related.other_id, OTHER.title)
    .outerjoin(Related, Related.post_id == Post.id)
    .outerjoin(OTHER, and_(OTHER.id == Related.other_id, OTHER.visible == 2))
    .order_by(Post.id, Related.rank),
    "parent": select(Tagging.subject_id, Tagging.tag_id, Tag.name)
    .join(Tag, Tag.id == Tagging.tag_id)
    .order_by(Tagging.subject_id, Tagging.tag_id),
    "parent of few": select(Tagging.tag_id, Tag.name)
    .join(Tag, Tag.id == Tagging.tag_id)
    .where(Tagging.subject_id == 3)
    .order_by(Tagging.rank, Tagging.tag_id),
    "parent by its key": select(Tag.id, Tag.name)
    .join(Tagging, Tag.id == Tagging.tag_id)
    .where(Tagging.subject_id == 3)
    .order_by(Tagging.rank, Tag.id),
    "parent with exists": select(Tagging.subject_id, Tagging.tag_id, Tag.name)
    .join(Tag, Tag.id == Tagging.tag_id)
    .where(exists().where(Byline.author_id == Tag.id))
    .order_by(Tagging.subject_id, Tagging.tag_id),
    "count": select(func.count()).select_from(Post).where(Post.visible == 2),
    "count of join": select(func.count()).select_from(Post).join(Tagging, Tagging.subject_id == Post.id),
    "most": select(func.max(Post.minutes)).where(Post.kind == "post"),
    "grouped": select(Post.kind, func.count()).group_by(Post.kind).order_by(Post.kind),
    "grouped, having": select(Tagging.tag_id)
    .group_by(Tagging.tag_id)
    .having(func.count() > 2)
    .order_by(Tagging.tag_id),
    "grouped join": select(Tag.name, func.count(Tagging.subject_id))
    .outerjoin(Tagging, Tagging.tag_id == Tag.id)
    .group_by(Tag.id, Tag.name)
    .order_by(Tag.id),
    "scalar": select(Post.id, _tags_of).order_by(Post.id),
    "scalar in where": select(Post.id).where(_tags_of > 1).order_by(Post.id),
    "scalar in order": select(Post.id).order_by(_tags_of, Post.id).limit(2),
    "compared with a scalar": select(Post.id)
    .where(Post.minutes == select(func.max(OTHER.minutes)).scalar_subquery())
    .order_by(Post.id),
    "union": select(_all.c.id, _all.c.name).order_by(_all.c.id),
    "union in order": select(_all.c.name).order_by(_all.c.weight, _all.c.id).limit(2),
    "union that is cut": select(_cut.c.id, _cut.c.name, _cut.c.weight).order_by(_cut.c.id),
    "union of what is cut": select(_cut_parts.c.id, _cut_parts.c.name).order_by(_cut_parts.c.id),
    "union without doubles": select(_same.c.w).order_by(_same.c.w),
    "except": select(_minus.c.id, _minus.c.name).order_by(_minus.c.id),
    "except of numbers": select(_without.c.id, _without.c.n).order_by(_without.c.id),
    "intersection": select(_counts_of.c.id, _counts_of.c.n).order_by(_counts_of.c.id),
    "within": select(_within.c.id, _within.c.title).order_by(_within.c.id),
    "within and joined": select(_within.c.id, Tagging.tag_id)
    .outerjoin(Tagging, Tagging.subject_id == _within.c.id)
    .order_by(_within.c.id, Tagging.tag_id),
    "within and filtered": select(_within.c.title).where(_within.c.title != "Sea").order_by(_within.c.id),
    "moment": select(Post.id).where(Post.published_at < day(100)).order_by(Post.id),
    "equal moments": select(Post.id).where(Post.published_at == day(80)).order_by(Post.id),
    "moment of a join": select(Tag.name)
    .join(Tagging, Tagging.tag_id == Tag.id)
    .where(Tagging.listed_at >= day(100))
    .order_by(Tag.name),
}  # fmt: skip


def ask(session: Reading, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What a statement gives."""
    return [tuple(row) for row in session.execute(statement).all()]


async def record(cached: Cached, statement: Select[*tuple[Any, ...]]) -> tuple[Recording, list[tuple[Any, ...]]]:
    """What a statement reads and gives."""
    with reads.recorded() as recording:
        rows = await cached.db.read(ask, statement)
    return recording, rows


def vary(session: Session, chosen: random.Random) -> None:
    """One change, as a stranger makes it: a column of a row, or a row that comes or goes."""
    posts, tags = session.scalars(select(Post.id)).all(), session.scalars(select(Tag.id)).all()
    one, other, number = chosen.choice(posts), chosen.choice(posts), chosen.randrange(8)
    which, comes = chosen.randrange(10), chosen.random() < 0.6
    if which < 2:
        key = {"subject_id": one, "tag_id": chosen.choice(tags)}
        _change(session, Tagging, key, {"rank": number % 3, "listed_at": day(90 + number)} if comes else None)
    elif which < 4:
        _change(session, Related, {"post_id": one, "rank": number % 3}, {"other_id": other} if comes else None)
    elif which == 4:
        _change(session, ArchiveCount, {"scope_id": 0, "year": chosen.choice(tags), "month": 1}, {"posts": number})
    elif which == 5:
        session.execute(update(Tag).where(Tag.id == chosen.choice(tags)).values(post_count=number))
    else:
        fields: list[dict[str, Any]] = [
            {"minutes": number}, {"minutes": number % 3}, {"kind": ("post", "page")[number % 2]}, {"pinned": comes},
            {"unlisted": comes}, {"published_at": day(40 * number)}, {"next_id": other if comes else None},
            {"previous_id": other if comes else None}, {"slug": f"p{number}"}, {"language": ("en", "de")[number % 2]},
            {"translation_group": ("old", "new", None)[number % 3]},
        ]  # fmt: skip
        session.execute(update(Post).where(Post.id == one).values(chosen.choice(fields)))


def _change(session: Session, model: type[Model], key: dict[str, Any], values: dict[str, Any] | None) -> None:
    """Take a row out, and put another one in at its key."""
    session.execute(delete(model).filter_by(**key))
    if values is not None:
        session.execute(insert(model).values(**key, **values))


async def test_whatever_changes_an_answer_touches_what_was_recorded(cached: Cached) -> None:
    chosen, missed = random.Random(7), set[str]()
    known = {name: await record(cached, statement) for name, statement in STATEMENTS.items()}
    assert [name for name, (recording, _) in known.items() if recording.unclear] == []
    for _ in range(CHANGES):
        before = await cached.db.read(changes.position)
        await cached.db.write(vary, chosen)
        news = await cached.db.read(changes.since, before, 100)
        for name, statement in STATEMENTS.items():
            recording, rows = known[name]
            known[name] = await record(cached, statement)
            touched = any(
                read.use.table == change.table and read.touched(change) for change in news for read in recording.reads
            )
            if rows != known[name][1] and not touched:
                missed.add(name)
    assert sorted(missed) == []
