"""Which codings a browser takes, and static files in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.readers import Reader
from westmarch.web.codings import takes_gzip


@pytest.mark.unit
@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("br, GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("identity, *;q=0.1", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip; q=nonsense", False),
        ("gzipped", False),
    ],
)
def test_gzip_is_taken_where_the_header_allows_it(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes


@pytest.mark.slow
@pytest.mark.unit
@given(st.text())
def test_no_header_raises(header: str) -> None:
    assert takes_gzip(header) in (True, False)


async def test_a_style_sheet_goes_compressed_to_whom_takes_that_and_is_the_same(reader: Reader) -> None:
    address = reader.app.state.surface.themes.chosen("default").asset("theme.css")
    plain = await reader.get(address, accept_encoding="identity")
    small = await reader.get(address, accept_encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 3
    assert small.content == plain.content
    assert small.headers["etag"] != plain.headers["etag"]


async def test_a_font_goes_as_it_is(reader: Reader) -> None:
    address = reader.app.state.surface.themes.chosen("default").asset("fonts/literata-roman.woff2")
    answer = await reader.get(address, accept_encoding="gzip")
    assert answer.headers.keys().isdisjoint({"content-encoding", "vary"})
