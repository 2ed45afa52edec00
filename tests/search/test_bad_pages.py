"""Whatever is asked of the site's pages and of its APIs, nothing fails, on either database."""

import random
from typing import Any
from urllib.parse import quote

from httpx2 import ASGITransport, AsyncClient

from tests import factories
from tests.books.catalogue import shelved
from tests.books.records import store
from tests.search.conftest import caught_up, until
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.settings import Settings

#: The parameters of pages and APIs that look into the index, the database or both.
ASKED = {
    "/books/": ("q", "tag", "author", "language", "series", "year", "sort", "page", "after"),
    "/search/": ("q", "tag", "author", "language", "kind", "year", "sort", "page"),
    "/shelf/": ("status", "page"),
    "/api/v1/search/": ("q", "tags", "tag", "author", "series", "isbn", "year", "page", "cursor", "sort", "facets"),
    "/api/v1/find": ("q", "tag", "author", "language", "kind", "year", "page", "size"),
    "/api/v1/suggest": ("q", "size"),
    "/api/v1/find/suggest": ("q", "size"),
}
VALUES = (
    "\0", "a\0b", "\ud800", "x" * 10_000, "title:x", "*", "AND", '"', '"""', "-x", "tag:\0", "year:..",
    "year:9999999999..", "9" * 30, "-1", "0", "1e3", "99999999", "２００８", "[" * 5_000, "['a",
    "%", "\\", "<script>", "\r\nX: y", "é" * 500, "💩",
)  # fmt: skip


async def test_nothing_that_is_asked_is_answered_with_a_fault(db: Database, settings: Settings) -> None:
    await db.write(store, [{"book_id": 1, "title": "Tides", "tags": [{"title": "Sea", "slug": "sea"}]}])
    await db.write(lambda session: shelved(session, title="Emma", isbn="0141439580", book_id=7))
    await db.write(factories.post, "The tide", "[[isbn:9780141439587]]\n", tags=("Sea",), authors=("Ada",))
    app = create_app(settings)
    draw = random.Random(7)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="https://example.org") as client,
    ):
        await until(lambda: caught_up(app))
        for path, names in ASKED.items():
            for value in VALUES:
                pairs = {draw.choice(names): value, names[0]: draw.choice(("tide", value)), draw.choice(names): "1"}
                await looked_at(client, path, pairs)
        for value in VALUES:
            written = quote(value.encode("utf-8", "surrogatepass"), safe="")[:1_500]
            for path in ("/isbn/{}/", "/books/{}/", "/writers/{}/", "/series/{}/", "/tags/{}/", "/api/v1/books/{}"):
                answer = await client.get(path.format(written))
                assert answer.status_code in (200, 301, 308, 400, 404, 414, 422), (path, value[:50], answer.text)


async def looked_at(client: AsyncClient, path: str, pairs: dict[str, str]) -> None:
    """Ask, and see that a refusal of an API names what is refused."""
    query = "&".join(
        f"{name}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}" for name, value in pairs.items()
    )
    answer = await client.get(f"{path}?{query}")
    assert answer.status_code in (200, 301, 308, 400, 404, 414, 422), (path, query[:300], answer.text[-500:])
    if answer.status_code == 422 and path.startswith("/api/"):
        told: list[dict[str, Any]] = answer.json()["parameters"]
        assert {one["parameter"] for one in told} <= pairs.keys()
        assert told
