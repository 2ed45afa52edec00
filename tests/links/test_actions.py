"""Giving paths to subjects and addresses, on both engines: links do not rot, whatever is done in whatever order."""

import asyncio
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import getmembers, isfunction
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.errors import Conflict, Gone, Invalid, NotFound
from westmarch.links import actions, paths
from westmarch.links.models import Link
from westmarch.links.queries import faults, resolve
from westmarch.subjects import actions as subjects


async def claimed(db: Database, path: str, kind: str = "post") -> int:
    """A new subject at the path."""

    def make(session: Session) -> int:
        subject_id = subjects.create(session, kind)
        actions.claim(session, subject_id, path)
        return subject_id

    return await db.write(make)


async def free(db: Database, wanted: str) -> str:
    """The path that a new subject gets which wants this one."""

    def make(session: Session) -> str:
        return actions.claim_free(session, subjects.create(session, "post"), wanted)

    return await db.write(make)


async def test_a_claimed_path_comes_back_in_nfc(db: Database) -> None:
    subject_id = await db.write(subjects.create, "post")
    assert await db.write(actions.claim, subject_id, "/cafe\u0301/") == "/café/"


async def test_a_claim_of_the_path_that_one_has_changes_nothing(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    await db.write(actions.claim, post_id, "/a/")
    assert await db.read(lambda session: session.scalar(select(func.count()).select_from(Link))) == 1


async def test_a_path_belongs_to_one_subject_for_ever(db: Database) -> None:
    owner = await claimed(db, "/a/")
    other = await claimed(db, "/other/", kind="page")
    with pytest.raises(Conflict, match=rf"'/a/' is that of the post {owner}"):
        await db.write(actions.claim, other, "/a/")
    await db.write(actions.claim, owner, "/b/")
    with pytest.raises(Conflict, match=rf"'/a/' belongs to the post {owner}, which is now at '/b/'"):
        await db.write(actions.claim, other, "/a/")
    await db.write(subjects.purge, owner)
    with pytest.raises(Conflict, match=rf"'/a/' belonged to the post {owner}, which was removed for good"):
        await db.write(actions.claim, other, "/a/")
    assert (await db.read(resolve, "/other/")).status == 200


async def test_two_subjects_do_not_differ_by_a_slash_alone(db: Database) -> None:
    await claimed(db, "/a/")
    other = await db.write(subjects.create, "post")
    with pytest.raises(Conflict):
        await db.write(actions.claim, other, "/a")


async def test_a_subject_may_move_to_and_from_the_path_without_the_slash(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    await db.write(actions.claim, post_id, "/a")
    assert (await db.read(resolve, "/a/")).location == "/a"
    await db.write(actions.claim, post_id, "/a/")
    assert (await db.read(resolve, "/a")).location == "/a/"


async def test_a_reserved_path_is_refused(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    for act in (actions.claim, actions.add_old):
        with pytest.raises(Invalid, match="the program's own") as refusal:
            await db.write(act, post_id, "/Admin/x/")
        assert refusal.value.place == "path"
    with pytest.raises(Invalid, match="the program's own"):
        await db.write(actions.redirect, "/media/x", "/a/")


async def test_a_path_that_no_request_can_ask_for_is_refused(db: Database) -> None:
    post_id = await db.write(subjects.create, "post")
    for path in ("a", "/a//b", "/../a", "/a\x00", "/a\ud800", "/" + "a" * 900, "/" + "€" * 300):
        with pytest.raises(Invalid):
            await db.write(actions.claim, post_id, path)


async def test_the_longest_path_is_stored_and_found_with_what_hangs_on_it(db: Database) -> None:
    longest = "/" + "".join(chr(0x1E00 + n % 0x90) for n in range(299)) + "é"
    assert len(longest.encode()) == 900
    post_id = await claimed(db, longest)
    await db.write(actions.add_old, post_id, longest, query="q=" + "%C3%A9" * 33)
    written = paths.quote(paths.suffixed(longest, paths.Suffix(year=2026, page=999_999)))
    assert (await db.read(resolve, paths.parse(written))).subject_id == post_id


async def test_an_unknown_subject_gets_no_path(db: Database) -> None:
    with pytest.raises(NotFound, match="no subject 99"):
        await db.write(actions.claim, 99, "/a/")


async def test_a_purged_subject_gets_no_path(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    await db.write(subjects.purge, post_id)
    with pytest.raises(Gone):
        await db.write(actions.claim, post_id, "/b/")


async def test_a_taken_path_gets_a_number(db: Database) -> None:
    assert [await free(db, "/a/") for _ in range(3)] == ["/a/", "/a-2/", "/a-3/"]
    assert await free(db, "/A.html") == "/A-4.html"
    assert await free(db, "/admin/") == "/admin-2/"
    assert await free(db, "/admin/a/") == "/admin-2/a/"
    assert await free(db, "/admin/a/") == "/admin-2/a-2/"


async def test_a_number_is_found_behind_hundreds(db: Database) -> None:
    def make(session: Session) -> list[str]:
        return [actions.claim_free(session, subjects.create(session, "post"), "/untitled/") for _ in range(150)]

    assert (await db.write(make))[-1] == "/untitled-150/"


async def test_the_wanted_path_is_free_for_the_subject_that_has_it(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    await db.write(actions.claim, post_id, "/b/")
    assert await db.write(actions.claim_free, post_id, "/a/") == "/a/"


async def test_the_path_of_a_redirect_is_taken(db: Database) -> None:
    await db.write(actions.redirect, "/go/", "https://example.org/")
    post_id = await db.write(subjects.create, "post")
    with pytest.raises(Conflict, match=r"is a redirect to https://example\.org/"):
        await db.write(actions.claim, post_id, "/go/")
    assert await db.write(actions.claim_free, post_id, "/go/") == "/go-2/"


async def test_an_old_path_may_become_the_current_one(db: Database) -> None:
    post_id = await db.write(subjects.create, "post")
    await db.write(actions.add_old, post_id, "/a/")
    assert (await db.read(resolve, "/a/")).status == 404
    await db.write(actions.claim, post_id, "/a/")
    assert (await db.read(resolve, "/a/")).status == 200


async def test_an_old_path_is_added_once(db: Database) -> None:
    post_id = await claimed(db, "/b/")
    for _ in range(2):
        await db.write(actions.add_old, post_id, "/a/")
        await db.write(actions.add_old, post_id, "/b/")
        await db.write(actions.add_old, post_id, "/", query="?p=1")
    assert await db.read(lambda session: session.scalar(select(func.count()).select_from(Link))) == 3


async def test_an_old_query_belongs_to_one_subject(db: Database) -> None:
    await db.write(actions.add_old, await claimed(db, "/a/"), "/", query="p=1")
    other = await claimed(db, "/b/")
    with pytest.raises(Conflict):
        await db.write(actions.add_old, other, "/", query="p=%31")
    await db.write(actions.add_old, other, "/", query="p=2")
    assert (await db.read(resolve, "/", "p=2")).location == "/b/"


async def test_a_redirect_to_a_subject_becomes_an_old_path_of_it(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    await db.write(actions.redirect, "/short", "/A")
    await db.write(actions.claim, post_id, "/b/")
    assert (await db.read(resolve, "/short")).location == "/b/"
    await db.write(actions.claim, post_id, "/short")
    assert (await db.read(resolve, "/b/")).location == "/short"


async def test_a_redirect_can_be_given_another_end(db: Database) -> None:
    await db.write(actions.redirect, "/go/", "https://example.org/", permanent=False)
    await db.write(actions.redirect, "/go/", "/tags/x/feed.xml?a=b")
    found = await db.read(resolve, "/go/")
    assert (found.status, found.location) == (301, "/tags/x/feed.xml?a=b")
    await claimed(db, "/a/")
    await db.write(actions.redirect, "/go/", "/a/")
    assert (await db.read(resolve, "/go/")).subject_id is not None


async def test_a_redirect_takes_no_path_from_a_subject(db: Database) -> None:
    await claimed(db, "/a/")
    await claimed(db, "/b/")
    for address in ("https://example.org/", "/b/", "/b/#x"):
        with pytest.raises(Conflict, match="belongs to the post"):
            await db.write(actions.redirect, "/a", address)


async def test_a_redirect_takes_over_the_end_of_the_one_it_leads_to(db: Database) -> None:
    await db.write(actions.redirect, "/a/", "https://example.org/")
    await db.write(actions.redirect, "/b/", "/A")
    await db.write(actions.redirect, "/a/", "https://example.net/")
    assert (await db.read(resolve, "/b/")).location == "https://example.org/"


async def test_a_redirect_cannot_lead_back(db: Database) -> None:
    await db.write(actions.redirect, "/second/", "/go/#there")
    for address in ("/go/", "/GO.html", "/go/?a=b", "/go/#c", "/second/", "/second/?x#y"):
        with pytest.raises(Invalid, match="leads back"):
            await db.write(actions.redirect, "/go/", address)


async def test_an_address_that_nobody_can_be_sent_to_is_refused(db: Database) -> None:
    for address in (
        "",
        "x",
        "//example.org/",
        "/a//b",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "https://",
        "https://exa mple.org/",
        "https://example.org/\r\nSet-Cookie: a=b",
        "https://example.org/\ud800",
        "/a\x00",
        "https://example.org/" + "a" * 2_000,
    ):
        with pytest.raises(Invalid):
            await db.write(actions.redirect, "/go/", address)


async def test_a_redirect_to_what_was_purged_is_refused(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    await db.write(subjects.purge, post_id)
    with pytest.raises(Invalid, match="removed for good"):
        await db.write(actions.redirect, "/go/", "/a/")


async def test_paths_of_a_purged_subject_alone_can_be_let_go_and_are_free_then(db: Database) -> None:
    post_id = await claimed(db, "/a/")
    with pytest.raises(Conflict, match="was not removed"):
        await db.write(actions.release, post_id)
    await db.write(subjects.purge, post_id)
    assert await db.write(actions.release, post_id) == 1
    assert (await db.read(resolve, "/a/")).status == 404
    assert await claimed(db, "/a/") != post_id


async def test_an_address_elsewhere_is_written_in_ascii(db: Database) -> None:
    await db.write(actions.redirect, "/go/", "https://bücher.example/ä?ö#ü")
    assert (await db.read(resolve, "/go/")).location == "https://xn--bcher-kva.example/%C3%A4?%C3%B6#%C3%BC"


async def test_many_who_want_one_path_at_once_each_get_one(db: Database) -> None:
    got = await asyncio.gather(*(free(db, "/same/") for _ in range(8)))
    assert len(set(got)) == 8
    assert all(paths.fold(path).startswith("/same") for path in got)
    assert not await db.read(faults)


# Whatever is done in whatever order


@dataclass
class Model:
    """What the links must say: the subjects' paths, newest last, and who was purged."""

    held: dict[int, list[str]] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    purged: set[int] = field(default_factory=set)


NAMES = ("/a/", "/a", "/A/", "/a.html", "/a/index.html", "/b/", "/B", "/é/", "/e\u0301", "/tags/x/", "/tags/X",
         "/2026/", "/a/2026", "/a/page/2/", "/feed.xml", "/a/feed.xml", "/", "/index.html")  # fmt: skip
ADDRESSES = (*NAMES, "/a/#part", "/b/?x=1", "/b/page/2/", "/tags/x/feed.xml#z", "https://example.org/", "/?p=1")
WHO = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("claim"), WHO, st.sampled_from(NAMES)),
    st.tuples(st.just("claim_free"), WHO, st.sampled_from(NAMES)),
    st.tuples(st.just("add_old"), WHO, st.sampled_from(NAMES)),
    st.tuples(st.just("declare"), WHO, st.sampled_from(("p=1", "p=2", "%70=2"))),
    st.tuples(st.just("redirect"), st.sampled_from(NAMES), st.sampled_from(ADDRESSES)),
    st.tuples(st.just("put_back"), st.sampled_from(NAMES), st.sampled_from(ADDRESSES)),
    st.tuples(st.just("purge"), WHO, st.just("")),
    st.tuples(st.just("release"), WHO, st.just("")),
)


def take(session: Session, model: Model, ids: list[int], step: tuple[str, Any, str]) -> None:
    """Do one step, and note in the model what it must have done."""
    verb, who, what = step
    if verb == "redirect":
        actions.redirect(session, unicodedata.normalize("NFC", who), what)
        return
    if verb == "put_back":
        redirected_by_mistake(session, unicodedata.normalize("NFC", who), what)
        return
    subject_id = ids[who]
    held = model.held[subject_id]
    if verb in ("claim", "claim_free"):
        act = actions.claim if verb == "claim" else actions.claim_free
        path = act(session, subject_id, what)
        model.held[subject_id] = [*(old for old in held if old != path), path]
    elif verb == "add_old":
        actions.add_old(session, subject_id, what)
        path = unicodedata.normalize("NFC", what)
        if path not in held and held:
            held.insert(0, path)
    elif verb == "declare" and not held:
        return  # Where a subject has no path, what leads to it is faulty anyway.
    elif verb == "declare":
        actions.add_old(session, subject_id, "/", query=what)
        model.declared["p=" + what[-1]] = subject_id
    elif verb == "release":
        actions.release(session, subject_id)
        model.held[subject_id] = []
        model.declared = {query: owner for query, owner in model.declared.items() if owner != subject_id}
    else:
        subjects.purge(session, subject_id)
        model.purged.add(subject_id)


def redirected_by_mistake(session: Session, path: str, address: str) -> None:
    """A redirect that is made and put back: the path answers as before."""
    at = select(Link.subject_id, Link.address, Link.permanent).where(Link.path == path, Link.query == "")
    before = session.execute(at).mappings().one_or_none()
    answered = answer(session, path)
    actions.redirect(session, path, address)
    if session.execute(at).mappings().one_or_none() != before:
        link = session.scalars(select(Link).where(Link.path == path, Link.query == "")).one()
        actions.put_back(session, link, dict(before) if before else None)
    assert answer(session, path) == answered


def answer(session: Session, path: str) -> tuple[int, str | None, int | None]:
    """What a path answers, at whatever moment."""
    found = resolve(session, path)
    return found.status, found.location, found.subject_id


def check(session: Session, model: Model) -> None:
    """Each path ever held leads to its subject in at most one step, and no path anywhere leads into a ring."""
    for subject_id, held in model.held.items():
        for path in held:
            found = resolve(session, path)
            if subject_id in model.purged:
                assert found.status == 410
            elif path == held[-1]:
                assert (found.status, found.subject_id) == (200, subject_id)
            else:
                assert (found.status, found.location) == (301, paths.quote(held[-1]))
    for query, subject_id in model.declared.items():
        if subject_id in model.purged:
            assert resolve(session, "/", query).status == 410
        elif model.held[subject_id]:
            assert resolve(session, "/", query).location == paths.quote(model.held[subject_id][-1])
    for name in NAMES:
        for path in (name, paths.directory(name) + "page/2/", paths.directory(name) + "feed.xml"):
            walk(session, unicodedata.normalize("NFC", path))


def walk(session: Session, path: str) -> None:
    """Follow the path as a browser does; the whole addresses take one step, those with a suffix end soon."""
    steps = 0
    query = ""
    while (found := resolve(session, path, query)).status == 301:
        steps += 1
        assert steps <= (1 if paths.split(path)[-1][1] == paths.PLAIN else 3), path
        if not found.location.startswith("/"):
            return
        parts = urlsplit(found.location)
        path, query = paths.parse(parts.path), parts.query
    if found.status == 404 and found.subject_id is None:
        again = resolve(session, paths.parse(found.location))
        assert again.status != 404 or again.location == found.location


class UndoError(Exception):
    """Leaves the database as it was."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25))
@example([("claim", 0, "/a"), ("claim", 0, "/b/"), ("claim", 1, "/B"), ("claim", 1, "/a/")])
@example([("redirect", "/a/", "/b/"), ("redirect", "/b/", "/a/#part")])
@example([("claim", 0, "/a/"), ("redirect", "/b/", "/a/#part"), ("redirect", "/A/", "/b/"), ("purge", 0, "")])
async def test_links_do_not_rot_whatever_is_done(db: Database, steps: list[tuple[str, Any, str]]) -> None:
    def act(session: Session) -> None:
        ids = [subjects.create(session, "post") for _ in range(4)]
        model = Model(held={subject_id: [] for subject_id in ids})
        for step in steps:
            with suppress(Conflict, Gone, Invalid):
                take(session, model, ids, step)
        check(session, model)
        assert [fault for fault in faults(session) if "has no current path" not in fault] == []
        raise UndoError

    with pytest.raises(UndoError):
        await db.write(act)


def test_every_action_is_used_by_a_step() -> None:
    functions = [function for _, function in getmembers(actions, isfunction)]
    here = {function.__name__ for function in functions if function.__module__ == actions.__name__}
    assert {name for name in here if not name.startswith("_")} == {
        "claim",
        "claim_free",
        "add_old",
        "redirect",
        "release",
        "put_back",
    }
