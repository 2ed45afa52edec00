"""Errors as pages and as problems."""

import pytest
from starlette.exceptions import HTTPException

from tests.readers import Reader
from westmarch.db.database import Database
from westmarch.errors import Unavailable
from westmarch.site import actions
from westmarch.web import request_ids
from westmarch.web.errors import wants_json


@pytest.mark.unit
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", False), ("*/*", False), ("text/html,application/xhtml+xml,*/*;q=0.8", False), ("application/json", True),
        ("application/problem+json", True), ("application/json;q=0.5, text/html", False),
        ("application/json;q=x", False), ("text/html;q=0.1, application/json", True), ("application/ld+json", True),
        (";;,,q=", False), ("a/b," * 1_000_000 + "application/json", False),
    ],
)  # fmt: skip
def test_json_is_given_to_who_prefers_it(accept: str, expected: bool) -> None:
    assert wants_json(accept) is expected


@pytest.mark.unit
def test_a_proxy_s_name_of_a_request_is_taken_if_it_is_sane() -> None:
    assert request_ids.taken_or_made(b"abc-123.DEF_4") == "abc-123.DEF_4"
    for given in (None, b"short", b"x" * 65, b"with space", b"line\nbreak", "é".encode() * 5):
        made = request_ids.taken_or_made(given)
        assert len(made) == 16
        assert made.encode() != given


async def test_a_problem_has_the_shape_of_rfc_9457(reader: Reader) -> None:
    answer = await reader.get("/nothing/", accept="application/json", x_request_id="proxy-4711")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Nothing matches the given URI",
        "request_id": "proxy-4711",
    }
    assert answer.headers["x-request-id"] == "proxy-4711"


@pytest.mark.parametrize("path", ["/", "/nothing/", "/static/theme.css", "/feed.xml"])
async def test_other_methods_are_405_and_told_which_there_are(reader: Reader, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        answer = await reader.ask(method, path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_an_error_without_words_of_its_own_has_those_of_its_kind_in_the_language_of_the_site(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.do(actions.change, {"language": "de"}, actor="test")
    await reader.page("/")
    for status, heading in ((409, "Diese Anfrage wurde abgelehnt"), (502, "Etwas ist schiefgegangen")):

        async def failing(*_arguments: object, failed: int = status, **_named: object) -> None:
            raise HTTPException(failed)

        monkeypatch.setattr(reader.app.state.db, "read", failing)
        answer = await reader.get("/nothing/")
        assert answer.status_code == status
        assert f"<h1>{heading}</h1>" in answer.text


async def test_head_is_get_without_the_body(reader: Reader) -> None:
    for path in ("/", "/feed.xml", "/static/theme.css", "/nothing/", "/robots.txt"):
        got = await reader.get(path, accept_encoding="identity")
        head = await reader.ask("HEAD", path, accept_encoding="identity")
        assert head.content == b""
        same = ("content-length", "content-type", "etag", "cache-control")
        assert [head.headers.get(name) for name in same] == [got.headers.get(name) for name in same]
        assert int(got.headers["content-length"]) == len(got.content)


async def test_what_is_unavailable_is_503_with_a_time_and_tells_the_log_alone_why(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_arguments: object, **_named: object) -> None:
        raise Unavailable("The database is locked by another process.", hint="Wait until it has finished.")

    monkeypatch.setattr(reader.app.state.db, "read", away)
    answer = await reader.get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "locked" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "locked by another process. Wait until it has finished." in caplog.text


async def test_a_fault_of_ours_is_a_page_with_the_request_s_name(
    reader: Reader, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(reader.app.state.db, "read", broken)
    answer = await reader.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "content-security-policy" in answer.headers
    problem = await reader.get("/", accept="application/json")
    assert (problem.status_code, problem.json()["status"]) == (500, 500)


async def test_every_answer_has_the_headers_that_keep_it_safe(reader: Reader) -> None:
    for path in ("/", "/nothing/", "/static/theme.css", "/feed.json", "/%00"):
        headers = (await reader.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]


async def test_static_files_are_kept_for_ever_under_their_own_hash_alone(reader: Reader) -> None:
    page = (await reader.get("/")).text
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert (await reader.get(address)).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await reader.get("/static/theme.00000000.css")).headers["cache-control"] == "no-cache"
    assert (await reader.get("/static/no.css")).status_code == 404


async def test_caches_are_told_that_errors_differ_by_what_is_asked_for(reader: Reader) -> None:
    for path in ("/nothing/", "/static/no.css", "/%00"):
        for accept in ("text/html", "application/json"):
            assert (await reader.get(path, accept=accept)).headers["vary"] == "accept"
    assert (await reader.get("/")).headers["vary"] == "accept-encoding"


async def test_conditions_may_come_in_several_lines(reader: Reader) -> None:
    etag = (await reader.get("/")).headers["etag"]
    lines = [("if-none-match", '"other"'), ("if-none-match", etag)]
    assert (await reader.client.get("/", headers=lines)).status_code == 304
