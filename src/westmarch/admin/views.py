"""How often posts were read: by day, by post and by the site that readers came from, over a period."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from starlette.requests import Request

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import chart, shell
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.posts import readership
from westmarch.posts.readership import Day
from westmarch.web.replies import Reply

PATH = "/admin/views/"
#: The periods, in days, with their names, the one that is shown first, and how many entries a list has.
PERIODS: Mapping[int, str] = {7: "7 days", 30: "30 days", 90: "90 days", 365: "A year"}
FIRST, MOST = 30, 50


class Seen(NamedTuple):
    """What the page shows."""

    days: list[Day]
    read: Sequence[NamedRow]
    referrers: Sequence[NamedRow]


def look(session: Reading, today: date, days: int) -> Seen:
    """The views of so many days."""
    return Seen(
        readership.by_day(session, today, days),
        readership.by_post(session, today, days, most=MOST),
        readership.by_referrer(session, today, days, most=MOST),
    )


async def views(request: Request) -> Reply:
    """`/admin/views/`: the views of a period; another one than is offered is the first."""
    asked = request.query_params.get("days", "")
    days = next((each for each in PERIODS if str(each) == asked), FIRST)
    seen: Seen = await request.app.state.db.read(look, shell.today(request), days)
    href = request.app.state.surface.href(PATH)
    return shell.page(
        request,
        "views.html",
        title="Views",
        seen=seen,
        chart=chart.drawn(seen.days),
        most=MOST,
        periods=[(name, f"{href}?days={each}", None, each == days) for each, name in PERIODS.items()],
    )


ROUTES = (Guarded(PATH, views, right=Right.EDIT_ALL),)
