"""What a process says of its page cache: always a reason, and never another page than it answers with."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import pytest
from sqlalchemy import text

from tests.factories import post
from tests.pagecache.cached import PATHS, Cached
from tests.pagecache.test_races import rename
from westmarch.app import cache_verbs
from westmarch.db.sessions import Reading
from westmarch.errors import Unavailable
from westmarch.pagecache import reads
from westmarch.pagecache.cache import PageCache
from westmarch.pagecache.commands import obstacle
from westmarch.pagecache.pages import Page
from westmarch.pagecache.reads import Recording
from westmarch.pagecache.store import Key
from westmarch.web.replies import HTML, Reply

Ask = Callable[..., Awaitable[Any]]
#: What does not depend on the engine is asked on one of them.
once = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def verbs(cached: Cached) -> Mapping[str, Ask]:
    """The questions, whose answers went through JSON as between processes."""

    def told(verb: Ask) -> Ask:
        async def ask(**arguments: Any) -> Any:
            return json.loads(json.dumps(await verb(**arguments)))

        return ask

    return {name: told(verb) for name, verb in cache_verbs(cached.app).items()}


async def explained(verbs: Mapping[str, Ask], path: str, query: str = "", variant: str = "") -> dict[str, Any]:
    told: dict[str, Any] = await verbs["cache-explain"](path=path, query=query, variant=variant)
    return told


async def test_every_page_is_explained_as_it_is(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    await cached.visit()
    for path in PATHS:
        bare, _, query = path.partition("?")
        told = await explained(verbs, bare, query)
        assert bool(told["stored"]) == (cached.stored(path) is not None)
        assert bool(told["stored"]) == (told["status"] == 200), path
        assert bool(told["why"]) == (told["status"] != 200), path
        assert told["reads"], path


@once
async def test_explaining_changes_nothing(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    await cached.visit(("/p1/",))
    before = (cached.stored("/p1/").hits, [entry.key for entry in cached.pages.store], cached.pages.renders)
    for path in ("/p1/", "/p2/", "/none/"):
        await explained(verbs, path)
    assert before == (cached.stored("/p1/").hits, [entry.key for entry in cached.pages.store], cached.pages.renders)


@once
async def test_a_stored_page_says_since_when_in_which_codings_and_how_often(
    cached: Cached, verbs: Mapping[str, Ask]
) -> None:
    for accepted in ("gzip", "br", "br"):
        await cached.get("/p1/", accept_encoding=accepted)
    stored = (await explained(verbs, "/p1/"))["stored"]
    assert set(stored["codings"]) == {"gzip", "br"}
    assert stored["hits"] == 2
    assert stored["position"] == cached.pages.journal.position
    assert stored["since"].endswith("+00:00")


async def test_the_change_that_removed_a_page_is_told(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    await cached.visit(("/p1/", "/p2/"))
    await cached.db.write(rename, "Another title")
    told = (await explained(verbs, "/p1/"))["removed"]
    assert (told["change"]["table"], told["change"]["operation"]) == ("post", "update")
    assert "title" in told["change"]["columns"]
    assert 0 < told["change"]["position"] <= cached.pages.journal.position


@once
async def test_a_page_that_a_change_has_touched_is_not_called_stored(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    await cached.visit(("/p1/",))
    await cached.db.write(rename, "Another title")
    assert (await explained(verbs, "/p1/"))["stored"] is None
    await cached.get("/p1/")
    assert (await explained(verbs, "/p1/"))["stored"]["hits"] == 0


#: Path, query, status, and what the reason says.
NEVER = (
    ("/old/", "", 301, "redirect"),
    ("/none/", "", 404, "status is 404"),
    ("/later/", "", 404, "status is 404"),
    ("/tags/sea", "", 301, "redirect"),
    ("/p1/", "q=x", 200, "takes no query"),
    ("/feed.json", "page=1&x=1", 200, "takes the query ?page=1 and no other"),
)


@once
async def test_a_page_that_is_never_stored_says_why(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    for path, query, status, why in NEVER:
        told = await explained(verbs, path, query)
        assert (told["status"], told["stored"]) == (status, None)
        assert why in told["why"]
        if status == 301:
            assert told["location"].startswith("https://example.org/")


@once
async def test_a_page_that_nobody_asked_for_would_be_stored(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    told = await explained(verbs, "/p3/")
    assert (told["status"], told["stored"], told["why"]) == (200, None, "")
    assert {read["table"] for read in told["reads"]} >= {"post", "link", "revision", "site_option"}


@once
async def test_what_is_no_page_says_what_answers(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    for path in ("/healthz", "/static/theme.css", "/media/x.png", "/favicon.ico"):
        assert (await explained(verbs, path))["route"].startswith(path[:4])


@once
async def test_text_that_does_not_declare_what_it_reads_is_named(cached: Cached) -> None:
    def look(session: Reading) -> Reply:
        cast("Any", session).execute(text("SELECT 1 FROM post"))  # What types forbid may still be done.
        return Reply(b"x", HTML)

    with reads.recorded() as recording:
        reply = await cached.db.read(look)
    told = obstacle(cached.pages, Key(b"/x/"), reply, recording)
    assert "SELECT 1 FROM post" in told


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(b"x", HTML, headers=(("set-cookie", "a=b"),)), "set-cookie"),
        (Reply(b"x" * 200_000, HTML), "more than an eighth"),
        (Reply(b"x", HTML, 410), "410"),
        (Reply(b"x", HTML), ""),
    ],
)
def test_a_reply_that_cannot_be_stored_says_why(reply: Reply, why: str) -> None:
    told = obstacle(PageCache(1_000_000), Key(b"/x/"), reply, Recording())
    assert why in told
    assert bool(why) == bool(told)


@once
async def test_the_status_tells_numbers_and_where_the_cache_stands(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    await cached.visit(("/p1/",))
    told = await verbs["cache-status"]()
    assert told["pages"] == len(cached.pages.store)
    assert told["hits"] == cached.pages.store.hits > 0
    assert (told["check"], told["position"], told["epoch"]) == (
        "current",
        cached.pages.journal.position,
        cached.pages.journal.epoch,
    )
    assert told["fingerprint"]


@once
async def test_clearing_throws_out_one_page_or_all(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    await cached.visit(("/p1/", "/p2/", "/feed.json?page=1"))
    assert await verbs["cache-clear"](path="/feed.json", query="page=1") == 1
    assert await verbs["cache-clear"](path="/p1/", query="") == 1
    assert "cache clear" in (await explained(verbs, "/p1/"))["removed"]["why"]
    there = len(cached.pages.store)
    assert await verbs["cache-clear"](path="", query="") == there > 0
    assert len(cached.pages.store) == 0
    assert (await cached.status("/p2/")) == "westmarch; fwd=miss; stored"


@once
async def test_a_process_that_does_not_serve_yet_says_so(cached: Cached) -> None:
    cached.app.state.pages.check, check = None, cached.app.state.pages.check
    try:
        with pytest.raises(Unavailable, match="not serving yet"):
            await cache_verbs(cached.app)["cache-status"]()
    finally:
        cached.app.state.pages.check = check


@once
async def test_a_draft_tells_nothing_but_that_it_is_not_there(cached: Cached, verbs: Mapping[str, Ask]) -> None:
    await cached.db.write(post, "Secret words", slug="secret", status="draft")
    assert "Secret" not in json.dumps(await explained(verbs, "/secret/"))


def test_a_page_is_said_to_be_too_large_exactly_where_the_store_does_not_take_it() -> None:
    for size in range(120_000, 126_000, 250):
        pages, reply = PageCache(1_000_000), Reply(b"x" * size, HTML)
        stored = pages.store.put(Key(b"/x/"), Page(reply.body, reply.etag, reply.mime, (), None), (), 0)
        assert bool(obstacle(pages, Key(b"/x/"), reply, Recording())) == (stored is None), size
