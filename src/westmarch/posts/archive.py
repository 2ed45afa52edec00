"""Finding a page of a list without counting the site: the counts of months say where it begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, union_all

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.posts.models import ArchiveCount


@dataclass(frozen=True, slots=True)
class Scope:
    """A list of posts by time: all of the site's, a tag's or an author's; `id` is its scope in `archive_count`."""

    of: Literal["site", "tag", "author"] = "site"
    id: int = 0


SITE = Scope()
#: Later than any post.
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """Where a page of a list lies: of the posts before the moment `before`, newest first, leave `skip`, take `take`."""

    before: datetime
    skip: int
    take: int


_count = ArchiveCount.__table__
_COUNTS = (
    select(_count.c.year, _count.c.month, _count.c.posts)
    .where(_count.c.scope_id == bindparam("scope"), _count.c.posts > 0)
    .order_by(_count.c.year.desc(), _count.c.month.desc())
)


def counts(session: Reading, scope: Scope = SITE) -> Sequence[NamedRow]:
    """Year, month and number of listed posts of each month that has any, newest first."""
    return session.execute(_COUNTS, {"scope": scope.id}).all()


_OF_YEAR = _COUNTS.where(_count.c.year == bindparam("year"))


def of_year(session: Reading, year: int) -> Sequence[NamedRow]:
    """The counts of the months of a year of the site, newest first."""
    return session.execute(_OF_YEAR, {"scope": SITE.id, "year": year}).all()


# Only where to look: what is shown depends on the counts that are read then, whatever this says.
_OLDEST_FIRST = (
    select(_count.c.year, _count.c.month, _count.c.posts)
    .where(_count.c.scope_id == bindparam("scope"))
    .order_by(_count.c.year, _count.c.month)
    .execution_options(reads=())
)
_until = union_all(
    _COUNTS.where(_count.c.year < bindparam("year")).order_by(None),
    _COUNTS.where(_count.c.year == bindparam("year"), _count.c.month <= bindparam("month")).order_by(None),
).subquery()
_UNTIL = select(_until).order_by(_until.c.year.desc(), _until.c.month.desc())


def oldest(session: Reading, scope: Scope, posts: int) -> Sequence[NamedRow]:
    """The counts of the oldest months, newest first, which together hold more than `posts` posts; all where none do.

    So what is counted from the oldest post does not depend on the newer ones.
    """
    held = 0
    for row in session.execute(_OLDEST_FIRST, {"scope": scope.id}).all():
        held += row.posts
        if held > posts:
            return session.execute(_UNTIL, {"scope": scope.id, "year": row.year, "month": row.month}).all()
    return counts(session, scope)


_HELD = (
    select(_count.c.year, _count.c.month)
    .where(_count.c.scope_id == SITE.id, _count.c.posts > 0)
    .order_by(_count.c.year, _count.c.month)
)
_CROWDED = select(_count.c.year).distinct().where(_count.c.scope_id == SITE.id, _count.c.posts > bindparam("posts"))


def months(session: Reading) -> Sequence[NamedRow]:
    """Year and month of each month that has listed posts, oldest first."""
    return session.execute(_HELD).all()


def crowded(session: Reading, posts: int) -> Sequence[int]:
    """The years with a month that has more than `posts` listed posts."""
    return [row.year for row in session.execute(_CROWDED, {"posts": posts})]


def total(counted: Iterable[NamedRow]) -> int:
    """How many posts the months hold together."""
    return sum(month.posts for month in counted)


def month_end(year: int, month: int, zone: ZoneInfo) -> datetime:
    """The first moment after a month of the calendar in `zone`, in UTC."""
    if (year, month) >= (9999, 12):
        return END_OF_TIME
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return after.astimezone(UTC)


def window(counted: Sequence[NamedRow], skip: int, size: int, zone: ZoneInfo) -> Window | None:
    """The window of the `size` posts after the `skip` newest, or None where the list has no such posts."""
    left = total(counted) - skip
    if left <= 0:
        return None
    for month in counted:
        if skip < month.posts:
            return Window(month_end(month.year, month.month, zone), skip, min(size, left))
        skip -= month.posts
    return None


_YEARS = (
    select(_count.c.year, func.sum(_count.c.posts).label("posts"))
    .where(_count.c.scope_id == bindparam("scope"), _count.c.posts > 0)
    .group_by(_count.c.year)
    .order_by(_count.c.year.desc())
    .limit(bindparam("limit"))
)


def years(session: Reading, limit: int) -> Sequence[NamedRow]:
    """The newest years that have listed posts, and how many."""
    return session.execute(_YEARS, {"scope": SITE.id, "limit": limit}).all()


_TOTAL = select(func.sum(_count.c.posts)).where(_count.c.scope_id == bindparam("scope"))


def size(session: Reading, scope: Scope) -> int:
    """How many listed posts a scope has."""
    return session.execute(_TOTAL, {"scope": scope.id}).scalar_one() or 0


def place(
    session: Reading, scope: Scope, skip: int, take: int, zone: ZoneInfo, count: int | None = None
) -> tuple[int, Window | None]:
    """How many posts a scope has, and the window of the `take` after the `skip` newest (None where there are none).

    The first page needs no month, and is asked for most: its `count` may be known, else the database adds up for it.
    A count below zero, which only another program can have written, is none.
    """
    if skip:
        found = counts(session, scope)
        return total(found), window(found, skip, take, zone)
    posts = size(session, scope) if count is None else count
    return posts, Window(END_OF_TIME, 0, min(take, posts)) if posts > 0 else None
