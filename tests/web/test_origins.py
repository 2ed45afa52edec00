"""What another site sends in the name of a reader is refused, on every route and by every method."""

from typing import Any

import pytest
from starlette.routing import Route
from starlette.types import Message, Scope

from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.app import ROUTES
from westmarch.web.origins import SAFE, Origins

UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "BREW")
ELSEWHERE: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://example.org"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
)


async def nothing(*_: Any) -> None:
    """Where nothing is to come."""


def middleware(url: str = "https://example.org") -> Origins:
    return Origins(nothing, url=url, refused=nothing)


def scope(*headers: tuple[str, str], host: str = "example.org") -> Scope:
    named = [(name.encode(), value.encode("latin-1")) for name, value in (("host", host), *headers)]
    return {"type": "http", "method": "POST", "headers": named}


@pytest.mark.unit
@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("sec-fetch-site", "same-origin"),),
        (("sec-fetch-site", "none"),),
        (("sec-fetch-site", "Same-Origin"),),
        (("sec-fetch-site", "same-origin"), ("origin", "null")),
        (("origin", "https://example.org"),),
        (("origin", "https://example.org:443"),),
        (("origin", "HTTPS://EXAMPLE.ORG"),),
        (("authorization", "Bearer x"),),
    ],
)
def test_the_site_itself_and_programs_are_let_through(headers: tuple[tuple[str, str], ...]) -> None:
    assert not middleware().foreign(scope(*headers))


@pytest.mark.unit
@pytest.mark.parametrize(
    "headers",
    [
        (("sec-fetch-site", "cross-site"),),
        (("sec-fetch-site", "same-site"),),
        (("sec-fetch-site", ""),),
        (("sec-fetch-site", "x"),),
        (("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")),
        (("sec-fetch-site", "same-origin, cross-site"),),
        (("sec-fetch-site", "cross-site"), ("origin", "https://example.org")),
        (("sec-fetch-site", "cross-site"), ("authorization", "Bearer x")),
        (("origin", "null"),),
        (("origin", ""),),
        (("origin", "https://evil.example"),),
        (("origin", "https://example.org.evil.example"),),
        (("origin", "https://example.org@evil.example"),),
        (("origin", "https://example.org:8443"),),
        (("origin", "https://sub.example.org"),),
        (("origin", "http://example.org"),),
        (("origin", "https://example.org"), ("origin", "https://evil.example")),
        (("origin", "https://example.org https://evil.example"),),
        (("origin", "ftp://example.org"),),
        (("origin", "https://["),),
        (("origin", "https://\xff"),),
        (("origin", "chrome-extension://example.org"),),
    ],
)
def test_all_else_is_foreign(headers: tuple[tuple[str, str], ...]) -> None:
    assert middleware().foreign(scope(*headers))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("url", "host", "origin", "foreign"),
    [
        ("http://127.0.0.1:8000", "localhost:8000", "http://localhost:8000", False),
        ("http://127.0.0.1:8000", "localhost:8000", "http://localhost:8001", True),
        ("http://127.0.0.1:8000", "192.168.0.7", "https://192.168.0.7", False),
        ("https://example.org", "127.0.0.1:8000", "https://127.0.0.1:8000", False),
        ("https://example.org", "127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("https://example.org/blog", "example.org", "https://example.org", False),
        ("https://example.org", "example.org:443", "https://example.org", False),
        ("https://example.org", "", "https://", True),
    ],
)
def test_the_site_may_be_asked_at_another_address(url: str, host: str, origin: str, foreign: bool) -> None:
    assert middleware(url).foreign(scope(("origin", origin), host=host)) is foreign


def paths(routes: Any) -> list[str]:
    """The patterns of all routes, with something in each of their places."""
    found = []
    for route in routes:
        path = route.path
        for name, convertor in getattr(route, "param_convertors", {}).items():
            kind = type(convertor).__name__
            value = {"IntegerConvertor": "1", "PathConvertor": "some/path"}.get(kind, "some")
            path = path.replace(f"{{{name}:int}}", value).replace(f"{{{name}:path}}", value)
            path = path.replace(f"{{{name}}}", value)
        found.append(path)
    return sorted(set(found))


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_it_is_refused_on_all_routes(reader: Reader, headers: dict[str, str]) -> None:
    assert len(paths(ROUTES)) > 40
    for path in paths(ROUTES):
        for method in UNSAFE:
            answer = await reader.client.request(method, path, headers=headers)
            assert answer.status_code == 403, (method, path)
            assert "nothing was done" in answer.text, (method, path)
            assert "set-cookie" not in answer.headers


async def test_whoever_only_reads_may_come_from_anywhere(reader: Reader) -> None:
    for method in sorted(SAFE):
        for headers in ELSEWHERE:
            assert (await reader.client.request(method, "/", headers=headers)).status_code != 403


async def test_programs_are_told_so_as_a_problem(reader: Reader) -> None:
    answer = await reader.client.post("/api/v1/posts", headers={"origin": "https://evil.example"})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_no_websocket_opens_from_elsewhere(reader: Reader, headers: dict[str, str]) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(b"host", b"example.org"), *((name.encode(), value.encode()) for name, value in headers.items())]
    asked = {
        "type": "websocket",
        "path": "/admin/import/1/live",
        "headers": named,
        "query_string": b"",
        "scheme": "wss",
    }
    await reader.app(asked, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
    assert sent[0]["code"] == 1008


def test_every_route_is_one_that_is_walked() -> None:
    assert all(isinstance(route, Route) for route in ROUTES)
