"""What somebody writes as readers would see it, before it is saved."""

from tests.accounts.people import signed_in
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.events import queries as events


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
