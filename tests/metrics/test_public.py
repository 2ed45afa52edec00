"""What Prometheus is told, and who is not."""

import asyncio
import subprocess
import sys
from typing import Any

import psutil
import pytest

from tests.metrics.conftest import TOKEN, Opening, counted, number, samples, told
from tests.pagecache.cached import PATHS, Cached
from tests.test_app import asked
from westmarch.answers import LISTINGS
from westmarch.app import ROUTES
from westmarch.metrics.routes import KINDS, SITEMAP_PART


async def test_hits_and_misses_are_counted_by_the_kind_of_page_and_the_status(measuring: Cached) -> None:
    etag = (await measuring.get("/p1/")).headers["etag"]
    await measuring.get("/p2/")
    for _ in range(3):
        await measuring.get("/p1/")
    await measuring.get("/p1/", if_none_match=etag)
    await measuring.client.head("/p1/", headers={"accept-encoding": "identity"})
    await measuring.client.post("/p1/")
    found = await told(measuring)
    assert counted(found) == {
        ("GET", "/{post}/", "200"): 5,
        ("GET", "/{post}/", "304"): 1,
        ("HEAD", "/{post}/", "200"): 1,
        ("POST", "/{path}", "405"): 1,
    }
    assert (number(found, "westmarch_cache_hits_total"), number(found, "westmarch_cache_misses_total")) == (5, 2)
    assert counted(await told(measuring))["GET", "/metrics", "200"] == 1


PATTERNS = {
    "/": "/",
    "/page/2/": "/page/{number}/",
    "/about/": "/{page}/",
    "/tags/sea/": "/tags/{tag}/",
    "/tags/sea/feed.xml": "/tags/{tag}/feed.xml",
    "/topics/tides/rss.xml": "/topics/{topic}/rss.xml",
    "/authors/nell/": "/authors/{author}/",
    "/archive/": "/archive/",
    "/archive/2024/": "/archive/{year}/",
    "/feed.json?page=1": "/feed.json",
    "/sitemap.xml": "/sitemap.xml",
    "/sitemap-2024.xml": "/sitemap-{part}.xml",
    "/robots.txt": "/robots.txt",
}


async def test_a_page_is_counted_by_its_pattern_as_a_miss_and_as_a_hit(measuring: Cached) -> None:
    for path in [*PATTERNS] * 3:
        assert (await measuring.get(path)).status_code == 200
    assert counted(await told(measuring)) == {("GET", pattern, "200"): 3 for pattern in PATTERNS.values()}


async def test_what_leads_nowhere_and_what_leads_elsewhere_is_one_route(measuring: Cached) -> None:
    for path in ("/nothing/", "/tags/nothing/", "/P1/", "/old/", "/archive/1066/", "/%ff", "/sitemap-none.xml"):
        await measuring.get(path)
    assert {path for _, path, _ in counted(await told(measuring))} == {"/{path}"}


async def test_a_flood_of_addresses_and_methods_makes_no_series(measuring: Cached) -> None:
    for path in PATHS:
        await measuring.get(path)
    before = counted(await told(measuring)).keys()
    for each in range(40):
        await measuring.get(f"/{each}/")
        await measuring.get(f"/p1/?a={each}")
        await measuring.get(f"/static/{each}")
        await measuring.client.request(f"M{each}", f"/{each}/")
    new = counted(await told(measuring)).keys() - before
    assert new <= {
        ("GET", "/{path}", "404"), ("GET", "/static/{path}", "404"), ("OTHER", "/{path}", "405"),
        ("GET", "/metrics", "200"),
    }  # fmt: skip
    routes = {route.path.replace(":path}", "}") for route in ROUTES} | {*LISTINGS, *KINDS.values(), SITEMAP_PART}
    documents = {"/robots.txt", "/sitemap.xml", "/opensearch.xml"}
    for _, path, _ in before:
        assert path in documents or any(path.startswith(route.rstrip("/")) for route in routes), path


async def test_numbers_of_the_page_cache_are_told(measuring: Cached) -> None:
    await asyncio.gather(*(measuring.get("/p1/") for _ in range(5)))
    await measuring.get("/p1/?source=x")
    found = await told(measuring)
    waited, renders = number(found, "westmarch_cache_waited_total"), number(found, "westmarch_cache_renders_total")
    assert (waited, renders) == (4, 2)
    assert number(found, "westmarch_cache_bypasses_total") == 1
    assert number(found, "westmarch_cache_pages") == 1
    assert 0 < number(found, "westmarch_cache_bytes") < number(found, "westmarch_cache_limit_bytes")
    assert number(found, "westmarch_cache_checks_total") > 0
    measuring.pages.store.clear("a test wants it gone")
    found = await told(measuring)
    assert (number(found, "westmarch_cache_thrown_out_total"), number(found, "westmarch_cache_pages")) == (1, 0)


async def test_numbers_of_the_process_are_those_of_the_system(measuring: Cached) -> None:
    found = await told(measuring)
    process = psutil.Process()
    if sys.platform != "linux":
        pytest.skip("only Linux tells them")
    assert number(found, "process_resident_memory_bytes") == pytest.approx(process.memory_info().rss, rel=0.2)
    assert number(found, "process_cpu_seconds_total") == pytest.approx(sum(process.cpu_times()[:2]), rel=0.2)
    assert number(found, "process_start_time_seconds") == pytest.approx(process.create_time(), abs=2)
    assert number(found, "westmarch_workers") == 1


# Who is told


async def test_metrics_are_off_unless_a_setting_turns_them_on(opening: Opening) -> None:
    async with opening() as cached:
        await cached.get("/p1/")
        answer = await cached.get("/metrics")
        assert answer.status_code == 404
        assert cached.app.state.measuring is None
        assert (await cached.get("/p1/")).headers["cache-status"] == "westmarch; hit"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Basic {TOKEN}", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        ("Bearer \u00e9\u00e9", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN}", 200),
    ],
)
async def test_a_token_is_asked_for(opening: Opening, authorization: str | None, status: int) -> None:
    async with opening(metrics_token=TOKEN, metrics=True) as cached:
        headers = {} if authorization is None else {b"authorization": authorization.encode("latin-1")}
        answer = await cached.client.get("/metrics", headers=headers)
        assert answer.status_code == status
        assert answer.headers["cache-control"] == ("no-store" if status == 200 else "no-cache")
        if status == 401:
            assert answer.headers["www-authenticate"] == 'Bearer realm="metrics"'
            assert "metrics_token" in answer.text
            assert TOKEN not in answer.text


def scope(client: tuple[str, int] | None, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/metrics", "raw_path": b"/metrics", "root_path": "", "query_string": b"", "headers": list(headers),
        "client": client, "server": ("127.0.0.1", 80),
    }  # fmt: skip


CLIENTS = {
    ("10.1.2.3", 1): 200,
    ("::ffff:10.1.2.3", 1): 200,
    ("192.0.2.7", 1): 200,
    ("fd00::5", 1): 200,
    ("11.1.2.3", 1): 403,
    ("::1", 1): 403,
    ("unix", 1): 403,
    None: 403,
}


async def test_only_addresses_that_are_named_are_told(opening: Opening) -> None:
    async with opening(metrics_allow="10.0.0.0/8, 192.0.2.7,fd00::/8", metrics=True) as cached:
        for client, status in CLIENTS.items():
            forged = (b"x-forwarded-for", b"10.1.2.3")  # Only the server may believe it.
            answer = await asked(cached.app, scope(client, forged))
            assert answer[0] == status, client
            assert status == 200 or b"metrics_allow" in answer[2]


async def test_with_a_token_and_addresses_both_are_needed(opening: Opening) -> None:
    token = (b"authorization", f"Bearer {TOKEN}".encode())
    async with opening(metrics_allow="10.0.0.0/8", metrics_token=TOKEN, metrics=True) as cached:
        here, there = ("10.0.0.1", 1), ("11.0.0.1", 1)
        answers = [await asked(cached.app, scope(*each)) for each in ((here, token), (here,), (there, token))]
        assert [answer[0] for answer in answers] == [200, 401, 403]


async def test_a_site_below_a_path_tells_its_metrics_with_and_without_it(opening: Opening) -> None:
    async with opening(url="https://example.org/blog", metrics_allow="127.0.0.1", metrics=True) as cached:
        await cached.client.get("https://example.org/blog/p1/")
        await cached.client.get("https://example.org/p1/")  # Beside the site.
        for path in ("/metrics", "/blog/metrics"):
            answer = await cached.client.get(f"https://example.org{path}")
            assert answer.status_code == 200
        assert counted(samples(answer.text)) == {
            ("GET", "/{post}/", "200"): 1,
            ("GET", "/{path}", "404"): 1,
            ("GET", "/metrics", "200"): 1,
        }


async def test_a_program_that_fails_is_counted_with_its_status(measuring: Cached) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("failed")

    measuring.app.state.surface.view = fail
    assert (await measuring.get("/p1/")).status_code == 500
    assert counted(await told(measuring)) == {("GET", "/{path}", "500"): 1}


# What it costs


async def test_the_time_of_an_answer_is_told_where_that_is_wanted_and_kept_nowhere(opening: Opening) -> None:
    async with opening(process_time=True) as cached:
        answers = [await cached.get("/p1/") for _ in range(3)]
        assert [answer.headers["cache-status"] for answer in answers][1:] == ["westmarch; hit"] * 2
        times = [float(answer.headers["x-process-time"]) for answer in answers]
        assert all(0 < each < 10 for each in times)
        assert "x-process-time" in (await cached.get("/nothing/")).headers
        entry = cached.stored("/p1/")
        assert not any(b"process-time" in name for form in entry.page.forms.values() for name, _ in form.headers)
    async with opening() as cached:
        for _ in range(3):
            assert "x-process-time" not in (await cached.get("/p1/")).headers


async def test_a_hit_has_the_name_that_its_request_was_given(opening: Opening) -> None:
    async with opening() as cached:
        await cached.get("/p1/")
        assert "x-request-id" not in (await cached.get("/p1/")).headers
        assert (await cached.get("/p1/", x_request_id="named-by-a-proxy")).headers["x-request-id"] == "named-by-a-proxy"
        assert (await cached.get("/p1/", x_request_id="!")).headers["x-request-id"] != "!"


def test_the_library_is_loaded_only_where_somebody_asks() -> None:
    code = "import sys, westmarch.app; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
