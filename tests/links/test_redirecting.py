"""What people do to redirects and old addresses, on both engines."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound, Stale
from westmarch.events.models import Event
from westmarch.links import actions, missed, redirecting, redirects, undoing
from westmarch.links.models import Link
from westmarch.links.queries import faults, resolve
from westmarch.links.redirecting import Unfit
from westmarch.links.redirects import Edited
from westmarch.subjects import actions as subjects


async def subject(db: Database, path: str, kind: str = "post") -> int:
    """A new subject at the path."""

    def make(session: Session) -> int:
        made = subjects.create(session, kind)
        actions.claim(session, made, path)
        return made

    return await db.write(make)


async def at(db: Database, path: str, query: str = "") -> Edited:
    """The link at a path."""

    def find(session: Reading) -> Edited:
        link_id = session.scalar(select(Link.id).where(Link.path == path, Link.query == query))
        link = redirects.edited(session, link_id or 0)
        assert link is not None
        return link

    return await db.read(find)


async def leads(db: Database, path: str, query: str = "") -> tuple[int, str]:
    """The status and the address to which a path leads."""
    found = await db.read(resolve, path, query)
    return found.status, found.location


async def added(db: Database, path: str, target: str, **more: Any) -> int:
    event_id: int = await db.write(redirecting.add, path, target, actor="nell", **more)
    return event_id


async def undo(db: Database, event_id: int) -> str:
    """Take an event back, as the admin does."""

    def take_back(session: Session) -> str:
        event = session.get_one(Event, event_id)
        return undoing.UNDOES[event.verb](session, event_id, None, event.detail["undo"], None, actor="nell")

    return await db.write(take_back)


async def test_a_redirect_leads_away_and_is_taken_back(db: Database) -> None:
    event_id = await added(db, " /old/ ", "https://shop.example/x", permanent=False)
    assert await leads(db, "/old/") == (302, "https://shop.example/x")
    assert await undo(db, event_id) == "The redirect is gone again."
    assert (await leads(db, "/old/"))[0] == 404
    with pytest.raises(Conflict):
        await undo(db, event_id)


async def test_a_redirect_to_the_page_of_a_subject_follows_its_moves(db: Database) -> None:
    post_id = await subject(db, "/a/")
    await added(db, "/old/", "/a/")
    await db.write(actions.claim, post_id, "/b/")
    assert await leads(db, "/old/") == (301, "/b/")


async def test_a_path_may_declare_a_parameter(db: Database) -> None:
    await added(db, "/?p=12", "/a/")
    assert await leads(db, "/", "p=12") == (301, "/a/")
    assert (await at(db, "/", "p=12")).source == "/?p=12"


async def test_the_path_where_a_subject_is_is_refused_and_the_subject_named(db: Database) -> None:
    post_id = await subject(db, "/a/")
    for path in ("/a/", "/a"):
        with pytest.raises(Conflict, match=rf"is that of the post {post_id}|belongs to the post {post_id}") as refused:
            await added(db, path, "/b/")
        assert refused.value.place == "path"


async def test_a_path_that_is_redirected_already_is_refused(db: Database) -> None:
    await added(db, "/old/", "/b/")
    with pytest.raises(Conflict, match="is a redirect to /b/"):
        await added(db, "/old/", "/c/")


@pytest.mark.parametrize("target", ["/old/", "/OLD", "/old/#x", "/old/index.html"])
async def test_a_redirect_to_itself_is_refused(db: Database, target: str) -> None:
    with pytest.raises(Invalid, match="leads back to itself") as refused:
        await added(db, "/old/", target)
    assert refused.value.place == "address"


async def test_a_ring_is_refused(db: Database) -> None:
    await added(db, "/a/", "/b/")
    await added(db, "/b/", "/c/")
    with pytest.raises(Invalid, match="leads back"):
        await added(db, "/c/", "/a/")
    assert await db.read(faults) == []


async def test_a_redirect_to_a_redirect_is_refused_and_its_end_named(db: Database) -> None:
    await added(db, "/a/", "/b/")
    with pytest.raises(Invalid, match="is a redirect itself, to '/b/'"):
        await added(db, "/c/", "/a/")


@pytest.mark.parametrize(
    "path",
    ["old", "", "https://x.example/", "/admin/x/", "/static/x", "/robots.txt", "/a/../b", "/a//b", "//x.example/",
     "/a#b", "/?a=1&b=2", "/?utm_source=x", "/a/?", "/%00", "/%ff", "/" + "a" * 2000, "/\ud800"],
)  # fmt: skip
async def test_a_path_that_cannot_be_is_refused_at_its_field(db: Database, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        await added(db, path, "/b/")
    assert refused.value.place == "path"


@pytest.mark.parametrize(
    "target",
    ["", "b", "javascript:alert(1)", "data://x", "//x.example/", "https://", "/a\nb", "/%00", "x" * 3000, "/a/../b",
     "https://x.example/" + "a" * 3000],
)  # fmt: skip
async def test_a_target_that_cannot_be_is_refused_at_its_field(db: Database, target: str) -> None:
    with pytest.raises(Invalid) as refused:
        await added(db, "/old/", target)
    assert refused.value.place in ("address", "path")


async def test_a_target_that_was_removed_for_good_is_refused(db: Database) -> None:
    await db.write(subjects.purge, await subject(db, "/a/"))
    with pytest.raises(Invalid, match="removed for good"):
        await added(db, "/old/", "/a/")


async def test_a_change_is_stored_and_taken_back(db: Database) -> None:
    await added(db, "/old/", "/a/")
    link = await at(db, "/old/")
    event_id = await db.write(
        redirecting.change, link.id, path="/older/", target="https://x.example/", permanent=False, actor="nell"
    )
    assert (await leads(db, "/old/"))[0] == 404
    assert await leads(db, "/older/") == (302, "https://x.example/")
    assert event_id is not None
    await undo(db, event_id)
    assert await leads(db, "/old/") == (301, "/a/")
    assert (await leads(db, "/older/"))[0] == 404


async def test_a_change_of_nothing_records_nothing(db: Database) -> None:
    await added(db, "/old/", "/a/")
    link = await at(db, "/old/")
    assert await db.write(
        redirecting.change, link.id, path="/old/", target="/a/", permanent=True, actor="nell"
    ) is None  # fmt: skip


async def test_a_change_of_an_older_state_is_refused(db: Database) -> None:
    await added(db, "/old/", "/a/")
    link = await at(db, "/old/")
    await db.write(redirecting.change, link.id, target="/b/", expected=link.version, actor="nell")
    with pytest.raises(Stale):
        await db.write(redirecting.change, link.id, target="/c/", expected=link.version, actor="bo")
    with pytest.raises(Stale):
        await db.write(redirecting.remove, link.id, expected=link.version, actor="bo")


async def test_a_change_to_a_path_that_leads_elsewhere_is_refused(db: Database) -> None:
    await added(db, "/a/", "/x/")
    await added(db, "/b/", "/x/")
    with pytest.raises(Conflict, match="is a redirect"):
        await db.write(redirecting.change, (await at(db, "/b/")).id, path="/a/", actor="nell")
    with pytest.raises(Invalid, match="leads back"):
        await db.write(redirecting.change, (await at(db, "/b/")).id, path="/x/", actor="nell")


async def test_an_old_address_is_removed_and_put_back(db: Database) -> None:
    post_id = await subject(db, "/a/")
    await db.write(actions.claim, post_id, "/b/")
    event_id = await db.write(redirecting.remove, (await at(db, "/a/")).id, actor="nell")
    assert (await leads(db, "/a/"))[0] == 404
    assert await undo(db, event_id) == "The redirect from /a/ is there again."
    assert await leads(db, "/a/") == (301, "/b/")


async def test_what_was_removed_is_not_put_back_where_its_path_is_taken(db: Database) -> None:
    event_id = await added(db, "/a/", "/x/")
    removed = await db.write(redirecting.remove, (await at(db, "/a/")).id, actor="nell")
    await subject(db, "/a/")
    with pytest.raises(Conflict, match="is that of the post"):
        await undo(db, removed)
    with pytest.raises(Conflict, match="changed or removed since"):
        await undo(db, event_id)


async def test_the_address_of_a_subject_is_no_redirect_to_change(db: Database) -> None:
    post_id = await subject(db, "/a/")
    link = await at(db, "/a/")
    for action in (redirecting.remove, redirecting.change):
        with pytest.raises(Conflict, match=f"is the address of the post {post_id}"):
            await db.write(action, link.id, actor="nell")
    with pytest.raises(NotFound):
        await db.write(redirecting.remove, 2**31 - 1, actor="nell")


async def test_two_who_add_the_same_path_at_once_make_one_redirect(db: Database) -> None:
    done = await asyncio.gather(*(added(db, "/old/", f"/new-{number}/") for number in range(4)), return_exceptions=True)
    assert sum(isinstance(each, int) for each in done) == 1
    assert all(isinstance(each, int | Conflict) for each in done)


LIST = """
# from an old server
/one/  /new/
/two/\thttps://x.example/two 302

/?p=7 /new/ 301
"""


async def test_a_list_is_added_at_once_and_taken_back_at_once(db: Database) -> None:
    number, event_id = await db.write(redirecting.add_lines, LIST, actor="nell")
    assert number == 3
    assert await leads(db, "/two/") == (302, "https://x.example/two")
    assert await leads(db, "/", "p=7") == (301, "/new/")
    assert await db.write(redirecting.add_lines, LIST, actor="nell") == (0, None)
    assert event_id is not None
    assert await undo(db, event_id) == "3 redirects are gone again."


async def test_a_list_with_faults_tells_them_by_line_and_adds_nothing(db: Database) -> None:
    await subject(db, "/taken/")
    text = "/one/ /new/\nnonsense\n/taken/ /new/\n/two/ /new/ 418\n/admin/ /x/\n/one/ /other/\n"
    with pytest.raises(Unfit) as refused:
        await db.write(redirecting.add_lines, text, actor="nell")
    assert [number for number, _ in refused.value.lines] == [2, 3, 4, 5, 6]
    assert "two or three words" in refused.value.lines[0][1]
    assert (await leads(db, "/one/"))[0] == 404


async def test_a_list_without_end_is_refused(db: Database) -> None:
    with pytest.raises(Invalid, match="at most"):
        await db.write(redirecting.add_lines, "/a/ /b/\n" * 3000, actor="nell")


async def test_the_list_is_filtered_searched_and_paged(db: Database) -> None:
    post_id = await subject(db, "/a/")
    await db.write(actions.claim, post_id, "/b/")
    for number in range(5):
        await added(db, f"/old-{number}/", "https://Shop.example/x", permanent=number % 2 == 0)
    first = await db.read(redirects.find, size=4)
    assert (first.total, [row.path for row in first.rows]) == (6, ["/old-4/", "/old-3/", "/old-2/", "/old-1/"])
    rest = await db.read(redirects.find, size=4, after=first.next)
    assert [row.path for row in rest.rows] == ["/old-0/", "/a/"]
    assert rest.next is None

    async def paths(**asked: Any) -> list[str]:
        return [row.path for row in (await db.read(redirects.find, sort="path", **asked)).rows]

    assert await paths(kind="old") == ["/a/"]
    assert await paths(kind="temporary") == ["/old-1/", "/old-3/"]
    assert len(await paths(kind="redirect")) == 5
    assert await paths(search="OLD-3") == ["/old-3/"]
    assert await paths(search="/b/") == ["/a/"]
    assert len(await paths(search="SHOP.EXAMPLE")) == 5
    assert await paths(search="100%_") == []


@pytest.mark.parametrize(
    "cursor", ["x", "é", "AAAA", "bnVsbA", "W10", "WyJpZCIsdHJ1ZSw5OTk5OTk5OTk5OTk5LDFd", "a" * 9000]
)
async def test_a_forged_cursor_is_refused(db: Database, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        await db.read(redirects.find, after=cursor)
    assert refused.value.place == "cursor"


async def test_a_cursor_of_another_order_is_refused(db: Database) -> None:
    for path in ("/a/", "/b/"):
        await added(db, path, "/x/")
    found = await db.read(redirects.find, size=1)
    with pytest.raises(Invalid):
        await db.read(redirects.find, size=1, sort="path", after=found.next)


async def test_a_path_that_was_asked_for_in_vain_is_forgotten_when_it_leads_somewhere(db: Database) -> None:
    counted = missed.Missed()
    counted.count("/old/", b"", now())
    await counted.flush(db, lambda _: True)
    await added(db, "/old/", "/a/")
    assert await db.read(missed.count) == 0
