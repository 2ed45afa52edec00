"""How often posts were read over a period, and the page that shows it."""

from datetime import timedelta

import pytest

from tests.accounts.people import signed_in
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.db.types import now
from westmarch.posts import readership, views


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
