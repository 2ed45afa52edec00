"""How often posts were read over a period, and the page that shows it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.accounts.people import signed_in
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.db.types import now
from westmarch.posts import options, readership, views


async def test_only_the_days_of_the_period_count(reader: Reader) -> None:
    today = now().date()
    one = await reader.do(lambda session: post(session, "One"))
    two = await reader.do(lambda session: post(session, "Two"))
    await reader.do(views.store, {one: 3, two: 5}, today, {(one, "a.example"): 2})
    await reader.do(views.store, {one: 4}, today - timedelta(days=6), {(one, "b.example"): 9})
    await reader.do(views.store, {one: 100}, today - timedelta(days=7), {(one, "b.example"): 50})
    days = await reader.db.read(readership.by_day, today, 7)
    assert [day.views for day in days] == [4, 0, 0, 0, 0, 0, 8]
    read = await reader.db.read(readership.by_post, today, 7)
    assert [(row.id, row.views) for row in read] == [(one, 7), (two, 5)]
    came = await reader.db.read(readership.by_referrer, today, 7, most=1)
    assert [(row.host, row.views) for row in came] == [("b.example", 9)]


@pytest.mark.parametrize(("query", "days"), [("", 30), ("?days=7", 7), ("?days=365", 365), ("?days=%00x", 30)])
async def test_editors_see_the_views_of_a_period(reader: Reader, query: str, days: int) -> None:
    await signed_in(reader, "Ed", role="editor")
    text = await reader.page(f"/admin/views/{query}")
    assert f"0 in the last {days} days" in text


async def test_writers_do_not_see_the_views_of_others(reader: Reader) -> None:
    await signed_in(reader, "Ann", role="author")
    assert (await reader.get("/admin/views/")).status_code == 403


@pytest.mark.parametrize("changes_on", [date(2026, 3, 29), date(2026, 10, 25)])
async def test_when_clocks_are_changed_each_day_is_there_once(reader: Reader, changes_on: date) -> None:
    one = await reader.do(lambda session: post(session, "One"))
    for number in range(-2, 3):
        await reader.do(views.store, {one: 10 + number}, changes_on + timedelta(days=number))
    days = await reader.db.read(readership.by_day, changes_on + timedelta(days=2), 5)
    assert [(day.day - changes_on).days for day in days] == [-2, -1, 0, 1, 2]
    assert [day.views for day in days] == [8, 9, 10, 11, 12]


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", "2026-03-28T22:59", date(2026, 3, 28)),  # the last minute before the day of 23 hours
        ("Europe/Berlin", "2026-03-28T23:00", date(2026, 3, 29)),
        ("Europe/Berlin", "2026-03-29T21:59", date(2026, 3, 29)),  # an hour earlier than on the day before
        ("Europe/Berlin", "2026-03-29T22:00", date(2026, 3, 30)),
        ("Europe/Berlin", "2026-10-25T22:59", date(2026, 10, 25)),  # the day of 25 hours
        ("Pacific/Kiritimati", "2026-11-23T10:00", date(2026, 11, 24)),
        ("America/New_York", "2026-11-23T04:59", date(2026, 11, 22)),
    ],
)
async def test_a_view_belongs_to_the_day_where_the_site_is_at_home(
    reader: Reader, zone: str, moment: str, day: date
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    one = await reader.do(lambda session: post(session, "One"))
    counted = views.Views()
    counted.count(one)
    task = asyncio.create_task(views.run(reader.db, counted, lambda: at.astimezone(ZoneInfo(zone))))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [(found.day, found.views) for found in await reader.db.read(readership.by_day, day, 1)] == [(day, 1)]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_today_is_the_day_of_the_zone_that_is_set(reader: Reader, zone: str) -> None:
    await signed_in(reader, "Ed", role="editor")
    await reader.do(options.change, {"timezone": zone}, actor="Ed")
    today = now().astimezone(ZoneInfo(zone)).date()
    one = await reader.do(lambda session: post(session, "One"))
    await reader.do(views.store, {one: 77}, today)
    text = await reader.page("/admin/views/?days=7")
    assert "77 in the last 7 days" in text
    assert f"the days are those of {zone}" in text


async def test_a_year_is_told_by_weeks(reader: Reader) -> None:
    await signed_in(reader, "Ed", role="editor")
    text = await reader.page("/admin/views/?days=365")
    assert text.count('class="column"') == 53
    assert "Views by week" in text


async def test_the_rail_leads_to_views(reader: Reader) -> None:
    await signed_in(reader, "Ed", role="editor")
    assert '<a href="/admin/views/" aria-current="page">Views</a>' in await reader.page("/admin/views/")
