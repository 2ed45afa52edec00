"""The release runs on every schema of its range: a new version is started first, and the database upgraded after."""

import pytest

from tests.factories import SITE, post
from tests.readers import Reader
from tests.readers import reader as reader
from tests.schemas import taken_back
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.ops import schema
from westmarch.posts import actions
from westmarch.posts.following import FOLLOWERS
from westmarch.site import actions as site_actions

PATHS = (
    "/", "/a/", "/b/", "/archive/", "/tags/", "/tags/t/", "/topics/", "/topics/topic/", "/authors/", "/authors/a/",
    "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/readyz",
)  # fmt: skip
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.mark.parametrize("number", schema.RANGE)
async def test_pages_are_answered_and_posts_written_on_every_schema(
    reader: Reader, database_url: str, number: str
) -> None:
    await taken_back(database_url, number)
    async with open_database(database_url) as db:
        reader.app.state.db = reader.db = db
        sides = {"sides": "about,tags,archives,most-read,feeds"}
        await reader.do(site_actions.change, sides, actor="test")
        fields = {"tags": ("T",), "authors": ("A",), "topic": "Topic"}
        *_, last = [await reader.do(post, slug.upper(), slug=slug, **fields) for slug in "abc"]
        await reader.do(actions.purge, last, SITE, actor="test")
        await followers.catch_up(db, FOLLOWERS, "test", now())
        for path in PATHS:
            assert (await reader.get(path, user_agent=FIREFOX)).status_code == 200, path
        assert (await reader.get("/readyz")).json()["schema"] == number
        assert reader.app.state.views.waiting == 2
        assert await reader.app.state.views.flush(db, now().date()) is (number >= "0002")
