"""The first page of the admin: what waits, what is read, and how the site is. Writers see their own posts alone."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import condition, shell
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.posts import ownership, readership
from westmarch.posts.models import Byline, Post
from westmarch.posts.readership import Day
from westmarch.web.replies import Reply

#: The chart's days, and how many entries a list has.
DAYS, MOST = 30, 5


class Seen(NamedTuple):
    """What the page shows; `posts` is how many there are outside the trash."""

    posts: int
    drafts: Sequence[NamedRow]
    scheduled: Sequence[NamedRow]
    days: list[Day]
    read: Sequence[NamedRow]
    referrers: Sequence[NamedRow]


def look(session: Reading, today: date, author_id: int | None) -> Seen:
    """What there is, of everybody or of one author alone."""
    there: list[Any] = [Post.trashed_at.is_(None)]
    if author_id is not None:
        there.append(Post.id.in_(select(Byline.post_id).where(Byline.author_id == author_id)))
    waiting = select(Post.id, Post.kind, Post.title, Post.published_at).where(*there)
    return Seen(
        session.scalar(select(func.count()).select_from(Post).where(*there)) or 0,
        session.execute(waiting.where(Post.status == "draft").order_by(Post.id.desc()).limit(MOST)).all(),
        session.execute(
            waiting.where(Post.status == "scheduled").order_by(Post.published_at, Post.id).limit(MOST)
        ).all(),
        readership.by_day(session, today, DAYS, author_id=author_id),
        readership.by_post(session, today, DAYS, author_id=author_id, most=MOST),
        readership.by_referrer(session, today, DAYS, author_id=author_id, most=MOST),
    )


async def dashboard(request: Request) -> Reply:
    """`/admin/`: what waits, what is read, and how the site is."""
    who = signed_in(request)
    seen: Seen = await request.app.state.db.read(look, now().date(), ownership.own_only(who))
    parts = await condition.parts(request.app) if who.may(Right.AUDIT) else []
    return shell.page(
        request,
        "dashboard.html",
        title="Dashboard",
        seen=seen,
        own=ownership.own_only(who) is not None,
        total=sum(day.views for day in seen.days),
        audits=who.may(Right.AUDIT),
        wrong=[part.title for part in parts if part.state in ("bad", "warn")],
    )


ROUTES = (Guarded("/admin/", dashboard, right=Right.SIGN_IN),)
