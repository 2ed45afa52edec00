"""The API in front of the page cache: readers are answered from it, and what is for somebody never gets in."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from tests.api.people import V1, token_of
from tests.factories import day, post
from tests.pagecache.cached import TABLES, Cached, caching, fill, overwrite, writable
from westmarch.accounts.models import Token
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import WestmarchError
from westmarch.posts.models import Post
from westmarch.settings import Settings
from westmarch.tags.models import Tag

HIT, STORED = "westmarch; hit", "westmarch; fwd=miss; stored"
#: What readers may ask for, so that each statement behind it is asked.
LISTS = (
    "/posts", "/posts?limit=2", "/posts?tag=sea", "/posts?topic=tides", "/posts?author=nell", "/posts?language=en",
    "/posts?sort=title", "/posts?sort=updated", "/posts?sort=-created", "/posts?sort=published",
    "/posts?include=markdown,html", "/pages", "/tags", "/tags?sort=-posts", "/topics", "/authors",
    "/authors?sort=-name", "/posts?status=published", "/posts?author=nell&tag=wind",
)  # fmt: skip


@pytest.fixture
async def site(settings: Settings, db: Database) -> AsyncIterator[Cached]:
    """A filled site with a page cache."""
    await db.write(fill)
    async with caching(settings, db) as made:
        yield made


async def ids(site: Cached, model: type[Post] | type[Tag] = Post) -> list[int]:
    return list(await site.db.read(lambda session: session.scalars(select(model.id).order_by(model.id)).all()))


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("path", LISTS)
async def test_a_list_is_stored_and_answered_from_the_store(site: Cached, path: str) -> None:
    assert await site.status(V1 + path) == STORED
    first = await site.get(V1 + path)
    assert first.headers["cache-status"] == HIT
    assert first.headers["content-type"] == "application/json"
    assert first.json()["results"]
    again = await site.get(V1 + path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_one_of_each_noun_is_stored(site: Cached) -> None:
    for noun in ("posts", "pages", "tags", "topics", "authors"):
        one = (await site.get(f"{V1}/{noun}")).json()["results"][0]["id"]
        assert await site.status(f"{V1}/{noun}/{one}") == STORED
        assert await site.status(f"{V1}/{noun}/{one}") == HIT
    one = (await site.get(f"{V1}/topics")).json()["results"][0]["id"]
    assert await site.status(f"{V1}/topics/{one}/parts") == STORED
    assert await site.status(f"{V1}/topics/{one}/parts") == HIT


async def test_a_page_further_on_is_stored_with_its_links(site: Cached) -> None:
    following = (await site.get(V1 + "/posts?limit=2")).json()["next"].removeprefix("https://example.org")
    assert await site.status(following) == STORED
    hit = await site.get(following)
    assert hit.headers["cache-status"] == HIT
    assert 'rel="prev"' in hit.headers["link"]


async def test_spellings_of_a_query_share_an_answer(site: Cached) -> None:
    assert await site.status(V1 + "/posts?limit=2&tag=sea") == STORED
    before = len(site.pages.store)
    for query in (
        "tag=sea&limit=2",
        "limit=2&tag=sea&cursor=",
        "limit=02&tag=%73ea",
        "sort=-published&limit=2&tag=sea",
    ):
        assert await site.status(f"{V1}/posts?{query}") == HIT
    assert await site.status(f"{V1}/posts?tag=sea&utm_source=x&limit=2") == HIT
    assert len(site.pages.store) == before


async def test_what_anybody_can_make_up_takes_no_room(site: Cached) -> None:
    before = len(site.pages.store)
    for query in ("q=Post", "q=nothing", "path=/p1/", "path=/nothing/", "tag=nothing", "author=x", "limit=0", "x=1"):
        assert "stored" not in await site.status(f"{V1}/posts?{query}")
    for query in ("q=sea", "slug=sea", "slug=x"):
        assert "stored" not in await site.status(f"{V1}/tags?{query}")
    for path in ("/posts/999999", "/tags/999999", "/nothing", "/me", "/media"):
        assert "stored" not in await site.status(V1 + path)
    assert len(site.pages.store) == before


async def test_a_change_throws_out_what_shows_it_and_nothing_stale_is_answered(site: Cached) -> None:
    first, second, *_ = await ids(site)
    tag = (await ids(site, Tag))[0]

    def retitle(session: object) -> None:
        session.execute(update(Post).where(Post.id == first).values(title="Another"))  # type: ignore[attr-defined]

    for path in (*LISTS, f"/posts/{first}", f"/posts/{second}", f"/tags/{tag}"):
        await site.get(V1 + path)
    await site.db.write(retitle)
    assert (await site.get(f"{V1}/posts/{first}")).json()["title"] == "Another"
    assert await site.status(f"{V1}/posts/{second}") == HIT
    assert await site.status(f"{V1}/tags/{tag}") == HIT
    assert "Another" in {each["title"] for each in (await site.get(V1 + "/posts")).json()["results"]}


@pytest.mark.long_on_postgresql
async def test_every_write_is_seen_by_every_answer(site: Cached) -> None:
    """Whatever a row of any table becomes, no stored answer differs from one that is made anew."""
    paths = [V1 + path for path in (*LISTS, *(f"/posts/{each}" for each in await ids(site)))]

    async def answers() -> list[tuple[int, bytes]]:
        found = [await site.get(path) for path in paths]
        return [(each.status_code, each.content if each.status_code == 200 else b"") for each in found]

    await answers()  # They are stored then, and again after each time that all were made anew.
    for number, table in enumerate(TABLES):
        for column in writable(table):
            with contextlib.suppress(DBAPIError, WestmarchError):  # The database refuses some values.
                await site.db.write(overwrite, table, number % 3, column, number + 3)
            kept = await answers()
            site.pages.store.clear("test")
            for path, one, other in zip(paths, kept, await answers(), strict=True):
                assert one == other, (path, table.name, column)


async def test_who_has_a_token_never_gets_what_is_stored_for_readers(site: Cached) -> None:
    token = await site.db.write(token_of, "Nell", "owner", byline=False)
    bearer = f"Bearer {token}"
    reader_ids = {each["id"] for each in (await site.get(V1 + "/posts")).json()["results"]}
    assert await site.status(V1 + "/posts") == HIT
    mine = await site.get(V1 + "/posts", authorization=bearer)
    assert "cache-status" not in mine.headers
    assert (mine.headers["cache-control"], mine.headers["vary"]) == ("private, no-cache", "Authorization")
    assert {each["id"] for each in mine.json()["results"]} > reader_ids
    again = await site.get(V1 + "/posts", authorization=bearer, if_none_match=mine.headers["etag"])
    assert again.status_code == 304
    assert (await site.get(V1 + "/posts", authorization="Bearer forged")).status_code == 401


async def test_nobody_gets_what_was_answered_to_a_token(site: Cached) -> None:
    token = await site.db.write(token_of, "Nell", "owner", byline=False)
    draft = await site.db.write(post, "Secret", status="draft", published_at=None)
    later = await site.db.write(post, "Later", status="scheduled", published_at=day(9_000))
    before = len(site.pages.store)
    paths = ["/posts", "/posts?limit=100", "/tags", "/me", "/media", f"/posts/{draft}", f"/posts/{later}"]
    for path in paths:
        answer = await site.get(V1 + path, authorization=f"Bearer {token}")
        assert answer.status_code == 200
    assert len(site.pages.store) == before
    for path in paths:
        answer = await site.get(V1 + path)
        assert answer.status_code in (200, 401, 404)
        assert "Secret" not in answer.text
        assert "Later" not in answer.text


async def test_a_revoked_token_is_refused_at_once(site: Cached) -> None:
    token = await site.db.write(token_of, "Nell", "owner", byline=False)
    assert (await site.get(V1 + "/me", authorization=f"Bearer {token}")).status_code == 200
    await site.db.write(lambda session: session.execute(update(Token).values(expires_at=now() - timedelta(1))))
    assert (await site.get(V1 + "/me", authorization=f"Bearer {token}")).status_code == 401


async def test_pages_of_other_origins_are_told_that_they_may_read_what_is_stored(
    settings: Settings, db: Database
) -> None:
    await db.write(fill)
    async with caching(settings.model_copy(update={"cors_origins": "https://app\\.example"}), db) as site:
        for status in (STORED, HIT, HIT):
            answer = await site.get(V1 + "/posts", origin="https://app.example")
            assert (answer.headers["cache-status"], answer.status_code) == (status, 200)
            assert answer.headers["access-control-allow-origin"] == "https://app.example"
            assert "link" in answer.headers["access-control-expose-headers"].lower()
        plain = await site.get(V1 + "/posts")
        assert plain.headers["cache-status"] == HIT
        assert "access-control-allow-origin" not in plain.headers
        other = await site.get(V1 + "/posts", origin="https://other.example")
        assert "access-control-allow-origin" not in other.headers


async def test_another_site_changes_nothing_even_with_a_token(site: Cached) -> None:
    token = await site.db.write(token_of, "Nell", "owner", byline=False)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await site.client.post(
            V1 + "/tags", json={"title": "Evil"}, headers={**headers, "authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "Evil" not in (await site.get(V1 + "/tags", authorization=f"Bearer {token}")).text


async def test_a_page_of_an_origin_that_may_use_the_api_writes_by_its_token(settings: Settings, db: Database) -> None:
    token = await db.write(token_of, "Nell", "owner", byline=False)
    shared = settings.model_copy(update={"cors_origins": r"https://app\.example"})
    asked: dict[str, str] = {"origin": "https://app.example", "sec-fetch-site": "cross-site"}
    async with caching(shared, db) as site:
        client = site.client
        wanted = {"access-control-request-method": "PATCH", "access-control-request-headers": "authorization,if-match"}
        told = await client.options(V1 + "/tags/1", headers=asked | wanted)
        assert (told.status_code, "PATCH" in told.headers["access-control-allow-methods"]) == (200, True)
        bearer = {"authorization": f"Bearer {token}"}
        made = await client.post(V1 + "/tags", json={"title": "Sea"}, headers=asked | bearer)
        assert (made.status_code, made.headers["access-control-allow-origin"]) == (201, "https://app.example")
        for headers in (
            asked,
            asked | {"authorization": "Basic TmVsbDpzZWE="},
            asked | {"authorization": "Bearer "},
            bearer | {"origin": "https://evil.example"},
            bearer | {"sec-fetch-site": "cross-site"},
            bearer | {"origin": "https://app.example.evil.example"},
        ):
            answer = await client.post(V1 + "/tags", json={"title": "Evil"}, headers=headers)
            assert (answer.status_code, "nothing was done" in answer.text) == (403, True), headers
        for path in ("/auth", "/admin/sign-in/", "/api/../auth"):
            answer = await client.post(path, data={"username": "Nell", "password": "x"}, headers=asked | bearer)
            assert answer.status_code == 403, path
        forged = await client.post(V1 + "/tags", json={"title": "Evil"}, headers=asked | {"authorization": "Bearer x"})
        assert forged.status_code == 401


async def test_a_site_below_a_base_path_has_its_api_there(settings: Settings, db: Database) -> None:
    await db.write(fill)
    async with caching(settings.model_copy(update={"url": "https://example.org/blog"}), db) as site:
        root = "https://example.org/blog/api/v1"
        answer = await site.client.get(root + "/posts?limit=2")
        following = answer.json()["next"]
        assert following.startswith(root + "/posts?cursor=")
        assert (await site.client.get(following)).json()["previous"].startswith(root + "/posts?cursor=")
        assert answer.json()["results"][0]["url"].startswith("https://example.org/blog/p")
        assert (await site.client.get(root + "/posts?limit=2")).headers["cache-status"] == HIT
        assert (await site.client.get("https://example.org/api/v1/posts")).status_code == 404
        token = await db.write(token_of, "Nell", "owner", byline=False)
        headers = {"authorization": f"Bearer {token}"}
        made = await site.client.post(root + "/tags", json={"title": "New"}, headers=headers)
        assert made.headers["location"].startswith(root + "/tags/")
        assert (await site.client.get(made.headers["location"], headers=headers)).status_code == 200


async def test_head_is_answered_as_get_without_the_body(site: Cached) -> None:
    token = await site.db.write(token_of, "Nell", "owner", byline=False)
    for headers in ({}, {"authorization": f"Bearer {token}"}):
        for path in ("/posts", "/tags", "/posts/999999", "/me"):
            named = {"accept-encoding": "identity", **headers}
            whole = await site.client.get(V1 + path, headers=named)
            head = await site.client.head(V1 + path, headers=named)
            assert (head.status_code, head.content) == (whole.status_code, b"")
            assert head.headers["content-length"] == str(len(whole.content))
            assert head.headers.get("etag") == whole.headers.get("etag")
