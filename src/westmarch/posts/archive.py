"""Finding a page of a list without counting the site: the counts of months say where it begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

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


def total(months: Iterable[NamedRow]) -> int:
    """How many posts the months hold together."""
    return sum(month.posts for month in months)


def month_end(year: int, month: int, zone: ZoneInfo) -> datetime:
    """The first moment after a month of the calendar in `zone`, in UTC."""
    if (year, month) >= (9999, 12):
        return END_OF_TIME
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return after.astimezone(UTC)


def window(months: Sequence[NamedRow], skip: int, size: int, zone: ZoneInfo) -> Window | None:
    """The window of the `size` posts after the `skip` newest, or None where the list has no such posts."""
    left = total(months) - skip
    if left <= 0:
        return None
    for month in months:
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


def place(session: Reading, scope: Scope, skip: int, size: int, zone: ZoneInfo) -> tuple[int, Window | None]:
    """How many posts a scope has, and the window of the `size` after the `skip` newest (None where there are none).

    The first page needs no month, and is asked for most: the database adds up for it.
    """
    if skip:
        months = counts(session, scope)
        return total(months), window(months, skip, size, zone)
    posts = session.execute(_TOTAL, {"scope": scope.id}).scalar_one() or 0
    return posts, Window(END_OF_TIME, 0, min(size, posts)) if posts else None
