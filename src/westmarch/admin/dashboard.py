"""The first page of the admin: what waits, what is read, and how the site is. Writers see their own posts alone."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import chart, condition, shell
from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.journal import queries as journal
from westmarch.posts import ownership, readership
from westmarch.posts.models import Byline, Post
from westmarch.posts.readership import Day
from westmarch.presence import queries as presence
from westmarch.subjects.models import Revision
from westmarch.web.replies import Reply

#: The chart's days, and how many entries a list has.
DAYS, MOST = 30, 5


class Seen(NamedTuple):
    """What the page shows; `counts` are the posts and pages by status, `before` the views of the time before `days`."""

    counts: Mapping[str, int]
    drafts: Sequence[NamedRow]
    scheduled: Sequence[NamedRow]
    days: list[Day]
    before: int
    read: Sequence[NamedRow]
    referrers: Sequence[NamedRow]

    @property
    def change(self) -> str:
        """How the views compare with those of the same time before, as `12 % more`; empty where there were none."""
        if not self.before:
            return ""
        percent = round((sum(day.views for day in self.days) - self.before) * 100 / self.before)
        words = "as many as" if percent == 0 else f"{abs(percent):,} % {'more' if percent > 0 else 'less'} than"
        return f"{words} in the {len(self.days)} days before"


def look(session: Reading, today: date, author_id: int | None) -> Seen:
    """What there is, of everybody or of one author alone."""
    there: list[Any] = [Post.trashed_at.is_(None)]
    if author_id is not None:
        there.append(Post.id.in_(select(Byline.post_id).where(Byline.author_id == author_id)))
    columns = (Post.id, Post.kind, Post.title, Post.published_at, Revision.at.label("saved_at"))
    texts = (Revision, Revision.id == Post.draft_revision_id)
    waiting = select(*columns).select_from(Post).outerjoin(*texts).where(*there)
    counted = session.execute(select(Post.status, func.count()).where(*there).group_by(Post.status)).all()
    earlier = today - timedelta(days=DAYS)
    return Seen(
        {row[0]: row[1] for row in counted},
        session.execute(
            waiting.where(Post.status == "draft").order_by(Post.draft_revision_id.desc(), Post.id.desc()).limit(MOST)
        ).all(),
        session.execute(
            waiting.where(Post.status == "scheduled").order_by(Post.published_at, Post.id).limit(MOST)
        ).all(),
        readership.by_day(session, today, DAYS, author_id=author_id),
        readership.total(session, earlier, DAYS, author_id=author_id),
        readership.by_post(session, today, DAYS, author_id=author_id, most=MOST),
        readership.by_referrer(session, today, DAYS, author_id=author_id, most=MOST),
    )


async def dashboard(request: Request) -> Reply:
    """`/admin/`: what waits, what is read, and how the site is."""
    who = signed_in(request)
    own = ownership.own_only(who)
    seen: Seen = await request.app.state.db.read(look, shell.today(request), own)
    db: Database = request.app.state.db
    not_saved = await db.read(journal.all_of, who.account_id)
    parts = await condition.parts(request.app) if who.may(Right.AUDIT) else []
    return shell.page(
        request,
        "dashboard.html",
        title="Dashboard",
        seen=seen,
        not_saved=not_saved,
        living=await db.read(presence.tabs, who.account_id, now()) if not_saved else [],
        chart=chart.drawn(seen.days),
        own=own is not None,
        audits=who.may(Right.AUDIT),
        wrong=[part for part in parts if part.state in ("bad", "warn")],
        words=condition.WORDS,
        greets=not seen.counts,
    )


ROUTES = (Guarded("/admin/", dashboard, right=Right.SIGN_IN),)
