"""The program as its readers meet it: what is answered from the cache, and what never is."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.pagecache.cached import PATHS, Cached
from tests.test_app import asked
from westmarch.api.door import Door
from westmarch.app import ROUTES, create_app, public
from westmarch.pagecache import reads
from westmarch.pagecache.cache import PageCache
from westmarch.pagecache.check import State
from westmarch.pagecache.middleware import FromCache
from westmarch.pagecache.store import Key
from westmarch.settings import Settings
from westmarch.web.replies import Reply


def scope(path: str, query: bytes = b"", method: str = "GET", headers: tuple[tuple[bytes, bytes], ...] = ()) -> Any:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query, "headers": list(headers),
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip


async def test_the_second_answer_is_the_first_one_from_the_store(cached: Cached) -> None:
    first, second = await cached.get("/p1/"), await cached.get("/p1/")
    assert first.headers["cache-status"] == "westmarch; fwd=miss; stored"
    assert second.headers["cache-status"] == "westmarch; hit"
    assert first.content == second.content
    own = {"cache-status", "x-request-id"}
    assert {k: v for k, v in first.headers.items() if k not in own} == {
        k: v for k, v in second.headers.items() if k not in own
    }


async def test_a_hit_has_the_headers_of_an_answer_without_a_cache(cached: Cached, settings: Settings) -> None:
    bare = Cached(cached.anew, cached.anew, cached.db, cached.client)
    await cached.visit(("/p1/",))
    hit = await asked(cached.app, scope("/p1/"))
    plain = await asked(bare.app, scope("/p1/"))
    assert hit[2] == plain[2]
    assert hit[1].keys() | {b"x-request-id"} == plain[1].keys() | {b"x-request-id"}
    for name in hit[1].keys() - {b"cache-status"}:
        assert hit[1][name] == plain[1][name], name


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("path", PATHS)
async def test_head_and_conditions_are_answered_from_the_store(cached: Cached, path: str) -> None:
    await cached.visit((path,))
    if cached.stored(path) is None:
        pytest.skip("nothing is published there")
    bare, _, query = path.partition("?")
    whole = await asked(cached.app, scope(bare, query.encode()))
    head = await asked(cached.app, scope(bare, query.encode(), "HEAD"))
    assert (head[0], head[1], head[2]) == (200, whole[1], b"")
    condition = (b"if-none-match", b'"x", W/' + whole[1][b"etag"])
    unchanged = await asked(cached.app, scope(bare, query.encode(), headers=(condition,)))
    assert (unchanged[0], unchanged[2]) == (304, b"")
    assert unchanged[1][b"etag"] == whole[1][b"etag"]


async def test_no_route_but_that_of_public_pages_is_stored(cached: Cached) -> None:
    before = len(cached.pages.store)
    *others, last = ROUTES
    for route in others:
        if isinstance(route, Door):
            continue  # What readers get of the API is stored, too; tests/api/test_cached.py is about that.
        path = route.path.replace("{path:path}", "theme.css").replace("{name}", "1-0123456789abcdef.png")
        for _ in range(2):
            await cached.get(path, cookie="session=1")
        assert len(cached.pages.store) == before, path
    assert last.endpoint is public


@pytest.mark.parametrize(
    ("header", "value"),
    [("set-cookie", "a=1"), ("vary", "cookie"), ("cache-control", "no-store"), ("cache-control", "private, no-cache")],
)
async def test_what_is_for_one_asker_is_not_stored(cached: Cached, header: str, value: str) -> None:
    async def make() -> Reply:
        return Reply(b"For you", headers=((header, value),))

    key = Key(b"/for-you/")
    await cached.pages.answer(key, make, ())
    assert cached.pages.store.get(key) is None


@pytest.mark.parametrize("status", [301, 404, 410, 503])
async def test_only_what_is_there_is_stored(cached: Cached, status: int) -> None:
    async def make() -> Reply:
        return Reply(b"x", status=status)

    await cached.pages.answer(Key(b"/x/"), make, ())
    assert cached.pages.store.get(Key(b"/x/")) is None


async def test_text_sql_keeps_a_page_out_unless_it_declares_what_it_reads(cached: Cached) -> None:
    def text_sql(session: Any, declared: tuple[str, ...] | None) -> str:
        options = {} if declared is None else {reads.DECLARED: declared}
        connection = session.connection()
        return str(connection.exec_driver_sql("SELECT max(title) FROM post", execution_options=options).scalar())

    for declared, stored in ((None, False), (("post",), True)):

        async def make(declared: tuple[str, ...] | None = declared) -> Reply:
            return Reply((await cached.db.read(text_sql, declared)).encode())

        await cached.pages.answer(Key(b"/text/"), make, ())
        assert (cached.pages.store.get(Key(b"/text/")) is not None) is stored


async def test_a_query_that_no_route_declares_is_answered_and_not_stored(cached: Cached) -> None:
    await cached.visit()
    before = len(cached.pages.store)
    for number in range(50):
        answer = await cached.get(f"/p1/?source={number}")
        assert (answer.status_code, answer.headers["cache-status"]) == (200, "westmarch; fwd=bypass")
        assert (await cached.get(f"/feed.json?page={1000 + number}")).status_code == 404
        assert (await cached.get(f"/feed.json?page=1&x={number}")).status_code == 200
    assert len(cached.pages.store) == before
    assert await cached.status("/feed.json?page=1") == "westmarch; hit"


async def test_unknown_paths_and_odd_spellings_take_no_room(cached: Cached) -> None:
    await cached.visit()
    before = {entry.key for entry in cached.pages.store}
    for number in range(50):
        assert (await cached.get(f"/unknown-{number}/")).status_code == 404
    for path in ("/%70%31/", "/p%31/", "/P1/", "/p1", "/p1/index.html", "/old/"):
        await cached.get(path)
    assert {entry.key for entry in cached.pages.store} == before
    assert await cached.status("/%70%31/") == "westmarch; hit"


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            (b"host", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded", b"x-original-url", b"x-rewrite-url",
             b"accept", b"accept-encoding", b"accept-language", b"cookie", b"authorization", b"range", b"if-range")
        ),
        st.one_of(
            st.sampled_from((b"evil.example", b"/admin", b"gzip", b"br;q=1", b"bytes=0-1")), st.binary(max_size=30)
        ),
    ),
    max_size=4,
)  # fmt: skip


@examples(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(headers=HEADERS, path=st.sampled_from(("/", "/p1/", "/feed.xml", "/archive/")))
async def test_no_header_changes_what_is_stored(cached: Cached, headers: list[tuple[bytes, bytes]], path: str) -> None:
    cached.pages.store.clear("the test wants it")
    status, _, _ = await asked(cached.app, scope(path, headers=tuple(headers)))
    assert status == 200
    assert await cached.stale() == []
    fresh = await cached.rendered(path)
    assert fresh is not None
    assert (await cached.get(path)).content == fresh.body


async def test_views_are_counted_on_hits(cached: Cached) -> None:
    await cached.visit(("/p1/",))
    before = cached.app.state.views.waiting
    assert await cached.status("/p1/", user_agent="Mozilla/5.0") == "westmarch; hit"
    assert cached.app.state.views.waiting == before + 1
    await cached.get("/p1/", user_agent="Googlebot")
    await cached.get("/p1/", user_agent="Mozilla/5.0", sec_purpose="prefetch")
    await cached.get("/tags/", user_agent="Mozilla/5.0")
    assert cached.app.state.views.waiting == before + 1


async def test_a_busy_database_is_asked_by_the_program_itself(cached: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy() -> State:
        return State.BUSY

    await cached.visit(("/p1/",))
    monkeypatch.setattr(cached.pages.check, "at_once", lambda: False)
    monkeypatch.setattr(cached.pages.check, "wait", busy)
    assert await cached.status("/p1/") == "westmarch; fwd=miss"


async def test_what_is_no_request_for_a_page_passes_untouched(cached: Cached) -> None:
    seen = []

    async def inside(passed: Any, receive: Any, send: Any) -> None:
        seen.append(passed["type"])

    middleware = FromCache(inside, cache=cached.pages, viewed=lambda scope, post_id: None)
    for other in ({"type": "websocket", "path": "/"}, {"type": "lifespan"}, scope("/", method="POST")):
        await middleware(other, None, None)  # type: ignore[arg-type]  # nobody calls them
    assert seen == ["websocket", "lifespan", "http"]


async def test_the_limit_is_the_setting(settings: Settings) -> None:
    none = create_app(settings.model_copy(update={"cache_size": 0}))
    pages: PageCache = none.state.pages
    assert pages.store.limit == 0
    assert create_app(settings).state.pages.store.limit == 64 * 1024 * 1024


async def test_a_flood_leaves_the_store_within_its_limit(cached: Cached) -> None:
    cached.pages.store.limit = 250_000
    for _ in range(3):
        await cached.visit()
        for accepted in ("gzip", "br", "identity", "br;q=0.1, gzip"):
            await asyncio.gather(*(cached.get(path, accept_encoding=accepted) for path in PATHS))
            assert 0 < cached.pages.store.size <= 250_000


async def test_a_page_counts_with_what_it_weighs_in_the_coding_that_was_asked_for_first(cached: Cached) -> None:
    await cached.visit()
    cached.pages.store.clear("the test wants it")
    await cached.get("/p1/", accept_encoding="br")
    entry = cached.stored("/p1/")
    assert set(entry.page.forms) == {"br"}
    weighed = cached.pages.store.size
    cached.pages.store.weigh(entry)
    assert cached.pages.store.size == weighed
