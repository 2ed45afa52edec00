"""Feeds: what feed readers and schemas make of them."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import feedparser
import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT4
from sqlalchemy.orm import Session

from tests.factories import SITE, day, draft, post
from tests.readers import Reader
from westmarch.posts import actions
from westmarch.site import actions as site_actions

FEEDS = [
    place + name
    for place in ("/", "/tags/sea/", "/topics/tides/", "/authors/nell/")
    for name in ("feed.xml", "rss.xml", "feed.json")
]


def fill(session: Session, count: int = 5, **fields: Any) -> None:
    for number in range(count):
        post(
            session,
            f"Post <{number}> & more",
            "Text with [a link](/x/), ![p](/media/ab/x.webp) and a note[^1].\n\n[^1]: Note.\n",
            slug=f"p{number}",
            published_at=day(number),
            tags=("Sea",),
            authors=("Nell",),
            topic="Tides",
            **fields,
        )


def validate_json(feed: Any, folder: Path) -> None:
    """Check a feed against the schema of JSON Feed 1.1, which refers to that of version 1."""
    schemas = {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in ("feed.json", "feed-1.json")}
    registry = Registry[Any]().with_resources(
        (f"https://json.schemastore.org/{name}", DRAFT4.create_resource(schema)) for name, schema in schemas.items()
    )
    jsonschema.Draft4Validator(schemas["feed.json"], registry=registry).validate(feed)


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("path", FEEDS)
async def test_feed_readers_and_schemas_take_every_feed(
    reader: Reader, path: str, inputs: Callable[[str], Path]
) -> None:
    await reader.do(fill)
    answer = await reader.get(path)
    assert answer.status_code == 200
    if path.endswith("json"):
        assert answer.headers["content-type"] == "application/feed+json"
        feed = json.loads(answer.content)
        validate_json(feed, inputs("schemas-jsonfeed"))
        entries = [(item["title"], item["url"], item["content_html"]) for item in feed["items"]]
    else:
        parsed = feedparser.parse(answer.content)
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert parsed.version == ("atom10" if path.endswith("feed.xml") else "rss20")
        entries = [
            (
                re.sub("&lt;", "<", item.title).replace("&gt;", ">").replace("&amp;", "&"),
                item.link,
                item.content[0].value,
            )
            for item in parsed.entries
        ]
        assert all(item.author == "Nell" and item.tags[0].term == "Sea" for item in parsed.entries)
    assert [title for title, _, _ in entries] == [f"Post <{number}> & more" for number in range(4, -1, -1)]
    for _, link, html in entries:
        assert link.startswith("https://example.org/p")
        assert 'href="https://example.org/x/"' in html
        assert 'src="https://example.org/media/ab/x.webp"' in html
        assert 'href="#' not in html
        assert "\ufdd0" not in html


@pytest.mark.parametrize("path", FEEDS)
async def test_older_documents_lead_to_every_post(reader: Reader, path: str) -> None:
    await reader.do(site_actions.change, {"feed_items": 3}, actor="test")
    await reader.do(fill, 10)
    seen: set[str] = set()
    place: str | None = path
    documents = 0
    while place is not None:
        answer = await reader.get(place)
        assert answer.status_code == 200, place
        documents += 1
        if path.endswith("json"):
            feed = json.loads(answer.content)
            assert len(feed["items"]) == 3
            seen |= {item["url"] for item in feed["items"]}
            place = feed.get("next_url")
        else:
            parsed = feedparser.parse(answer.content)
            assert len(parsed.entries) == 3
            seen |= {item.link for item in parsed.entries}
            place = next((link.href for link in parsed.feed.links if link.rel == "prev-archive"), None)
    assert seen == {f"https://example.org/p{number}/" for number in range(10)}
    assert documents == 4
    assert (await reader.get(path + "?page=4")).status_code == 404


async def test_a_document_of_the_archive_stays_as_it_is_when_new_posts_come(reader: Reader) -> None:
    await reader.do(site_actions.change, {"feed_items": 2}, actor="test")
    await reader.do(fill, 5)
    before = feedparser.parse((await reader.get("/feed.xml?page=1")).content)
    await reader.do(post, "New", slug="new", published_at=day(50))
    after = feedparser.parse((await reader.get("/feed.xml?page=1")).content)
    assert [item.id for item in before.entries] == [item.id for item in after.entries]


async def test_ids_outlive_a_move_and_come_along_from_elsewhere(reader: Reader) -> None:
    def make(session: Session) -> int:
        post(session, slug="brought", guid="http://old.example/?p=3", published_at=day(2))
        return post(session, slug="a")

    post_id = await reader.do(make)
    first = [item.id for item in feedparser.parse((await reader.get("/feed.xml")).content).entries]
    assert first[0] == "http://old.example/?p=3"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", first[1])
    await reader.do(actions.move, post_id, "/elsewhere/", actor="test")
    await reader.do(actions.revise, post_id, draft(title="Another"), SITE, actor="test")
    for path in ("/feed.xml", "/rss.xml"):
        assert [item.id for item in feedparser.parse((await reader.get(path)).content).entries] == first
    assert [item["id"] for item in (await reader.get("/feed.json")).json()["items"]] == first


async def test_what_xml_cannot_hold_is_replaced(reader: Reader) -> None:
    await reader.do(post, "Bell \x07 and \ufffe end", "`\x0b` text", slug="a", summary="\x1b[31m")
    for path in ("/feed.xml", "/rss.xml", "/sitemap-2024.xml"):
        parsed = feedparser.parse((await reader.get(path)).content)
        assert not parsed.bozo, (path, parsed.get("bozo_exception"))


async def test_an_empty_site_has_valid_feeds(reader: Reader, inputs: Callable[[str], Path]) -> None:
    for path in ("/feed.xml", "/rss.xml"):
        parsed = feedparser.parse((await reader.get(path)).content)
        assert not parsed.bozo
        assert parsed.entries == []
    validate_json((await reader.get("/feed.json")).json(), inputs("schemas-jsonfeed"))


@pytest.mark.parametrize("query", ["page=0", "page=1", "page=99", "page=999999999"])
async def test_a_page_that_the_archive_does_not_have_is_404(reader: Reader, query: str) -> None:
    await reader.do(fill)
    assert (await reader.get(f"/feed.xml?{query}")).status_code == 404


@pytest.mark.parametrize("path", ["/feed.xml", "/rss.xml", "/feed.json"])
async def test_links_within_a_post_lead_to_its_page_and_code_stays_as_it_is(reader: Reader, path: str) -> None:
    text = 'A [link](#end "1 > 0"), code `<a href="#end">`.\n\n```html\n<a href="#end">x</a>\n```\n\n## End\n'
    await reader.do(post, "A", text, slug="a")
    answer = await reader.get(path)
    if path.endswith("json"):
        html = answer.json()["items"][0]["content_html"]
    else:
        html = feedparser.parse(answer.content, sanitize_html=False).entries[0].content[0].value
    assert re.search(r'<a [^\n]*?href="https://example\.org/a/#end"', html)
    shown = unescape(re.sub("<[^>]*>", "", html))
    assert shown.count('<a href="#end">') == 2
