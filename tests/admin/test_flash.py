"""What is said once is read from a cookie of ours, and of nobody else's only what does no harm."""

import base64
import json
from typing import Any

import pytest
from starlette.requests import Request

from westmarch.admin import flash

pytestmark = pytest.mark.unit


def taken(told: Any) -> flash.Flash | None:
    value = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    headers = [(b"cookie", f"{flash.COOKIE}={value}".encode())]
    return flash.take(Request({"type": "http", "headers": headers}))


def test_what_was_written_is_read() -> None:
    shows = "/admin/posts/7/revisions/compare/?old=3&new=5"
    assert taken(["Done.", [[3, 5]], False, shows]) == flash.Flash("Done.", (3, 4, 5), bad=False, shows=shows)


@pytest.mark.parametrize("shows", ["https://elsewhere.example/", "//elsewhere.example", '/admin/"><script>', "/x/"])
def test_a_link_leads_nowhere_else(shows: str) -> None:
    assert taken(["Done.", [], False, shows]) == flash.Flash("Done.")


@pytest.mark.parametrize("told", [7, [], ["Done."], ["Done.", [], False], [7, [], False, ""], ["", [], False, 7]])
def test_what_is_no_message_of_ours_says_nothing(told: Any) -> None:
    assert taken(told) is None
