"""No address tells of what readers may not see."""

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import SITE, day, post
from tests.readers import Reader
from westmarch.links import actions as links
from westmarch.posts import actions

HIDDEN: list[dict[str, Any]] = [{"status": "draft"}, {"status": "scheduled", "published_at": day(40_000)}, {}]


@pytest.mark.parametrize("fields", HIDDEN, ids=["draft", "scheduled", "trashed"])
async def test_no_redirect_leads_to_what_is_hidden(reader: Reader, fields: dict[str, Any]) -> None:
    def hide(session: Session) -> None:
        hidden = post(session, "Xyzzy", path="/xyzzy/", aliases=("/old/", "/?p=7"), **fields)
        if not fields:
            actions.trash(session, hidden, SITE, actor="test")

    await reader.do(hide)
    for path in ("/xyzzy/", "/xyzzy", "/XYZZY/", "/xyzzy.html", "/old/", "/old"):
        answer = await reader.get(path)
        assert (answer.status_code, "xyzzy" in answer.text.lower()) == (404, False), path
    assert (await reader.get("/?p=7")).status_code == 404


async def test_an_old_address_of_an_unlisted_post_leads_to_it(reader: Reader) -> None:
    await reader.do(post, "Unlisted", path="/unlisted/", aliases=("/old/",), unlisted=True)
    assert (await reader.get("/old/")).headers["location"] == "https://example.org/unlisted/"


@pytest.mark.parametrize("path", ["/tags/secret", "/TAGS/Secret/", "/topics/plot", "/authors/ghost.html", "/old/"])
async def test_no_redirect_leads_to_a_list_that_only_hidden_posts_fill(reader: Reader, path: str) -> None:
    def fill(session: Session) -> None:
        for name, fields in (("d", {"status": "draft"}), ("u", {"unlisted": True})):
            post(session, slug=name, tags=("Secret",), authors=("Ghost",), topic="Plot", **fields)
        tag_id = session.connection().exec_driver_sql("SELECT id FROM tag").scalar_one()
        links.add_old(session, tag_id, "/old/")

    await reader.do(fill)
    for suffix in ("", "?a=b"):
        answer = await reader.get(path + suffix)
        assert answer.status_code == 404
        assert "location" not in answer.headers
        assert not re.search("secret|ghost|plot", answer.text, re.IGNORECASE)


@pytest.mark.parametrize("kind", ["post", "page"])
async def test_no_link_leads_to_a_list_that_only_hidden_posts_fill(reader: Reader, kind: str) -> None:
    await reader.do(post, slug="u", kind=kind, tags=("Secret",), authors=("Ghost",), unlisted=kind == "post")
    page = await reader.page("/u/")
    assert "Ghost" in page
    assert not re.search("/authors/ghost/|/tags/secret/", page)
