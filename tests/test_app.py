"""The whole program: whatever is asked of its routes gets an answer that is not a fault of ours."""

import asyncio
import shutil
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from tests.serving import serving
from tests.shells import Shell
from tests.shells import shell as shell
from westmarch.accounts import auth
from westmarch.admin import routes as admin
from westmarch.answers import LISTINGS
from westmarch.api import docs
from westmarch.api import routes as api
from westmarch.app import ROUTES, create_app
from westmarch.db.database import Database, open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.links import actions as links
from westmarch.links.paths import claimable
from westmarch.ops import schema
from westmarch.posts import schedule
from westmarch.posts.preview_page import PreviewRoute
from westmarch.settings import Settings
from westmarch.web.icons import ICONS


def fill(session: Session) -> None:
    """One of each thing that an address can lead to."""
    for number in range(3):
        name = f"p{number}"
        post(session, name, slug=name, tags=("Sea",), authors=("Nell",), topic="Tides", aliases=(f"/?p={number}",))
    post(session, "About", kind="page", slug="about")
    links.redirect(session, "/shop/", "https://shop.example/", permanent=True)


# Places that lead somewhere, so that the search begins where there is something to break.
PLACES = (
    "/", "/p1/", "/about/", "/tags/", "/tags/sea/", "/topics/tides/", "/authors/nell/", "/archive/", "/archive/2024/",
    "/shop/", "/static/", "/static/theme.css", "/media/", "/healthz", "/readyz", "/robots.txt", "/sitemap.xml",
    "/sitemap-2024.xml", "/feed.xml", "/tags/sea/rss.xml", "/page/2/",
)  # fmt: skip
HOSTILE = st.sampled_from(
    ("..", ".", "", "%2e%2e", "%00", "%ff", "%", "%zz", "\x00", "\ud800", "\ufdd0", "\u202e", "a" * 3000, "page/0/",
     "page/99999999999999999999/", "page/-1/", "page/\u0662/", "9999/", "0000/", "feed.xml/feed.xml", "'--", "{{7*7}}",
     "index.html", "\r\nX: y", "sitemap-9999-99.xml", "//evil.example/", "\\evil.example", "?", "#", ";a=b")
)  # fmt: skip
TEXT = st.one_of(HOSTILE, st.text(max_size=30), st.text(st.characters(), max_size=5))
PATHS = st.builds(lambda place, more: place + "/".join(more), st.sampled_from(PLACES), st.lists(TEXT, max_size=4))
RAW = st.one_of(st.none(), st.binary(max_size=40).map(lambda raw: b"/" + raw))
QUERIES = st.one_of(
    st.sampled_from((b"", b"p=1", b"page=1", b"page=0", b"page=" + b"9" * 30, b"p=1&" * 2000, b"%00=%ff", b"&&==")),
    st.binary(max_size=40),
)
VALUES = st.one_of(
    st.sampled_from(
        (b"*", b'"x"', b"W/", b"application/json", b"text/html;q=nan", b"bytes=0-", b"bytes=9-1,-", b"\xff")
    ),
    st.binary(max_size=40),
)
NAMES = st.sampled_from(
    (b"accept", b"if-none-match", b"if-modified-since", b"if-range", b"range", b"x-request-id", b"host", b"cookie",
     b"x-forwarded-for", b"x-forwarded-host", b"forwarded", b"content-length", b"transfer-encoding", b"expect")
)  # fmt: skip
METHODS = st.sampled_from(("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW", "get", ""))


async def asked(app: Any, scope: dict[str, Any]) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of what the program answers to a scope."""
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    starts = [message for message in messages if message["type"] == "http.response.start"]
    assert len(starts) == 1
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return starts[0]["status"], dict(starts[0]["headers"]), body


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=METHODS, path=PATHS, raw=RAW, query=QUERIES, headers=st.lists(st.tuples(NAMES, VALUES), max_size=4))
async def test_no_request_is_answered_with_a_fault(
    reader: Reader, method: str, path: str, raw: bytes | None, query: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    if not getattr(reader, "filled", False):
        await reader.do(fill)
        reader.filled = True  # type: ignore[attr-defined]  # the examples of one test share its reader
    raw_path = raw if raw is not None else quote(path, safe="/%", errors="replace").encode()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": raw_path, "root_path": "", "query_string": query, "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    status, answered, body = await asked(reader.app, scope)
    assert status < 500, (status, body)
    assert all(b"\r" not in value and b"\n" not in value for value in answered.values())
    assert b"evil.example" not in answered.get(b"location", b"").split(b"//", 2)[-1].split(b"/")[0]
    if method == "GET" and status not in (304,):
        assert int(answered[b"content-length"]) == len(body)
    if status >= 400 and method != "HEAD":
        assert body


def test_the_route_table_is_all_there_is_and_ends_with_the_links() -> None:
    elsewhere = {route.path for route in (*api.ROUTES, *admin.ROUTES, *auth.ROUTES, *docs.ROUTES)}
    assert [route.path for route in ROUTES if route.path not in elsewhere] == [
        "/static/{path:path}",
        "/media/cards/{name}",
        "/media/{path:path}",
        *ICONS,
        "/site.webmanifest",
        "/healthz",
        "/readyz",
        "/metrics",
        "/preview/{secret}/",
        "/preview/{secret}",
        "/api/v1/search/",
        "/api/v1/search",
        "/api/v1/books/{book_id}",
        "/api/v1/suggest",
        "/api/v1/find",
        "/api/v1/find/suggest",
        "/{path:path}",
    ]
    # A preview has only what has the shape of its secret: all other addresses below it are for links.
    assert not any(claimable(route.path) for route in ROUTES[:-1] if not isinstance(route, PreviewRoute))
    assert all(path.endswith("/") for path in LISTINGS)


def test_making_the_program_opens_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    create_app(Settings(site=folder, url="https://example.org"))
    assert not folder.exists()


async def test_the_program_opens_and_closes_what_it_needs(settings: Settings) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        assert app.state.db.dialect in ("sqlite", "postgresql")
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert {"followers", "schedule", "views"} <= names
    await asyncio.sleep(0)
    assert not {"followers", "schedule", "views"} & {task.get_name() for task in asyncio.all_tasks()}


async def test_readiness_is_a_look_at_the_database(reader: Reader, settings: Settings, tmp_path: Path) -> None:
    assert (await reader.get("/readyz")).json() == {"status": "ok", "schema": schema.HEAD}
    reader.app.state.settings = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'none.db'}"})
    answer = await reader.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert "westmarch db upgrade" in answer.json()["reason"]
    assert (await reader.get("/healthz")).json() == {"status": "ok"}


async def test_probes_are_named_and_kept_from_search_engines_in_staging(settings: Settings, db: Database) -> None:
    app = create_app(settings.model_copy(update={"environment": "staging"}))
    app.state.db = db
    probe = Reader(app, db, settings.url)
    for path in ("/healthz", "/readyz"):
        answer = await probe.get(path, x_request_id="from-the-proxy")
        assert answer.status_code == 200
        assert answer.headers["x-request-id"] == "from-the-proxy"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"] == "no-store"
    await probe.client.aclose()


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE post SET published_at = 'garbage'",
        "UPDATE post SET published_at = '2020-02-30'",
        "UPDATE post SET extra = '[1]'",
        "UPDATE revision SET toc = 'x'",
    ],
)
async def test_a_stored_value_that_cannot_be_read_is_503_and_logged(
    reader: Reader, shell: Shell, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    await reader.do(lambda session: post(session, "One"))
    shell(broken)
    assert (await reader.get("/one/")).status_code == 503
    assert "`westmarch doctor` says where it is" in caplog.text
    assert (await reader.get("/tags/")).status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_broken_option_does_not_bring_the_site_down(reader: Reader, shell: Shell) -> None:
    shell("INSERT INTO site_option (key, value) VALUES ('title', 'My blog')")
    assert (await reader.get("/")).status_code == 200


# Over a real socket


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[str, int]]:
    """Host and port of a server of an empty site."""
    site = tmp_path_factory.mktemp("site")
    shutil.copyfile(sqlite_template, site / "westmarch.db")
    (site / "westmarch.toml").write_text('url = "https://example.org"\n')
    with serving(site) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        yield host, int(port)


def exchanged(place: tuple[str, int], request: bytes) -> bytes:
    """All that the server sends back before it closes."""
    with closing(socket.create_connection(place, timeout=10)) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


TARGETS = st.one_of(
    st.builds(lambda path, query: quote(path, safe="/%", errors="replace").encode() + b"?" + query, PATHS, QUERIES),
    st.binary(min_size=1, max_size=60).map(lambda raw: b"/" + raw.translate(None, b" \r\n")),
    st.sampled_from((b"*", b"http://evil.example/", b"//evil.example/", b"/\xff", b"/" + b"a" * 60_000)),
)


@settings(max_examples=150, deadline=None)
@given(method=st.sampled_from((b"GET", b"HEAD", b"POST", b"OPTIONS", b"BREW")), target=TARGETS, value=VALUES)
def test_no_request_over_a_socket_is_answered_with_a_fault(
    place: tuple[str, int], method: bytes, target: bytes, value: bytes
) -> None:
    value = value.translate(None, b"\r\n\x00")
    request = b"%s %s HTTP/1.1\r\nHost: evil.example\r\nAccept: %s\r\nConnection: close\r\n\r\n" % (
        method,
        target,
        value,
    )
    answer = exchanged(place, request)
    status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/1.1 ") else b"none"
    assert status[:1] in (b"2", b"3", b"4"), (request, answer[:500])
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"evil.example" not in (head.partition(b"location:")[2].partition(b"\r\n")[0].split(b"/") + [b""] * 3)[2]


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:1/none"])
async def test_a_database_that_is_away_is_503_with_a_time(
    tmp_path: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Settings(site=tmp_path, url="https://example.org", database_url=url))
    async with open_database(url) as db:
        app.state.db = db
        away = Reader(app, db, "https://example.org")
        answer = await away.get("/")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "database" not in answer.text
        assert (await away.get("/feed.json", accept="application/json")).json()["status"] == 503
        ready = await away.get("/readyz")
        assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
        await away.client.aclose()
    assert any(record.levelname == "ERROR" and "database" in record.message for record in caplog.records)


@pytest.mark.parametrize("turns", range(6))
@pytest.mark.parametrize("following", [schedule.run, partial(followers.run, following=[])])
async def test_a_task_that_is_woken_while_it_is_stopped_ends(
    db: Database, following: Callable[..., Coroutine[Any, Any, None]], turns: int
) -> None:
    task = asyncio.create_task(following(db, clock=now))
    await asyncio.sleep(0.2)  # Mostly it waits by then.
    for wake in tuple(db.after_write):
        wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=30)
    assert done
