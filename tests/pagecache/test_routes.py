"""All routes of the program, asked with all methods by somebody: what is stored is for everybody."""

import re
from typing import Any

import pytest

from tests.pagecache.cached import PATHS, Cached
from tests.pagecache.test_middleware import scope
from tests.test_app import asked
from westmarch.app import public

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "FOO")
SOMEBODY = (
    (b"cookie", b"session=1; theme=dark"),
    (b"authorization", b"Bearer abc"),
    (b"accept-language", b"de"),
    (b"accept", b"application/json"),
    (b"x-request-id", b"somebody-4711"),
)
#: What stands for places in the patterns of routes that are no numbers.
PLACES = {"name": "1-0123456789abcdef.png", "path": "theme.css"}
#: What leads nowhere of its own, or elsewhere.
OTHERS = (
    "/old/",
    "/later/",
    "/nothing/",
    "/P1",
    "/admin/",
    "/api/posts/",
    "/.well-known/x",
    "/feed.json?page=9",
    "/%00",
)


def addresses(cached: Cached) -> set[str]:
    """An address for each route that the program has, and those that links and listings have."""
    found = {*PATHS, *OTHERS}
    for route in cached.app.routes:
        pattern: str = getattr(route, "path")  # noqa: B009 - not all kinds of routes have one, and then this fails
        found.add(re.sub(r"\{(\w+)[^}]*\}", lambda match: PLACES.get(match[1], "1"), pattern))
    return found


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("method", METHODS)
async def test_only_pages_for_everybody_are_stored(cached: Cached, method: str) -> None:
    cached.pages.store.clear("test")
    answers: dict[tuple[bytes, bytes], list[tuple[int, dict[bytes, bytes]]]] = {}
    for address in sorted(addresses(cached)):
        path, _, query = address.partition("?")
        for _ in range(2):
            status, headers, _ = await asked(cached.app, scope(path, query.encode(), method, SOMEBODY))
            assert status != 500
            answers.setdefault((path.encode(), query.encode()), []).append((status, headers))
    stored = list(cached.pages.store)
    assert bool(stored) is (method in ("GET", "HEAD"))
    for entry in stored:
        for status, headers in answers[entry.key[:2]]:
            assert status == 200
            assert not {b"set-cookie", b"www-authenticate"} & headers.keys()
            assert headers[b"vary"] == b"accept-encoding"
            assert headers[b"cache-control"] == b"no-cache"
        for form in entry.page.forms.values():
            assert not {b"set-cookie", b"x-request-id", b"date", b"x-process-time"} & dict(form.headers).keys()
            assert b"somebody" not in form.body


async def test_what_the_program_does_not_show_to_all_is_never_stored(cached: Cached) -> None:
    kept: set[tuple[bytes, bytes]] = set()
    for address in sorted(addresses(cached)):
        path, _, query = address.partition("?")
        status, headers, _ = await asked(cached.app, scope(path, query.encode(), headers=SOMEBODY))
        if status != 200 or headers.get(b"cache-control") != b"no-cache" or headers.get(b"vary") != b"accept-encoding":
            kept.add((path.encode(), query.encode()))
    assert len(kept) > len(OTHERS)
    assert not [entry.key for entry in cached.pages.store if entry.key[:2] in kept]


def test_one_route_alone_asks_the_cache(cached: Cached) -> None:
    last = cached.app.routes[-1]
    assert getattr(last, "endpoint") is public  # noqa: B009 - see above


async def test_a_websocket_is_the_business_of_the_program(cached: Cached) -> None:
    await cached.visit(("/p1/",))
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    handshake = scope("/p1/") | {"type": "websocket", "scheme": "ws", "subprotocols": []}
    before = cached.pages.numbers()
    await cached.app(handshake, receive, send)
    assert sent == ["websocket.close"]  # There is none; the page is not answered to it.
    assert cached.pages.numbers() == before
