"""The revisions of a post: looked through, compared, gone back to."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.accounts.people import signed_in
from tests.posts.people import change, stored, write
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.posts import history
from westmarch.subjects.models import Revision


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader)
    return reader


async def written(reader: Reader, kind: str = "post", **values: Any) -> tuple[str, list[int]]:
    """Something with three revisions: where it is edited, and the ids of those, the oldest first."""
    post_id = await write(reader.db, kind=kind, title="First", markdown="The tide comes in.\n", **values)
    await change(reader.db, post_id, markdown="The tide goes out.\n\nSlowly <b>so</b>.\n")
    await change(reader.db, post_id, title="Third & last")
    first = (await stored(reader.db, post_id)).revision_id or 0
    assert first > 2
    return f"/admin/{kind}s/{post_id}/", [first - 2, first - 1, first]


async def restore(reader: Reader, here: str, revision: object) -> Any:
    return await reader.client.post(f"{here}revisions/restore/", data={"revision": str(revision)})


@pytest.mark.parametrize("kind", ["post", "page"])
async def test_all_revisions_are_listed_the_newest_first(owner: Reader, kind: str) -> None:
    here, _ = await written(owner, kind)
    assert f'href="{here}revisions/"' in await owner.page(here)
    page = await owner.page(f"{here}revisions/")
    assert re.findall(r"<td><bdi[^>]*>(.*?)</bdi>", page) == ["Third &amp; last", "First", "First"]
    assert "another title than before" in page
    assert page.count('formmethod="post"') == 2, "the newest one cannot be gone back to"


async def _moments(reader: Reader, ids: list[int], *moments: datetime) -> None:
    for revision, moment in zip(ids, moments, strict=True):
        changed = update(Revision).where(Revision.id == revision).values(at=moment)
        await reader.do(lambda session, changed=changed: session.execute(changed) and None)


async def test_revisions_of_one_minute_are_told_apart_by_their_seconds(owner: Reader) -> None:
    here, ids = await written(owner)
    noon = datetime(2026, 3, 4, 12, 0, 7, 123456, tzinfo=UTC)
    await _moments(owner, ids, noon - timedelta(hours=1), noon, noon + timedelta(seconds=9))
    page = await owner.page(f"{here}revisions/")
    assert re.findall(r"<th scope=\"row\"><time[^>]*>(.*?)</time>", page) == [
        "4 Mar 2026, 12:00:16", "4 Mar 2026, 12:00:07", "4 Mar 2026, 11:00",
    ]  # fmt: skip
    labels = re.findall(r"Compare <time[^>]*>(.*?)</time> as the (older|newer) one", page)
    assert labels[2:4] == [("4 Mar 2026, 12:00:07", "older"), ("4 Mar 2026, 12:00:07", "newer")]
    assert "+00:00 as the" not in page
    page = await owner.page(f"{here}revisions/compare/?old={ids[1]}&new={ids[2]}")
    assert "12:00:07</time>, by" in page
    page = await owner.page(f"{here}revisions/compare/?old={ids[0]}&new={ids[1]}")
    assert ">4 Mar 2026, 11:00</time>" in page


async def test_one_word_is_one_word(owner: Reader) -> None:
    post_id = await write(owner.db, markdown="Tides.\n")
    await change(owner.db, post_id, markdown="Tides, slowly.\n")
    newest = (await stored(owner.db, post_id)).revision_id or 0
    page = await owner.page(f"/admin/posts/{post_id}/revisions/compare/?old={newest - 1}&new={newest}")
    assert "1 word</dd>" in page
    assert "2 words</dd>" in page


async def test_two_revisions_stand_side_by_side_whichever_is_named_first(owner: Reader) -> None:
    here, (one, _, three) = await written(owner)
    for old, new in ((one, three), (three, one)):
        page = await owner.page(f"{here}revisions/compare/?old={old}&new={new}")
        assert "The tide <del>comes</del> <del>in</del>." in page
        assert "The tide <ins>goes</ins> <ins>out</ins>." in page
        assert "<ins>Slowly &lt;b&gt;so&lt;/b&gt;.</ins>" in page
        assert "<del><bdi>First</bdi></del> <ins><bdi>Third &amp; last</bdi></ins>" in page


async def test_the_whole_text_is_shown_on_demand(owner: Reader) -> None:
    lines = [f"Line {number}\n" for number in range(60)]
    post_id = await write(owner.db, markdown="\n".join(lines))
    await change(owner.db, post_id, markdown="\n".join([*lines, "New\n"]))
    newest = (await stored(owner.db, post_id)).revision_id or 0
    path = f"/admin/posts/{post_id}/revisions/compare/?old={newest - 1}&new={newest}"
    page = await owner.page(path)
    assert "lines are the same" in page
    assert ">Line 30<" not in page
    assert f'href="{path.replace("&", "&amp;")}&amp;whole=1"' in page
    assert ">Line 30<" in await owner.page(path + "&whole=1")


async def test_a_revision_compared_with_itself_is_the_same(owner: Reader) -> None:
    here, (one, *_) = await written(owner)
    assert "The text is the same." in await owner.page(f"{here}revisions/compare/?old={one}&new={one}")


async def test_an_older_text_is_restored_by_one_click_and_that_is_undone(owner: Reader) -> None:
    here, (one, *_) = await written(owner)
    post_id = int(here.split("/")[-2])
    before = (await stored(owner.db, post_id)).version
    answer = await restore(owner, here, one)
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    page = await owner.page(here)
    assert "The tide comes in." in page
    assert "The draft has the older text again." in page
    event = re.search(r'name="event" value="(\d+)"', page)
    assert event
    assert (await owner.client.post("/admin/undo/", data={"event": event[1], "back": here})).status_code == 303
    assert (await stored(owner.db, post_id)).version == before


async def test_readers_go_on_seeing_what_is_published(owner: Reader) -> None:
    here, (one, *_) = await written(owner, status="published")
    assert (await restore(owner, here, one)).status_code == 303
    page = await owner.page(here)
    assert "Readers go on seeing what is published." in page
    assert "The tide comes in." in page
    path = (await stored(owner.db, int(here.split("/")[-2]))).path
    assert "The tide goes out." in await owner.page(path)
    listed = await owner.page(f"{here}revisions/")
    assert listed.count("What readers see") == listed.count("The newest draft") == 1


async def test_restoring_the_newest_text_changes_nothing(owner: Reader) -> None:
    here, (*_, three) = await written(owner)
    await restore(owner, here, three)
    assert "nothing was changed" in await owner.page(here)


FORGED = ["", "x", "-1", "0", "1e3", "٣", "99999999999", "9" * 5_000, "1 2", "2147483648"]


@pytest.mark.parametrize("revision", FORGED)
async def test_a_forged_revision_is_refused(owner: Reader, revision: str) -> None:
    here, (one, *_) = await written(owner)
    assert (await restore(owner, here, revision)).status_code in (404, 422)
    asked = {"old": revision, "new": str(one)}
    assert (await owner.client.get(f"{here}revisions/compare/", params=asked)).status_code in (404, 422)
    assert (await owner.client.get(f"{here}revisions/", params={"page": revision})).status_code == 404


async def test_revisions_of_another_post_are_not_shown_under_this_one(owner: Reader) -> None:
    here, (one, *_) = await written(owner)
    other, (foreign, *_) = await written(owner, slug="other")
    for old, new in ((one, foreign), (foreign, foreign)):
        assert (await owner.get(f"{here}revisions/compare/?old={old}&new={new}")).status_code == 404
    assert (await restore(owner, here, foreign)).status_code == 404
    as_page = other.replace("posts", "pages")
    assert (await owner.get(f"{as_page}revisions/")).status_code == 404
    assert (await owner.get(f"{as_page}revisions/compare/?old={foreign}&new={foreign}")).status_code == 404
    assert (await restore(owner, as_page, foreign)).status_code == 404


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_whoever_writes_only_their_own_sees_nothing_of_others(reader: Reader, role: str) -> None:
    here, (one, two, _) = await written(reader)
    await signed_in(reader, "Ann", role)
    before = (await stored(reader.db, int(here.split("/")[-2]))).version
    for path in ("revisions/", f"revisions/compare/?old={one}&new={two}"):
        answer = await reader.get(here + path)
        assert answer.status_code == 404
        assert "tide" not in answer.text
    assert (await restore(reader, here, one)).status_code == 404
    assert (await stored(reader.db, int(here.split("/")[-2]))).version == before


async def test_a_long_history_has_pages(owner: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SIZE", 2)
    monkeypatch.setattr("westmarch.admin.revisions.SIZE", 2)
    here, _ = await written(owner)
    first, second = await owner.page(f"{here}revisions/"), await owner.page(f"{here}revisions/?page=2")
    assert f'href="{here}revisions/?page=2"' in first
    assert second.count("<td><bdi") == 1
    assert (await owner.get(f"{here}revisions/?page=3")).status_code == 404
