"""How often posts were read over a period: by day, by post, and by the site that readers came from."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import Select, func, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.posts.models import Byline, Post, PostReferrer, PostView

Ts = TypeVarTuple("Ts")


class Day(NamedTuple):
    """A day, and how often posts were read on it."""

    day: date
    views: int


def by_day(session: Reading, today: date, days: int, *, author_id: int | None = None) -> list[Day]:
    """The views of the last `days` days, today among them, oldest first; of one author's posts where one is given."""
    views = func.sum(PostView.views).label("views")
    statement = select(PostView.day, views).where(*_within(PostView, today, days)).group_by(PostView.day)
    counts = {row.day: int(row.views) for row in session.execute(_of(statement, PostView, author_id))}
    first = today - timedelta(days=days - 1)
    return [Day(day, counts.get(day, 0)) for day in (first + timedelta(days=each) for each in range(days))]


def total(session: Reading, today: date, days: int, *, author_id: int | None = None) -> int:
    """How often posts were read in the last `days` days, `today` among them."""
    statement = select(func.sum(PostView.views)).where(*_within(PostView, today, days))
    return int(session.scalar(_of(statement, PostView, author_id)) or 0)


def by_post(
    session: Reading, today: date, days: int, *, author_id: int | None = None, most: int = 10
) -> Sequence[NamedRow]:
    """The posts and pages that were read most (`id`, `kind`, `title`, `views`), most first."""
    views = func.sum(PostView.views)
    statement = select(PostView.post_id, views.label("views")).where(*_within(PostView, today, days))
    sums = _of(statement, PostView, author_id).group_by(PostView.post_id).subquery()
    return session.execute(
        select(Post.id, Post.kind, Post.title, sums.c.views)
        .join(sums, sums.c.post_id == Post.id)
        .order_by(sums.c.views.desc(), Post.id.desc())
        .limit(most)
    ).all()


def by_referrer(
    session: Reading, today: date, days: int, *, author_id: int | None = None, most: int = 10
) -> Sequence[NamedRow]:
    """The other sites from which readers came (`host`, `views`), most first."""
    views = func.sum(PostReferrer.views)
    statement = select(PostReferrer.host, views.label("views")).where(*_within(PostReferrer, today, days))
    grouped = _of(statement, PostReferrer, author_id).group_by(PostReferrer.host)
    return session.execute(grouped.order_by(views.desc(), PostReferrer.host).limit(most)).all()


def _within(table: Any, today: date, days: int) -> tuple[Any, Any]:
    return table.day > today - timedelta(days=days), table.day <= today


def _of(statement: Select[*Ts], table: Any, author_id: int | None) -> Select[*Ts]:
    """Only what was read of an author's posts, where one is given."""
    if author_id is None:
        return statement
    return statement.join(Byline, (Byline.post_id == table.post_id) & (Byline.author_id == author_id))
