"""A base path, a rehearsal, and proxies that take the path off or do not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.factories import post
from tests.readers import Reader
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.settings import Settings


@pytest.fixture
async def below(settings: Settings, db: Database) -> AsyncIterator[Reader]:
    """A reader of a site at https://example.org/blog, who asks for whole paths of the host."""
    moved = settings.model_copy(update={"url": "https://example.org/blog"})
    app = create_app(moved)
    app.state.db = db
    yield (reader := Reader(app, db, "https://example.org"))
    await reader.client.aclose()


async def test_a_site_answers_below_its_base_path_and_writes_it_everywhere(below: Reader) -> None:
    await below.do(post, "A", "[link](/b/) ![p](/media/ab/x.webp)", slug="a", tags=("T",))
    page = await below.page("/blog/a/")
    assert '<link rel="canonical" href="https://example.org/blog/a/">' in page
    assert 'href="/blog/b/"' in page
    assert 'src="/blog/media/ab/x.webp"' in page
    for place in [part.split('"')[0] for part in page.split(' href="/')[1:]]:
        assert place.startswith("blog/"), place
    assert "https://example.org/blog/b/" in await below.page("/blog/feed.xml")
    assert (await below.get("/blog/a")).headers["location"] == "https://example.org/blog/a/"
    style = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert (await below.get(style)).status_code == 200


async def test_beside_the_base_path_there_is_nothing(below: Reader) -> None:
    await below.do(post, "A", slug="a")
    assert (await below.get("/a/")).status_code == 404
    assert (await below.get("/blogger/")).status_code == 404
    assert (await below.get("/static/theme.css")).status_code == 404
    assert (await below.get("/")).headers["location"] == "https://example.org/blog/"
    assert (await below.get("/blog")).headers["location"] == "https://example.org/blog/"
    assert (await below.get("/healthz")).status_code == 200


async def test_a_proxy_may_take_the_base_path_off(below: Reader) -> None:
    """The server is then told by `root_path`, and puts it before the path again, as ASGI asks."""
    await below.do(post, "A", slug="ä")
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    path = "/blog/ä/"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": b"/blog/%C3%A4/", "root_path": "/blog", "query_string": b"", "headers": [],
    }  # fmt: skip
    await below.app(scope, receive, send)
    assert sent[0]["status"] == 200


async def test_a_rehearsal_keeps_robots_away_and_says_so(settings: Settings, db: Database) -> None:
    app = create_app(settings.model_copy(update={"environment": "staging"}))
    app.state.db = db
    reader = Reader(app, db, settings.url)
    for path in ("/", "/feed.xml", "/nothing/"):
        assert (await reader.get(path)).headers["x-robots-tag"] == "noindex, nofollow"
    assert 'class="banner"' in await reader.page("/")
    assert "Disallow: /\n" in await reader.page("/robots.txt")
    await reader.client.aclose()
