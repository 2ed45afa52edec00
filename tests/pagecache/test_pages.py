"""Ready answers in their codings."""

import gzip
import tracemalloc

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.pagecache.pages import Page, coding, send

pytestmark = pytest.mark.unit

BODY = b"<p>Words and more words.</p>" * 200


def page() -> Page:
    return Page(BODY, '"abc"', "text/html", ((b"cache-control", b"no-cache"),), 7)


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (b"", "identity"),
        (b"gzip", "gzip"),
        (b"gzip, deflate, br, zstd", "br"),
        (b"br;q=0, gzip", "gzip"),
        (b"br;q=0.5, gzip;q=0.9", "gzip"),
        (b"*", "br"),
        (b"*;q=0", "identity"),
        (b"gzip;q=0.2, identity;q=0.8", "identity"),
        (b"identity", "identity"),
        (b"GZIP", "gzip"),
        (b"gzip;q=x", "identity"),
        (b"gzip," * 200, "identity"),
        (b"\xff;=,;q", "identity"),
    ],
)
def test_the_coding_is_the_one_that_is_wanted_most(accepted: bytes, chosen: str) -> None:
    assert coding(accepted) == chosen


def test_long_headers_are_not_kept_in_memory() -> None:
    tracemalloc.start()
    try:
        for number in range(600):
            coding(b"x" * 50_000 + str(number).encode())
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=60))
def test_any_header_chooses_a_coding(accepted: bytes) -> None:
    assert coding(accepted) in ("identity", "gzip", "br")


async def test_each_coding_holds_the_content_under_a_tag_of_its_own() -> None:
    made = page()
    forms = {name: await made.made(name) for name in ("identity", "gzip", "br")}
    assert forms["identity"].body == gzip.decompress(forms["gzip"].body) == brotli.decompress(forms["br"].body) == BODY
    assert len({form.etag for form in forms.values()}) == 3
    for name, form in forms.items():
        headers = dict(form.headers)
        assert headers[b"content-length"] == str(len(form.body)).encode()
        assert headers.get(b"content-encoding", b"identity") == name.encode()
        assert headers[b"vary"] == b"accept-encoding"


async def test_the_plain_content_is_kept_only_where_it_is_asked_for() -> None:
    made = page()
    before = made.size
    await made.made("br")
    assert list(made.forms) == ["br"]
    assert made.size < before
    assert (await made.made("gzip")).body == (await page().made("gzip")).body
    assert (await made.made("identity")).body == BODY
    await made.made("gzip")
    assert set(made.forms) == {"br", "gzip", "identity"}


@pytest.mark.parametrize(
    ("condition", "method", "status", "whole"),
    [(b"", "GET", 200, True), (b"", "HEAD", 200, False), (b'"abc"', "GET", 304, False), (b'W/"x"', "GET", 200, True)],
)
async def test_a_form_is_sent_by_what_is_asked(condition: bytes, method: str, status: int, whole: bool) -> None:
    sent: list[dict[str, object]] = []

    async def note(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    form = await page().made("identity")
    await send(form, {"type": "http", "method": method}, condition, [(b"cache-status", b"x")], note)
    assert sent[0]["status"] == status
    assert (b"cache-status", b"x") in sent[0]["headers"]  # type: ignore[operator]  # a list of headers
    assert sent[1]["body"] == (BODY if whole else b"")
