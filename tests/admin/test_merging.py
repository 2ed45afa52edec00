"""Two people at one post: both changes are put together, or somebody chooses; nothing is overwritten unseen."""

import re
from html import unescape
from typing import Any

import httpx2
import pytest

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.who import SignedIn
from westmarch.posts import editing, waiting
from westmarch.posts.change import Change
from westmarch.posts.edited import Edited, edited

TEXT = "The first paragraph, in few words.\n\nThe second paragraph has more words than that.\n\nThe end."
ADA = SignedIn(1, "Ada", "owner", None)


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader, role="owner")
    return reader


async def newest(reader: Reader, post_id: int) -> Edited:
    return await reader.db.read(lambda session: waiting.latest(session, edited(session, post_id)))


async def opened(reader: Reader, status: str = "draft", **values: Any) -> tuple[int, str]:
    """A post, and the page of its form as Nell has it open."""
    wanted = Change(title="Tides", markdown=TEXT, status=status, **values)  # type: ignore[arg-type]
    post_id = await editing.create(reader.db, "post", wanted, who=ADA, actor="Ada")
    return post_id, await reader.page(f"/admin/posts/{post_id}/")


async def ada(reader: Reader, post_id: int, **values: Any) -> None:
    wait = values.pop("wait", None)
    await editing.change(reader.db, post_id, Change(**values), wait=wait, who=ADA, actor="Ada")


async def nell(reader: Reader, post_id: int, page: str, **values: Any) -> httpx2.Response:
    path = f"/admin/posts/{post_id}/"
    return await reader.client.post(path, data=changed(form(page, path), **values))


async def test_changes_at_different_places_are_both_saved_and_it_is_said(owner: Reader) -> None:
    post_id, page = await opened(owner)
    await ada(owner, post_id, markdown=TEXT.replace("The end.", "It ends."), tags=("Sea",))
    mine = TEXT.replace("few words", "a few words")
    answer = await nell(owner, post_id, page, markdown=mine, title="Ebb and flow", do="save")
    assert answer.status_code == 303
    now = await newest(owner, post_id)
    assert (now.title, now.markdown) == ("Ebb and flow", mine.replace("The end.", "It ends."))
    assert [tag.name for tag in now.tags] == ["Sea"]
    assert "Ada had changed it meanwhile: both changes are in." in unescape(
        await owner.page(f"/admin/posts/{post_id}/")
    )


async def test_what_was_put_together_is_shown_and_taken_back(owner: Reader) -> None:
    post_id, page = await opened(owner)
    path = f"/admin/posts/{post_id}/"
    await ada(owner, post_id, markdown=TEXT.replace("The end.", "It ends."))
    await nell(owner, post_id, page, markdown=TEXT.replace("few words", "a few words"), do="save")
    said = await owner.page(path)
    link = re.search(r'<a href="([^"]+/revisions/compare/[^"]+)">Show what differs</a>', said)
    assert link
    shown = await owner.page(unescape(link[1]))
    assert "<ins>It ends.</ins>" in shown
    assert re.search(r"<ins>\s*a\s*</ins>", shown)
    answer = await owner.client.post("/admin/undo/", data=changed(form(said, "/admin/undo/")))
    assert answer.status_code == 303
    assert (await newest(owner, post_id)).markdown == TEXT.replace("The end.", "It ends.")


async def test_ones_own_other_tab_is_told_as_oneself(owner: Reader) -> None:
    post_id, page = await opened(owner)
    other = await owner.page(f"/admin/posts/{post_id}/")
    await nell(owner, post_id, other, markdown=TEXT.replace("few words", "some words"), do="save")
    answer = await nell(owner, post_id, page, markdown=TEXT.replace("few words", "many words"), do="save")
    assert answer.status_code == 409
    for words in ("You changed the same places, in another tab or window", "Both, this one first", "You, here"):
        assert words in answer.text
    answer = await nell(owner, post_id, page, title="Ebb", do="publish")
    assert "You have saved this meanwhile, in another tab or window. Both changes are below." in answer.text
    await nell(owner, post_id, page, title="Ebb", do="save")
    said = unescape(await owner.page(f"/admin/posts/{post_id}/"))
    assert "You had changed it meanwhile, in another tab or window: both changes are in." in said


async def test_drafts_of_a_published_post_are_put_together_behind_it(owner: Reader) -> None:
    post_id, page = await opened(owner, "published")
    await ada(owner, post_id, markdown=TEXT.replace("The end.", "It ends."), wait=True)
    assert (await nell(owner, post_id, page, markdown="More.\n\n" + TEXT, do="save")).status_code == 303
    assert (await newest(owner, post_id)).markdown == "More.\n\n" + TEXT.replace("The end.", "It ends.")
    assert (await owner.db.read(edited, post_id)).markdown == TEXT


async def test_what_readers_would_see_is_asked_for_once_more(owner: Reader) -> None:
    post_id, page = await opened(owner)
    await ada(owner, post_id, markdown=TEXT.replace("The end.", "It ends."))
    answer = await nell(owner, post_id, page, markdown="More.\n\n" + TEXT, do="publish")
    assert answer.status_code == 200
    assert "Ada has saved this meanwhile." in answer.text
    both = "More.\n\n" + TEXT.replace("The end.", "It ends.")
    assert dict(form(answer.text, f"/admin/posts/{post_id}/"))["markdown"] == both
    assert (await newest(owner, post_id)).status == "draft"
    assert (await nell(owner, post_id, answer.text, do="publish")).status_code == 303
    now = await newest(owner, post_id)
    assert (now.status, now.markdown) == ("published", both)


async def test_changes_at_the_same_place_are_shown_and_none_is_saved(owner: Reader) -> None:
    post_id, page = await opened(owner)
    await ada(owner, post_id, markdown=TEXT.replace("few words", "some words"), title="Ebb")
    mine = TEXT.replace("few words", "many words")
    answer = await nell(owner, post_id, page, markdown=mine, title="Flow", do="save")
    assert answer.status_code == 409
    assert "Ada changed the same places" in answer.text
    assert dict(form(answer.text, f"/admin/posts/{post_id}/"))["markdown"] == mine
    for words in ("<ins>many</ins>", "<del>some</del>", "<ins>Flow</ins>", "<del>Ebb</del>"):
        assert words in answer.text
    assert (await newest(owner, post_id)).title == "Ebb"


@pytest.mark.parametrize(
    ("choice", "words"),
    [("mine", "many words"), ("theirs", "some words"), ("both", "many words.\n\nThe first paragraph, in some words")],
)
async def test_what_is_chosen_is_saved_with_all_else_of_both(owner: Reader, choice: str, words: str) -> None:
    post_id, page = await opened(owner)
    theirs = TEXT.replace("few words", "some words").replace("The end.", "It ends.")
    await ada(owner, post_id, markdown=theirs, title="Ebb")
    asked = await nell(owner, post_id, page, markdown=TEXT.replace("few words", "many words"), title="Flow", do="save")
    chosen = {"choice-1": choice, "choice-title": "theirs"}
    assert (await nell(owner, post_id, asked.text, **chosen, do="save")).status_code == 303
    now = await newest(owner, post_id)
    expected = TEXT.replace("few words", words).replace("The end.", "It ends.")
    assert (now.markdown, now.title) == (expected, "Ebb")


async def test_what_is_not_chosen_is_asked_again_and_what_is_chosen_stays_so(owner: Reader) -> None:
    post_id, page = await opened(owner)
    await ada(owner, post_id, markdown=TEXT.replace("few words", "some words"), title="Ebb")
    mine = TEXT.replace("few words", "many words")
    asked = await nell(owner, post_id, page, markdown=mine, title="Flow", do="save")
    again = await nell(owner, post_id, asked.text, do="save", **{"choice-title": "theirs"})
    assert again.status_code == 409
    assert 'name="choice-title" value="theirs" required checked' in again.text


async def test_what_was_chosen_of_another_state_does_not_count(owner: Reader) -> None:
    post_id, page = await opened(owner)
    await ada(owner, post_id, markdown=TEXT.replace("few words", "some words"))
    mine = TEXT.replace("few words", "many words")
    asked = await nell(owner, post_id, page, markdown=mine, do="save")
    await ada(owner, post_id, markdown=TEXT.replace("few words", "no words"))
    answer = await nell(owner, post_id, asked.text, do="save", **{"choice-1": "mine"})
    assert answer.status_code == 409
    assert "<del>no</del>" in answer.text


async def test_all_of_theirs_is_overwritten_on_purpose(owner: Reader) -> None:
    post_id, page = await opened(owner)
    await ada(owner, post_id, markdown=TEXT.replace("few words", "some words"))
    mine = TEXT.replace("few words", "many words")
    asked = await nell(owner, post_id, page, markdown=mine, do="save")
    version = (await newest(owner, post_id)).version
    assert (await nell(owner, post_id, asked.text, do="save", overwrite=version)).status_code == 303
    assert (await newest(owner, post_id)).markdown == mine


async def test_tags_of_both_are_there_and_those_taken_off_are_not(owner: Reader) -> None:
    post_id, page = await opened(owner, tags=("Sea", "Old"))
    await ada(owner, post_id, tags=("Sea", "Old", "Hers"))
    assert (await nell(owner, post_id, page, tags="Sea, Mine", do="save")).status_code == 303
    assert [tag.name for tag in (await newest(owner, post_id)).tags] == ["Sea", "Hers", "Mine"]


@pytest.mark.parametrize(
    "base", [{"base": ""}, {"base": "[" * 9999}, {"base": '{"title": 7}', "revision": "0"}, {"revision": "x"}]
)
async def test_a_form_that_does_not_say_what_it_was_opened_on_overwrites_nothing(
    owner: Reader, base: dict[str, str]
) -> None:
    post_id, page = await opened(owner)
    await ada(owner, post_id, markdown="Hers.", title="Hers")
    answer = await nell(owner, post_id, page, markdown="Mine.", title="Mine", do="save", **base)
    assert answer.status_code == 409
    assert (await newest(owner, post_id)).markdown == "Hers."
