"""The first page of the admin, as each role sees it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.accounts.people import signed_in
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.authors.models import Author
from westmarch.db.types import now
from westmarch.posts import views


async def test_a_site_without_posts_says_what_comes_next(reader: Reader) -> None:
    assert (await reader.get("/admin/")).status_code == 303
    await signed_in(reader)
    text = await reader.page("/admin/")
    assert "There are no posts yet." in text
    for step in ("settings", "posts/new", "import", "settings/look", "accounts/new", "health"):
        assert f'href="/admin/{step}/"' in text
    assert 'class="column"' not in text


async def test_the_first_steps_of_a_writer_are_those_that_they_may_take(reader: Reader) -> None:
    await signed_in(reader, "Ann", role="contributor")
    text = await reader.page("/admin/")
    steps = text.partition('class="steps"')[2].partition("</ol>")[0]
    assert "/admin/posts/new/" in steps
    assert steps.count("<li>") == 1


async def test_what_waits_and_what_is_read_is_shown(reader: Reader) -> None:
    await signed_in(reader)
    await reader.do(lambda session: post(session, "A <draft>", status="draft"))
    read = await reader.do(lambda session: post(session, "Read"))
    await reader.do(views.store, {read: 1234}, now().date(), {(read, "other.example"): 56})
    text = await reader.page("/admin/")
    assert "A &lt;draft&gt;" in text
    assert "1,234 in the last 30 days" in text
    assert "other.example" in text
    assert text.count('class="column"') == 30
    assert "style=" not in text.partition("<main")[2]


async def test_writers_see_what_is_theirs_alone(reader: Reader) -> None:
    own = await reader.do(lambda session: post(session, "Mine", authors=("Ann",)))
    other = await reader.do(lambda session: post(session, "Theirs", authors=("Bo",)))
    await reader.do(lambda session: post(session, "Secret", status="draft", authors=("Bo",)))
    origins = {(own, "mine.example"): 1, (other, "theirs.example"): 2}
    await reader.do(views.store, {own: 7, other: 90}, now().date(), origins)
    author = await reader.db.read(lambda session: session.scalar(select(Author.id).where(Author.name == "Ann")))
    await signed_in(reader, "Ann", role="contributor", author_id=author)
    text = await reader.page("/admin/")
    assert "7 in the last 30 days" in text
    assert "Mine" in text
    assert "mine.example" in text
    for hidden in ("Theirs", "Secret", "theirs.example", "/admin/health/"):
        assert hidden not in text
    await signed_in(reader, "Cleo", role="author")
    assert "You have written nothing yet." in await reader.page("/admin/")


async def test_what_waits_is_counted_and_leads_to_its_list(reader: Reader) -> None:
    await signed_in(reader)
    for number, status in enumerate(("draft", "draft", "published", "scheduled")):
        await reader.do(lambda session, n=number, s=status: post(session, f"Post {n}", status=s))
    text = await reader.page("/admin/")
    figures = re.findall(r'href="/admin/posts/\?show=(\w+)"><strong>(\d+)', text)
    assert figures == [("draft", "2"), ("scheduled", "1"), ("published", "1")]


@pytest.mark.parametrize(
    ("now_many", "before", "words"),
    [(150, 100, "50 % more than in the 30 days before"), (75, 100, "25 % less than"), (9, 9, "as many as in the 30")],
)
async def test_views_are_compared_with_those_of_the_days_before(
    reader: Reader, now_many: int, before: int, words: str
) -> None:
    await signed_in(reader)
    read = await reader.do(lambda session: post(session, "Read"))
    await reader.do(views.store, {read: now_many}, now().date())
    await reader.do(views.store, {read: before}, now().date() - timedelta(days=45))
    assert words in await reader.page("/admin/")


async def test_the_drawing_has_a_title_a_description_and_a_table(reader: Reader) -> None:
    await signed_in(reader)
    read = await reader.do(lambda session: post(session, "Read"))
    await reader.do(views.store, {read: 1234}, now().date())
    text = await reader.page("/admin/")
    assert '<svg width="100%" height="200" role="img" aria-labelledby="chart-title chart-desc">' in text
    assert '<title id="chart-title">Views by day</title>' in text
    assert re.search(r'<desc id="chart-desc">1,234 in all; most on \d+ \w+ \d{4}: 1,234\.', text)
    assert text.count('<th scope="row">') == 30


async def test_a_long_or_foreign_title_is_shown_in_its_own_direction(reader: Reader) -> None:
    await signed_in(reader)
    await reader.do(lambda session: post(session, "ليلة", status="draft"))
    assert 'dir="auto">ليلة</a>' in await reader.page("/admin/")
