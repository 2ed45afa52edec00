"""The first page of the admin, as each role sees it."""

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
    assert 'href="/admin/posts/new/"' in text
    assert 'href="/admin/health/"' in text


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
