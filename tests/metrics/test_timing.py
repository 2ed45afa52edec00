"""Requests as they are timed: by route and status, also where the program fails."""

import asyncio
from typing import Any

import pytest

from westmarch.metrics.durations import Requests
from westmarch.metrics.timing import Timed

pytestmark = pytest.mark.unit


def scope(kind: str = "http", **more: Any) -> dict[str, Any]:
    return {"type": kind, "method": "GET", "path": "/x", "headers": [], **more}


async def run(app: Any, asked: dict[str, Any], *, process_time: bool = False) -> tuple[Requests, list[Any]]:
    """What was counted and what was sent."""
    requests, sent = Requests(), []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is received")

    await Timed(app, requests=requests, process_time=process_time)(asked, receive, send)
    return requests, sent


def answering(status: int, headers: list[Any]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {"route": "/{post}/"}
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await asyncio.sleep(0.02)
        await send({"type": "http.response.body", "body": b"x"})

    return app


async def test_a_request_is_counted_with_the_route_and_status_of_its_answer_and_all_its_time() -> None:
    requests, _ = await run(answering(404, []), scope())
    [(method, route, status, durations)] = requests
    assert (method, route, status, sum(durations.counts)) == ("GET", "/{post}/", 404, 1)
    assert durations.seconds >= 0.02


async def test_a_program_that_fails_is_counted_as_500_and_its_error_goes_on() -> None:
    requests = Requests()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("failed")

    with pytest.raises(RuntimeError):
        await Timed(app, requests=requests, process_time=False)(scope(), None, None)  # type: ignore[arg-type] # not used
    assert [(route, status) for _, route, status, _ in requests] == [("/{path}", 500)]


async def test_the_time_is_told_without_touching_the_headers_of_a_page() -> None:
    kept: list[Any] = [(b"etag", b'"a"')]
    requests, sent = await run(answering(200, kept), scope(), process_time=True)
    assert kept == [(b"etag", b'"a"')]
    headers = dict(sent[0]["headers"])
    assert headers[b"etag"] == b'"a"'
    [(*_, durations)] = requests
    assert 0 < float(headers[b"x-process-time"]) < durations.seconds - 0.019  # Until the answer begins.


async def test_what_is_no_http_request_passes_untouched() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send))

    requests = Requests()
    lifespan = {"type": "lifespan"}
    await Timed(app, requests=requests, process_time=True)(lifespan, 1, 2)  # type: ignore[arg-type] # only passed on
    assert seen == [(lifespan, 1, 2)]
    assert not list(requests)
