"""What somebody writes as readers would see it, before it is saved."""

import re

import pytest

from tests.accounts.people import signed_in
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.events import queries as events
from westmarch.topics.editing import create as new_topic


async def test_a_preview_shows_the_text_in_the_theme_and_stores_nothing(reader: Reader) -> None:
    await signed_in(reader, role="owner")
    typed = {"title": "A <title>", "markdown": "Some *words*.\n\n<script>alert(1)</script>\n", "language": "en"}
    answer = await reader.client.post("/admin/posts/preview/", data=typed)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert '<article class="post h-entry' in answer.text
    assert "<em>words</em>" in answer.text
    assert "A &lt;title&gt;" in answer.text
    assert "<script>alert" not in answer.text
    assert not (await reader.db.read(events.page, events.Asked(verb="post"))).rows


async def test_a_preview_is_for_those_who_write(reader: Reader) -> None:
    assert (await reader.client.post("/admin/posts/preview/", data={"title": "A"})).status_code == 401
    await signed_in(reader, "Ann", role="contributor")
    assert (await reader.client.post("/admin/pages/preview/", data={"title": "A"})).status_code == 403


async def test_a_preview_shows_tags_topic_authors_and_cover_as_they_would_be(reader: Reader) -> None:
    await signed_in(reader, role="owner")
    await reader.do(new_topic, "Coasts", language="en", actor="test")
    await reader.do(lambda session: post(session, "First", tags=("Sea",), topic="Coasts", authors=("Mona",)))
    typed = {"title": "A", "tags": 'sea, "Bern, old town"', "topic": "coasts", "authors": "Mona, Ann"}
    answer = await reader.client.post("/admin/posts/preview/", data=typed)
    assert answer.status_code == 200
    assert re.search(r'href="/topics/coasts/"[^>]*>Coasts</a> <span>[^<]*2[^<]*2', answer.text)
    assert '<a class="p-category" href="/tags/sea/" rel="tag">Sea</a>' in answer.text
    assert ">Bern, old town</a>" in answer.text
    assert '<a class="p-name u-url" href="/authors/mona/"><bdi>Mona</bdi></a>' in answer.text
    assert '<bdi class="p-name">Ann</bdi>' in answer.text


async def test_a_preview_without_names_is_by_who_asks(reader: Reader) -> None:
    await signed_in(reader, "Ann", role="author")
    answer = await reader.client.post("/admin/posts/preview/", data={"title": "A", "authors": "Mona"})
    assert '<bdi class="p-name">Ann</bdi>' in answer.text
    assert "Mona" not in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        {"published_at": "x"},
        {"cover_id": "99999999999"},
        {"topic": "nowhere"},
        {"post": "x" * 50},
        {"tags": "x" * 60_000},
        {"title": ""},
    ],
)
async def test_a_preview_shows_the_text_also_where_a_field_cannot_be_taken(
    reader: Reader, typed: dict[str, str]
) -> None:
    await signed_in(reader, role="owner")
    answer = await reader.client.post("/admin/posts/preview/", data={"markdown": "Some *words*."} | typed)
    assert (answer.status_code, "<em>words</em>" in answer.text) == (200, True)
