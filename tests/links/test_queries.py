"""What a path leads to, on both engines."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from westmarch.changes.models import Change
from westmarch.db.database import Database
from westmarch.errors import Conflict, Invalid
from westmarch.links import actions, paths
from westmarch.links.paths import Suffix
from westmarch.links.queries import Resolution, faults, resolve
from westmarch.subjects import actions as subjects


async def post_at(db: Database, *places: str, kind: str = "post") -> int:
    """A subject that was at each of the places in turn, and is at the last."""

    def make(session: Session) -> int:
        subject_id = subjects.create(session, kind)
        for path in places:
            actions.claim(session, subject_id, path)
        return subject_id

    return await db.write(make)


async def answer(db: Database, path: str, query: str = "") -> tuple[int, str]:
    """Status and location."""
    found = await db.read(resolve, paths.parse(path), query)
    return found.status, found.location


async def test_the_current_path_answers_200_with_its_subject(db: Database) -> None:
    post_id = await post_at(db, "/a/", "/é/b/")
    found = await db.read(resolve, "/é/b/")
    assert (found.status, found.subject_id, found.kind) == (200, post_id, "post")
    assert (found.path, found.suffix, found.location) == ("/é/b/", Suffix(), "/%C3%A9/b/")


async def test_a_moved_path_answers_301_straight_to_the_current_one(db: Database) -> None:
    await post_at(db, "/a/", "/b/", "/c/", "/d/")
    for old in ("/a/", "/b/", "/c/", "/A", "/b.html", "/c/index.html"):
        assert await answer(db, old) == (301, "/d/")


async def test_a_path_that_came_back_answers_200_again(db: Database) -> None:
    await post_at(db, "/a/", "/b/", "/a/")
    assert await answer(db, "/a/") == (200, "/a/")
    assert await answer(db, "/b/") == (301, "/a/")


@pytest.mark.parametrize("current", ["/foo/", "/foo", "/Foo", "/foo.html", "/foo/index.html"])
async def test_every_spelling_leads_to_the_one_that_exists(db: Database, current: str) -> None:
    await post_at(db, current)
    for spelling in ("/foo/", "/foo", "/Foo", "/FOO/", "/foo.html", "/foo.htm", "/foo/index.html", "/foo/index.htm"):
        assert await answer(db, spelling) == (200 if spelling == current else 301, current)


async def test_a_spelling_prefers_what_is_current_and_then_what_is_nearest(db: Database) -> None:
    await post_at(db, "/foo.html", "/moved/")
    await post_at(db, "/Foo/")
    assert await answer(db, "/foo/") == (301, "/Foo/")
    await post_at(db, "/fOO")
    assert await answer(db, "/fOO/") == (301, "/fOO")
    assert await answer(db, "/foo.html") == (301, "/moved/")


async def test_a_path_is_found_in_every_encoding(db: Database) -> None:
    await post_at(db, "/café/")
    for spelling in ("/caf%C3%A9/", "/cafe%CC%81/", "/café/", "/%63afé/"):
        assert await answer(db, spelling) == (200, "/caf%C3%A9/")


async def test_a_query_survives_a_redirect(db: Database) -> None:
    await post_at(db, "/a/", "/b/")
    assert await answer(db, "/a/", "utm_source=x&y=%C3%A9") == (301, "/b/?utm_source=x&y=%C3%A9")
    assert await answer(db, "/B", "z") == (301, "/b/?z")


async def test_what_cannot_stand_in_a_header_is_encoded(db: Database) -> None:
    await post_at(db, "/a/", "/b/")
    assert await answer(db, "/a/", "x=é\r\nSet-Cookie: y=\udcff#z") == (
        301,
        "/b/?x=%C3%A9%0D%0ASet-Cookie:%20y=?%23z",
    )


async def test_a_declared_query_is_found_wherever_it_stands(db: Database) -> None:
    post_id = await post_at(db, "/b/")
    await post_at(db, "/", kind="page")
    await db.write(actions.add_old, post_id, "/", query="p=123")
    assert await answer(db, "/", "p=123") == (301, "/b/")
    assert await answer(db, "/", "x=1&p=123&y=2") == (301, "/b/?x=1&y=2")
    assert await answer(db, "/", "%70=123") == (301, "/b/")
    assert await answer(db, "/index.html", "p=123") == (301, "/b/")
    assert await answer(db, "/", "p=1234") == (200, "/")
    assert await answer(db, "/") == (200, "/")
    assert (await answer(db, "/page/2/", "p=123"))[0] == 404


async def test_a_declared_query_of_the_current_path_itself_goes_away(db: Database) -> None:
    page_id = await post_at(db, "/", kind="page")
    await db.write(actions.add_old, page_id, "/", query="page_id=2")
    assert await answer(db, "/", "page_id=2&x") == (301, "/?x")


async def test_what_hangs_on_a_path_is_found_by_it(db: Database) -> None:
    tag_id = await post_at(db, "/tags/x/", kind="tag")
    for asked, right, suffix in (
        ("/tags/x/page/2/", "/tags/x/page/2/", Suffix(page=2)),
        ("/tags/x/page/2", "/tags/x/page/2/", Suffix(page=2)),
        ("/Tags/X/page/2/", "/tags/x/page/2/", Suffix(page=2)),
        ("/tags/x/page/1/", "/tags/x/", Suffix()),
        ("/tags/x/feed.xml", "/tags/x/feed.xml", Suffix(feed="feed.xml")),
        ("/tags/x/Feed.json/", "/tags/x/feed.json", Suffix(feed="feed.json")),
        ("/tags/x/2026/", "/tags/x/2026/", Suffix(year=2026)),
        ("/tags/x.html/2026/page/3/", "/tags/x/2026/page/3/", Suffix(year=2026, page=3)),
    ):
        found = await db.read(resolve, asked)
        assert (found.status, found.location) == (200 if asked == right else 301, right)
        assert (found.subject_id, found.kind, found.path, found.suffix) == (tag_id, "tag", "/tags/x/", suffix)


async def test_a_suffix_survives_a_move(db: Database) -> None:
    await post_at(db, "/tags/old/", "/tags/new/", kind="tag")
    assert await answer(db, "/tags/old/page/2/", "a=b") == (301, "/tags/new/page/2/?a=b")
    assert await answer(db, "/tags/old/feed.xml") == (301, "/tags/new/feed.xml")


async def test_a_suffix_hangs_on_a_path_without_a_slash(db: Database) -> None:
    await post_at(db, "/x.html", kind="tag")
    assert await answer(db, "/x.html/page/2/") == (200, "/x.html/page/2/")
    assert await answer(db, "/x/page/2/") == (301, "/x.html/page/2/")


async def test_what_hangs_on_the_front_page_stays_the_sites_own(db: Database) -> None:
    await post_at(db, "/", kind="page")
    assert await answer(db, "/") == (200, "/")
    for path, suffix in (("/feed.xml", Suffix(feed="feed.xml")), ("/page/2/", Suffix(page=2))):
        found = await db.read(resolve, path)
        assert (found.status, found.path, found.suffix, found.location) == (404, "/", suffix, path)


async def test_a_link_wins_over_a_suffix_in_any_spelling(db: Database) -> None:
    await post_at(db, "/blog/", kind="page")
    await post_at(db, "/blog/2026")
    await post_at(db, "/blog/feed.xml", kind="page")
    assert await answer(db, "/blog/2026/") == (301, "/blog/2026")
    assert (await db.read(resolve, "/blog/feed.xml")).suffix == Suffix()
    assert await answer(db, "/blog/2025/") == (200, "/blog/2025/")


async def test_a_wrong_page_number_leads_nowhere(db: Database) -> None:
    await post_at(db, "/tags/x/", kind="tag")
    for number in ("0", "007", "99999999999999", "-1", "x"):
        assert (await answer(db, f"/tags/x/page/{number}/"))[0] == 404


async def test_without_a_link_a_listing_may_answer(db: Database) -> None:
    for asked, path, suffix, right in (
        ("/tags/", "/tags/", Suffix(), "/tags/"),
        ("/Tags.html", "/tags/", Suffix(), "/tags/"),
        ("/archive/2026/", "/archive/", Suffix(year=2026), "/archive/2026/"),
        ("/archive/2026/page/2", "/archive/", Suffix(year=2026, page=2), "/archive/2026/page/2/"),
        ("/page/2/", "/", Suffix(page=2), "/page/2/"),
        ("/feed.xml", "/", Suffix(feed="feed.xml"), "/feed.xml"),
    ):
        found = await db.read(resolve, asked)
        assert (found.status, found.path, found.suffix, found.location) == (404, path, suffix, right)


async def test_what_was_purged_is_gone_in_every_spelling_and_under_every_name(db: Database) -> None:
    post_id = await post_at(db, "/a/", "/b/")
    await db.write(actions.add_old, post_id, "/", query="p=1")
    await db.write(subjects.purge, post_id)
    for path, query in (("/a/", ""), ("/b/", ""), ("/B.html", ""), ("/b/page/2/", ""), ("/", "p=1")):
        assert (await answer(db, path, query))[0] == 410


async def test_a_live_spelling_wins_over_a_purged_one(db: Database) -> None:
    await db.write(subjects.purge, await post_at(db, "/a.html"))
    await post_at(db, "/a/", "/c/")
    assert await answer(db, "/A") == (301, "/c/")
    assert (await answer(db, "/a.html"))[0] == 410


@pytest.mark.parametrize(("permanent", "status"), [(True, 301), (False, 302)])
async def test_a_path_leads_to_an_address_elsewhere(db: Database, permanent: bool, status: int) -> None:
    await db.write(actions.redirect, "/go/", "https://example.org/x", permanent=permanent)
    assert await answer(db, "/go/") == (status, "https://example.org/x")
    assert await answer(db, "/Go", "a=b") == (status, "https://example.org/x?a=b")
    assert (await answer(db, "/go/page/2/"))[0] == 404


async def test_a_redirect_to_a_part_of_a_subject_follows_its_moves(db: Database) -> None:
    post_id = await post_at(db, "/a/")
    await db.write(actions.redirect, "/go/", "/a/#part")
    assert await answer(db, "/go/") == (301, "/a/#part")
    await db.write(actions.claim, post_id, "/b/")
    assert await answer(db, "/go/", "x=1") == (301, "/b/?x=1#part")
    await db.write(subjects.purge, post_id)
    assert (await answer(db, "/go/"))[0] == 410


async def test_a_redirect_to_a_temporary_one_is_temporary(db: Database) -> None:
    await db.write(actions.redirect, "/first/", "/second/")
    await db.write(actions.redirect, "/second/", "https://example.org/", permanent=False)
    assert await answer(db, "/first/") == (302, "https://example.org/")


async def test_a_ring_of_redirects_that_somebody_made_by_hand_is_not_followed_for_ever(db: Database) -> None:
    await db.write(actions.redirect, "/a/", "/x/")
    await db.write(actions.redirect, "/b/", "/x/")
    await db.write(lambda session: session.execute(text("UPDATE link SET address = '/b/' WHERE path = '/a/'")))
    await db.write(lambda session: session.execute(text("UPDATE link SET address = '/a/' WHERE path = '/b/'")))
    assert (await answer(db, "/a/"))[0] == 301


async def test_the_newest_change_comes_with_every_answer(db: Database) -> None:
    before = await db.read(resolve, "/nothing/")
    await post_at(db, "/a/")
    newest = await db.read(lambda session: session.scalar(select(func.max(Change.position))))
    assert newest is not None
    assert newest > before.moment.position
    for path in ("/a/", "/A", "/nothing/"):
        assert (await db.read(resolve, path)).moment.position == newest


async def test_one_statement_finds_any_path(db: Database) -> None:
    post_id = await post_at(db, "/a/", "/b/")
    await db.write(actions.add_old, post_id, "/", query="p=1")

    def count(session: Session, path: str, query: str) -> int:
        statements: list[str] = []

        def seen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", seen)
        try:
            resolve(session, path, query)
        finally:
            event.remove(connection, "before_cursor_execute", seen)
        return len(statements)

    for path, query in (("/a/", ""), ("/B", ""), ("/", "x&p=1"), ("/x/2026/page/2/", "y"), ("/nothing/", "")):
        assert await db.write(count, path, query) == 1


async def test_naughty_strings_are_found_where_they_are_and_nowhere_else(
    db: Database, inputs: Callable[[str], Path]
) -> None:
    naughty = json.loads((inputs("blns") / "blns.json").read_text(encoding="utf-8"))

    def check(session: Session) -> int:
        there = {actions.claim(session, subjects.create(session, "post"), "/there/")}
        for string in naughty:
            for raw in (string, "/" + string, "/there/" + string):
                try:
                    path = paths.parse(raw)
                except Invalid:
                    continue
                found: Resolution = resolve(session, path, string)
                assert (found.status == 200) == (path in there or found.suffix != Suffix())
                assert found.location.isascii()
                try:
                    there.add(actions.claim(session, subjects.create(session, "post"), path))
                except (Invalid, Conflict):
                    continue
                assert (resolve(session, path).status, resolve(session, path).path) == (200, path)
        return len(there)

    assert await db.write(check) > 300


async def test_links_in_order_have_no_faults(db: Database) -> None:
    await post_at(db, "/a/", "/b/")
    await db.write(actions.redirect, "/go/", "/tags/x/feed.xml")
    assert await db.read(faults) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE link SET current = false", "The post {id} has no current path."),
        ("UPDATE link SET folded = '/x' WHERE path = '/A/'", "The path '/A/' is filed under '/x' where '/a'"),
        ("UPDATE link SET path = '/a//b' WHERE path = '/A/'", "The path '/a//b' cannot be followed: "),
        ("UPDATE link SET path = '/api/x' WHERE path = '/A/'", "The path '/api/x' can be reached by no request."),
        (
            "UPDATE link SET address = '/go/' WHERE path = '/go/'",
            "The path '/go/' leads to '/go/', which is",
        ),
    ],
)
async def test_a_fault_made_by_hand_is_told(db: Database, statement: str, told: str) -> None:
    post_id = await post_at(db, "/A/")
    await db.write(actions.redirect, "/go/", "/x/")
    await db.write(lambda session: session.execute(text(statement)))
    found = await db.read(faults)
    assert len(found) == 1
    assert found[0].startswith(told.format(id=post_id))
