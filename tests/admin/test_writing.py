"""Posts and pages, as somebody writes them in the form of the admin."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form, send
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.who import SignedIn
from westmarch.db.types import now
from westmarch.events import queries as events
from westmarch.posts import editing
from westmarch.posts import options as site_options
from westmarch.posts.change import Change
from westmarch.posts.edited import Edited, edited
from westmarch.topics.editing import create as new_topic

NEW = "/admin/posts/new/"


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader, role="owner")
    return reader


async def write(reader: Reader, kind: str = "post", **values: Any) -> int:
    """Write something new in the form; its id."""
    answer = await send(reader, f"/admin/{kind}s/new/", **({"title": "Tides", "do": "save"} | values))
    assert answer.status_code == 303, answer.text
    match = re.fullmatch(rf"/admin/{kind}s/(\d+)/", answer.headers["location"])
    assert match, answer.headers["location"]
    return int(match[1])


async def stored(reader: Reader, post_id: int) -> Edited:
    found: Edited = await reader.db.read(edited, post_id)
    return found


async def by_another(reader: Reader, post_id: int, **values: Any) -> None:
    """What another owner does to a post meanwhile."""
    other = SignedIn(1, "Mona", "owner", None)
    await editing.change(reader.db, post_id, Change(**values), who=other, actor="Mona")


def fault(text: str, field: str) -> str:
    """What is said at a field; the field has to point to it."""
    assert re.search(rf'id="f-{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="f-{field}-fault', text), field
    said = re.search(rf'<p class="fault" id="f-{field}-fault">(.*?)</p>', text)
    assert said, field
    return unescape(said[1])


def buttons(text: str) -> set[str]:
    """What the buttons of the form do."""
    return set(re.findall(r'<button class="[^"]*" name="do" value="(\w+)"(?! tabindex)', text))


async def test_the_form_is_for_those_who_write(reader: Reader) -> None:
    assert (await reader.get(NEW)).status_code == 303
    await signed_in(reader, "Ann", role="contributor")
    assert (await reader.get(NEW)).status_code == 200
    assert (await reader.get("/admin/pages/new/")).status_code == 403


async def test_a_draft_is_written_and_nobody_sees_it(owner: Reader) -> None:
    await owner.do(new_topic, "Coasts", language="en", actor="test")
    post_id = await write(
        owner,
        standfirst="In short.",
        markdown="Some *words*.\r\nMore.\r\n",
        language="de",
        tags="Sea, Open sea, ",
        topic="coasts",
        pinned="1",
        unlisted="1",
        authors="Mona, Nell",
        translation_group="tides",
        aliases="/old/\r\n/?p=7\r\n",
        extra='{"mood": "calm"}',
        published_at="2026-01-31T10:00",
    )
    made = await stored(owner, post_id)
    assert (made.title, made.slug, made.standfirst, made.language) == ("Tides", "tides", "In short.", "de")
    assert (made.markdown, made.status, made.pinned, made.unlisted) == ("Some *words*.\nMore.\n", "draft", True, True)
    assert [tag.name for tag in made.tags] == ["Sea", "Open sea"]
    assert [author.name for author in made.authors] == ["Mona", "Nell"]
    assert made.topic is not None
    assert (made.topic.slug, made.translation_group, made.extra) == ("coasts", "tides", {"mood": "calm"})
    assert sorted(made.aliases) == ["/?p=7", "/old/"]
    assert made.published_at is not None
    assert made.published_at.isoformat() == "2026-01-31T10:00:00+00:00"
    assert (await owner.get(made.path)).status_code == 404
    page = await owner.page(f"/admin/posts/{post_id}/")
    assert "Saved." in page
    assert buttons(page) == {"save", "publish", "schedule", "duplicate", "trash"}


async def test_a_form_that_is_sent_as_it_is_changes_nothing(owner: Reader) -> None:
    post_id = await write(owner, markdown="\n\nOne\n", tags="A", extra='{"b": 1, "a": "é"}', cover_alt="Waves")
    before = (await stored(owner, post_id)).version
    assert (await send(owner, f"/admin/posts/{post_id}/", do="save")).status_code == 303
    assert "Nothing was changed." in await owner.page(f"/admin/posts/{post_id}/")
    assert (await stored(owner, post_id)).version == before


async def test_what_is_published_is_on_the_site_at_once_and_so_is_what_is_changed(owner: Reader) -> None:
    post_id = await write(owner, markdown="First words.\n", do="publish")
    assert "First words." in await owner.page("/tides/")
    path = f"/admin/posts/{post_id}/"
    assert buttons(await owner.page(path)) == {"update", "save", "withdraw", "duplicate", "trash"}
    answer = await send(owner, path, markdown="Other words.\n", title="Ebb", do="update")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    text = await owner.page("/tides/")
    assert "Other words." in text
    assert "Ebb" in text
    assert "First words." not in text


async def test_a_draft_of_a_published_post_is_kept_until_it_is_published(owner: Reader) -> None:
    post_id = await write(owner, markdown="First words.\n", do="publish")
    path = f"/admin/posts/{post_id}/"
    await send(owner, path, title="Ebb", markdown="Other words.\n", do="save")
    page = await owner.page(path)
    assert "Readers go on seeing what is published" in page
    assert "edited since" in page
    assert (dict(form(page, path))["title"], dict(form(page, path))["markdown"]) == ("Ebb", "Other words.\n")
    assert buttons(page) == {"update", "save", "discard", "withdraw", "duplicate", "trash"}
    assert "First words." in await owner.page("/tides/")
    await send(owner, path, do="update")
    assert "Other words." in await owner.page("/tides/")
    assert "edited since" not in await owner.page(path)


async def test_a_draft_of_a_published_post_is_thrown_away(owner: Reader) -> None:
    post_id = await write(owner, do="publish")
    path = f"/admin/posts/{post_id}/"
    await send(owner, path, title="Ebb", do="save")
    await send(owner, path, do="discard")
    assert dict(form(await owner.page(path), path))["title"] == "Tides"
    assert not (await stored(owner, post_id)).waiting


async def test_what_cannot_wait_is_told_at_its_field_and_nothing_is_saved(owner: Reader) -> None:
    post_id = await write(owner, do="publish")
    path = f"/admin/posts/{post_id}/"
    answer = await send(owner, path, title="Ebb", tags="Sea", do="save")
    assert (answer.status_code, "can wait" in fault(answer.text, "tags")) == (422, True)
    assert (dict(form(answer.text, path))["title"], (await stored(owner, post_id)).waiting) == ("Ebb", False)


async def test_two_who_keep_drafts_of_one_published_post_do_not_overwrite_each_other(owner: Reader) -> None:
    post_id = await write(owner, do="publish")
    path = f"/admin/posts/{post_id}/"
    await send(owner, path, title="Ebb", do="save")
    opened = form(await owner.page(path), path)
    await editing.change(
        owner.db, post_id, Change(title="Theirs"), wait=True, who=SignedIn(1, "Mona", "owner", None), actor="Mona"
    )
    answer = await owner.client.post(path, data=changed(opened, title="Mine", do="save"))
    assert (answer.status_code, "<del>Theirs</del>" in answer.text, "<ins>Mine</ins>" in answer.text) == (
        409,
        True,
        True,
    )


async def test_an_exact_address_is_given_and_the_one_before_leads_there(owner: Reader) -> None:
    post_id = await write(owner, path="/sea/tides.html", do="publish")
    assert (await owner.get("/sea/tides.html")).status_code == 200
    await send(owner, f"/admin/posts/{post_id}/", path="/ebb/", do="update")
    assert (await owner.get("/sea/tides.html")).headers["location"].endswith("/ebb/")
    await send(owner, f"/admin/posts/{post_id}/", path="", do="update")
    assert (await stored(owner, post_id)).path == "/ebb/"


async def test_names_of_tags_with_commas_and_quotes_survive_the_form(owner: Reader) -> None:
    post_id = await write(owner, tags='"Bern, old town", 5" disks, Sea')
    names = ["Bern, old town", '5" disks', "Sea"]
    assert [tag.name for tag in (await stored(owner, post_id)).tags] == names
    await send(owner, f"/admin/posts/{post_id}/", title="Ebb", do="save")
    assert [tag.name for tag in (await stored(owner, post_id)).tags] == names


async def test_a_copy_has_what_was_typed_and_the_post_stays_as_it_is(owner: Reader) -> None:
    post_id = await write(owner, tags="Sea", do="publish")
    answer = await send(owner, f"/admin/posts/{post_id}/", markdown="Typed.\n", do="duplicate")
    copy = await stored(owner, int(answer.headers["location"].split("/")[-2]))
    assert (copy.title, copy.markdown, copy.status) == ("Tides (copy)", "Typed.\n", "draft")
    assert (copy.path, [tag.name for tag in copy.tags]) == ("/tides-copy/", ["Sea"])
    assert (await stored(owner, post_id)).markdown == ""


async def test_an_hour_that_clocks_skip_is_told(owner: Reader) -> None:
    await owner.do(site_options.change, {"timezone": "Europe/Berlin"}, actor="test")
    answer = await send(owner, NEW, title="Tides", published_at="2026-03-29T02:30", do="save")
    assert (answer.status_code, "no 02:30" in fault(answer.text, "published_at")) == (422, True)
    post_id = await write(owner, published_at="2026-10-25T02:30")
    assert f"{(await stored(owner, post_id)).published_at:%H:%M}" == "00:30"
    assert "2026-10-25T02:30" in await owner.page(f"/admin/posts/{post_id}/")


async def test_another_slug_is_another_address_and_the_old_one_leads_there(owner: Reader) -> None:
    post_id = await write(owner, do="publish")
    await send(owner, f"/admin/posts/{post_id}/", slug="ebb", do="update")
    assert (await owner.get("/ebb/")).status_code == 200
    assert (await owner.get("/tides/")).headers["location"].endswith("/ebb/")


async def test_a_post_is_scheduled_published_and_taken_back(owner: Reader) -> None:
    post_id = await write(owner)
    path = f"/admin/posts/{post_id}/"
    answer = await send(owner, path, published_at="", do="schedule")
    assert (answer.status_code, fault(answer.text, "published_at")) == (422, "Say when it is to become public.")
    answer = await send(owner, path, published_at="2020-01-01T10:00", do="schedule")
    assert (answer.status_code, "past" in fault(answer.text, "published_at")) == (422, True)
    soon = now() + timedelta(days=2)
    assert (await send(owner, path, published_at=f"{soon:%Y-%m-%dT%H:%M}", do="schedule")).status_code == 303
    found = await stored(owner, post_id)
    assert (found.status, found.published_at) == ("scheduled", soon.replace(second=0, microsecond=0))
    assert (await owner.get("/tides/")).status_code == 404
    assert (await send(owner, path, do="publish")).status_code == 303
    assert (await owner.get("/tides/")).status_code == 200
    assert (await send(owner, path, do="withdraw")).status_code == 303
    assert 'name="event"' in await owner.page("/admin/me/"), "it can be undone"
    assert (await stored(owner, post_id)).status == "draft"
    assert (await owner.get("/tides/")).status_code == 404


async def test_what_is_unlisted_is_found_at_its_address_alone(owner: Reader) -> None:
    post_id = await write(owner, unlisted="1", do="publish")
    assert (await stored(owner, post_id)).shown_status == "unlisted"
    assert (await owner.get("/tides/")).status_code == 200
    assert "Tides" not in await owner.page("/")


async def test_what_is_in_the_trash_is_gone_until_it_is_restored(owner: Reader) -> None:
    post_id = await write(owner, do="publish")
    path = f"/admin/posts/{post_id}/"
    answer = await send(owner, path, do="trash")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/posts/")
    assert (await owner.get("/tides/")).status_code == 404
    event = (await owner.db.read(events.page, events.Asked(subject_id=post_id), size=1)).rows[0]
    assert (event.verb, "undo" in event.detail) == ("post.trashed", True)
    undo = re.search(r'name="event" value="(\d+)"', await owner.page("/admin/me/"))
    assert undo
    assert int(undo[1]) == event.id
    assert buttons(await owner.page(path)) == {"restore"}
    assert (await send(owner, path, do="restore")).status_code == 303
    assert (await owner.get("/tides/")).status_code == 200


async def test_what_somebody_else_changed_meanwhile_is_overwritten_only_on_purpose(owner: Reader) -> None:
    post_id = await write(owner, markdown="One\nTwo\n")
    path = f"/admin/posts/{post_id}/"
    opened = form(await owner.page(path), path)
    await by_another(owner, post_id, markdown="One\nTheirs\n", title="Theirs")
    typed = changed(opened, title="<Mine>", markdown="One\nMine\n", standfirst="Typed", tags="Kept", do="save")
    answer = await owner.client.post(path, data=typed)
    assert answer.status_code == 409
    assert "Mona changed the same places" in answer.text
    assert "<del>Theirs</del>" in answer.text
    assert "<ins>Mine</ins>" in answer.text
    assert "<ins>&lt;Mine&gt;</ins>" in answer.text
    again = form(answer.text, path)
    kept = {name: dict(again)[name] for name in ("title", "markdown", "standfirst", "tags")}
    assert kept == {"title": "<Mine>", "markdown": "One\nMine\n", "standfirst": "Typed", "tags": "Kept"}
    assert (await stored(owner, post_id)).title == "Theirs"
    assert (await owner.client.post(path, data=changed(again))).status_code == 409
    button = re.search(r'name="overwrite" value="(\w+)"', answer.text)
    assert button
    assert (await owner.client.post(path, data=changed(again, overwrite=button[1]))).status_code == 303
    assert ((await stored(owner, post_id)).title, (await stored(owner, post_id)).standfirst) == ("<Mine>", "Typed")


async def test_a_form_without_a_version_is_refused(owner: Reader) -> None:
    post_id = await write(owner)
    answer = await send(owner, f"/admin/posts/{post_id}/", title="Mine", version=None, do="save")
    assert (answer.status_code, (await stored(owner, post_id)).title) == (409, "Tides")


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "A title is needed."),
        ("slug", "x" * 1001, "at most 1,000 characters"),
        ("standfirst", "x" * 2001, "at most 2,000 characters"),
        ("tags", ", ".join(map(str, range(51))), "at most 50"),
        ("tags", "x" * 201, "at most 200 characters"),
        ("authors", "x" * 201, "at most 200 characters"),
        ("path", "/admin/mine/", "admin"),
        ("path", "nowhere", "does not begin with a slash"),
        ("published_at", "0001-01-01T00:00", "Years from 1000"),
        ("published_at", "9999-12-31T23:59", "Years from 1000"),
        ("translation_group", "x" * 201, "at most 200 characters"),
        ("cover_alt", "x" * 2001, "at most 2,000 characters"),
        ("title", "x" * 1001, "at most 1,000 characters"),
        ("language", "english please", "no tag of a language"),
        ("published_at", "tomorrow", "no date with a time"),
        ("part", "first", "A whole number is needed."),
        ("cover_id", "999", "There is no picture 999."),
        ("topic", "nowhere", "no topic with the slug"),
        ("extra", "{", "no JSON"),
        ("extra", "[1]", "Names with values"),
        ("extra", '{"a": NaN}', "not finite"),
        ("aliases", "old", "no old address"),
    ],
)
async def test_a_field_that_is_refused_says_why_and_all_that_was_typed_comes_back(
    owner: Reader, field: str, value: str, said: str
) -> None:
    typed = {"title": "Mine", "markdown": "Some\n\n<b>words</b>\n", "tags": "One, Two"} | {field: value}
    post_id = await write(owner)
    for path in (NEW, f"/admin/posts/{post_id}/"):
        answer = await send(owner, path, do="save", **typed)
        assert answer.status_code == 422, answer.status_code
        assert said in fault(answer.text, field)
        sent = dict(form(answer.text, path))
        assert {name: sent[name] for name in typed} == typed
    assert (await stored(owner, post_id)).title == "Tides"


async def test_fields_that_are_missing_stay_and_of_those_that_come_twice_the_last_counts(owner: Reader) -> None:
    post_id = await write(owner, markdown="Some words.\n", tags="Sea", standfirst="In short.")
    path = f"/admin/posts/{post_id}/"
    version = dict(form(await owner.page(path), path))["version"]
    typed = {"version": version, "title": ["First", "Last"], "do": ["trash", "save"]}
    assert (await owner.client.post(path, data=typed)).status_code == 303
    post = await stored(owner, post_id)
    assert (post.title, post.markdown, post.standfirst, post.trashed_at) == (
        "Last", "Some words.\n", "In short.", None,
    )  # fmt: skip
    assert [tag.name for tag in post.tags] == ["Sea"]


async def test_what_the_form_has_not_is_not_taken(reader: Reader) -> None:
    await signed_in(reader, "Ann", role="contributor")
    post_id = await write(reader, path="/mine/", pinned="1", status="published", visible="2", id="1")
    made = await stored(reader, post_id)
    assert (made.path, made.pinned, made.status, made.visible) == ("/tides/", False, "draft", 0)


async def test_a_date_that_is_none_comes_back_in_a_field_that_shows_it(owner: Reader) -> None:
    answer = await send(owner, NEW, title="Tides", published_at="next week", do="save")
    assert 'type="text" id="f-published_at" name="published_at" value="next week"' in answer.text
    assert 'type="datetime-local" id="f-published_at"' in await owner.page(NEW)


async def test_an_address_that_is_taken_is_told(owner: Reader) -> None:
    await owner.do(lambda session: post(session, "One"))
    answer = await send(owner, NEW, title="Two", aliases="/one/", do="save")
    assert (answer.status_code, bool(fault(answer.text, "aliases"))) == (409, True)


async def test_a_contributor_writes_drafts_and_publishes_none(reader: Reader) -> None:
    await signed_in(reader, "Ann", role="contributor")
    assert buttons(await reader.page(NEW)) == {"save"}
    answer = await send(reader, NEW, title="Mine", markdown="Typed\n", do="publish")
    assert (answer.status_code, dict(form(answer.text, NEW))["markdown"]) == (403, "Typed\n")
    post_id = await write(reader, pinned="1", authors="Somebody")
    made = await stored(reader, post_id)
    assert (made.pinned, [author.name for author in made.authors]) == (False, ["Ann"])
    answer = await send(reader, f"/admin/posts/{post_id}/", do="publish")
    assert (answer.status_code, (await stored(reader, post_id)).status) == (403, "draft")


async def test_drafts_of_others_are_not_there_and_their_posts_are_not_changed(reader: Reader) -> None:
    draft = await reader.do(lambda session: post(session, "Draft", status="draft", published_at=None))
    shown = await reader.do(lambda session: post(session, "Shown"))
    await signed_in(reader, "Ann", role="author")
    assert (await reader.get(f"/admin/posts/{draft}/")).status_code == 404
    assert (await reader.client.post(f"/admin/posts/{draft}/", data={"do": "trash"})).status_code == 404
    assert (await reader.get(f"/admin/posts/{shown}/")).status_code == 403
    assert (await reader.client.post(f"/admin/posts/{shown}/", data={"do": "trash"})).status_code == 403


async def test_pages_are_written_in_the_same_form(owner: Reader) -> None:
    page_id = await write(owner, "page", title="About", markdown="Us.\n", do="publish")
    assert "Us." in await owner.page("/about/")
    assert (await owner.get(f"/admin/posts/{page_id}/")).status_code == 404
    assert (await owner.get(f"/admin/pages/{page_id}/")).status_code == 200
    assert (await owner.get(f"/admin/pages/{2**31}/")).status_code == 404


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 32), "#1f6f8b").save(file, "PNG")
    return file.getvalue()


async def upload(reader: Reader, content: bytes, **values: Any) -> httpx2.Response:
    fields = changed(form(await reader.page(NEW), NEW), **({"title": "Tides", "do": "publish"} | values))
    return await reader.client.post(NEW, data=fields, files={"upload": ("sea.png", content, "image/png")})


async def test_a_picture_is_brought_as_the_cover_with_what_it_shows(owner: Reader) -> None:
    assert (await upload(owner, picture(), upload_alt="The sea")).status_code == 303
    assert re.search(
        r'<img class="u-featured" src="/media/[^"]*" width="64" height="32" alt="The sea"', await owner.page("/tides/")
    )


async def test_a_picture_that_was_brought_stays_where_another_field_is_refused(owner: Reader) -> None:
    answer = await upload(owner, picture(), title="")
    assert answer.status_code == 422
    assert dict(form(answer.text, NEW))["cover_id"] != ""


async def test_what_is_no_picture_is_no_cover(owner: Reader) -> None:
    answer = await upload(owner, b"words", upload_alt="The sea")
    assert (answer.status_code, bool(fault(answer.text, "upload"))) == (422, True)
    assert dict(form(answer.text, NEW))["upload_alt"] == "The sea"


async def test_a_browser_looks_for_the_direction_of_short_texts_alone(owner: Reader) -> None:
    for words, direction in (("قصير", "auto"), ("A word. " * 15_000, "ltr")):
        post_id = await owner.do(post, direction, words, status="draft", published_at=None)
        page = await owner.page(f"/admin/posts/{post_id}/")
        assert re.search(rf'<textarea[^>]* name="markdown"[^>]* dir="{direction}"', page)
