"""What search engines and cards show of a post: written in the form, shown there, and told by the public page."""

import re
from html import unescape

import pytest

from tests.accounts.people import signed_in
from tests.admin.filled import send
from tests.posts.people import OWNER, change, stored, write
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.posts import editing


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader)
    return reader


def meta(page: str, name: str) -> list[str]:
    """The contents of a page's meta elements of a name."""
    return [unescape(each) for each in re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)">', page)]


async def test_words_for_search_engines_are_written_in_the_form_and_told_by_the_page(owner: Reader) -> None:
    post_id = await write(owner.db, title="Tides", standfirst="In short.", status="published")
    here = f"/admin/posts/{post_id}/"
    words = {"meta_title": "Tides & currents", "meta_description": "All of  <the> sea."}
    assert (await send(owner, here, do="update", **words)).status_code == 303
    page = await owner.page("/tides/")
    assert "<title>Tides &amp; currents · " in page
    assert meta(page, "og:title") == ["Tides & currents"]
    assert meta(page, "description") == meta(page, "og:description") == ["All of <the> sea."]
    assert '"headline":"Tides \\u0026 currents"' in page
    assert '"description":"All of \\u003cthe\\u003e sea."' in page
    assert ">Tides</h1>" in page
    assert "In short." in page
    assert "Tides &amp; currents" not in await owner.page("/"), "lists have the title"
    assert "currents" not in await owner.page("/feed.xml")


async def test_without_words_of_its_own_a_post_is_told_as_before(owner: Reader) -> None:
    await write(owner.db, title="Tides", standfirst="In short.", status="published")
    page = await owner.page("/tides/")
    assert meta(page, "og:title") == ["Tides"]
    assert meta(page, "description") == ["In short."]


async def test_a_change_of_them_is_seen_at_once_and_they_can_be_taken_away(owner: Reader) -> None:
    post_id = await write(owner.db, title="Tides", status="published", meta_title="One")
    assert meta(await owner.page("/tides/"), "og:title") == ["One"]
    await change(owner.db, post_id, meta_title="Two", wait=False)
    assert meta(await owner.page("/tides/"), "og:title") == ["Two"]
    await change(owner.db, post_id, meta_title="", wait=False)
    assert meta(await owner.page("/tides/"), "og:title") == ["Tides"]


async def test_each_change_of_them_is_another_version_and_stands_in_the_event(owner: Reader) -> None:
    post_id = await write(owner.db)
    versions = {(await stored(owner.db, post_id)).version}
    for name, words in (("meta_title", "One"), ("meta_description", "Two"), ("meta_title", "")):
        await change(owner.db, post_id, OWNER, **{name: words})
        versions.add((await stored(owner.db, post_id)).version)
    assert len(versions) == 4
    await change(owner.db, post_id, meta_description="")
    post = await stored(owner.db, post_id)
    assert (post.meta_title, post.meta_description) == ("", "")
    assert post.version in versions, "it is again what it was"
    assert "title for search engines" in await owner.page("/admin/events/")


async def test_a_copy_has_them_too(owner: Reader) -> None:
    post_id = await write(owner.db, meta_title="One", meta_description="Two")
    copied = await stored(owner.db, await editing.duplicate(owner.db, post_id, who=OWNER, actor="Mona"))
    assert (copied.meta_title, copied.meta_description) == ("One", "Two")


async def test_what_is_too_long_is_refused_at_its_field_and_stays_there(owner: Reader) -> None:
    post_id = await write(owner.db)
    for name, most in (("meta_title", 300), ("meta_description", 1_000)):
        answer = await send(owner, f"/admin/posts/{post_id}/", do="save", **{name: "x" * (most + 1)})
        assert answer.status_code == 422
        assert f'id="f-{name}-fault"' in answer.text
        assert "x" * (most + 1) in answer.text
        assert "<details open><summary>In search engines" in answer.text


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\x07"])
async def test_what_cannot_be_stored_is_refused(owner: Reader, text: str) -> None:
    from westmarch.errors import Invalid

    with pytest.raises(Invalid):
        await write(owner.db, meta_title=text)


async def test_the_form_shows_how_it_looks_without_script(owner: Reader) -> None:
    post_id = await write(owner.db, title="Tides", meta_title="Told <there>", markdown="How it begins.\n")
    page = await owner.page(f"/admin/posts/{post_id}/")
    seen = page.partition("data-seen ")[2].partition("</details>")[0]
    assert seen.count("Told &lt;there&gt;") == 2
    assert seen.count("How it begins.") == 3
    assert "example.org" in seen
    assert 'name="meta_title" value="Told &lt;there&gt;"' in page
    assert "Without a title" in await owner.page("/admin/posts/new/")
