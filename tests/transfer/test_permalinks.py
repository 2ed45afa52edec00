"""Patterns of addresses."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.links.paths import checked
from westmarch.transfer.permalinks import expand_braces, expand_colons, from_url, moved_base, tidy

pytestmark = pytest.mark.unit


def test_the_longest_known_placeholder_wins() -> None:
    values = {"title": "T", "year": "2026", "i_day": "1"}
    assert expand_colons("/:year/:title_x/:i_day:nothing/", values) == "/2026/T_x/1:nothing/"


def test_pelicans_patterns_hold_dates() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    assert expand_braces("{date:%Y}/{date:%b}/{slug}.html", {"slug": "s"}, at) == "2026/May/s.html"


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/%2e%2e/%2e%2e/baddie.html", "/baddie.html"),
        ("https://example.org/a/?b#c", "/a/"),
        ("a//b/./c", "/a/b/c"),
        ("", "/"),
        ("/e\u0301/", "/é/"),
        ("http://[", "/http:/["),
    ],
)
def test_an_address_becomes_a_path_that_stays_within_the_site(written: str, path: str) -> None:
    assert from_url(written) == path


@given(st.text(max_size=80))
def test_any_text_becomes_a_path_that_a_link_may_have(text: str) -> None:
    path = tidy(text.encode(errors="ignore").decode())
    assert checked(path) == path
    assert tidy(path) == path


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("", "", "/x/"), ("/blog", "", "/blog/x/"), ("/blog", "/blog", "/x/"), ("/blog", "/b", "/x/"), ("", "/b", "/x/")],
)
def test_the_old_base_path_stays_where_our_site_has_none(old: str, new: str, expected: str) -> None:
    assert moved_base("/x/", old, new) == expected
