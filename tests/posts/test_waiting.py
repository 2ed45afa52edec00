"""A newer text of a published post waits behind the one that readers see."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.posts.people import OWNER, change, stored, write
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.posts import editing, waiting
from westmarch.posts.edited import Edited
from westmarch.subjects.models import Reference


async def latest(db: Database, post_id: int) -> Edited:
    post = await stored(db, post_id)
    found: Edited = await db.read(waiting.latest, post)
    return found


async def published(db: Database, **values: Any) -> int:
    return await write(db, status="published", **values)


async def test_a_draft_of_a_published_post_waits_and_readers_see_the_text_before(db: Database) -> None:
    post_id = await published(db)
    await change(db, post_id, title="Ebb", markdown="Newer.\n", wait=True)
    post, newest = await stored(db, post_id), await latest(db, post_id)
    assert (post.title, post.markdown, post.waiting, post.updated_at) == ("Tides", "Some words.\n", True, None)
    assert (newest.title, newest.markdown) == ("Ebb", "Newer.\n")


async def test_each_draft_that_waits_is_another_version(db: Database) -> None:
    post_id = await published(db)
    versions = {(await stored(db, post_id)).version}
    for title in ("Ebb", "Flood"):
        await change(db, post_id, title=title, wait=True)
        versions.add((await stored(db, post_id)).version)
    assert len(versions) == 3


async def test_what_waits_is_published_and_nothing_waits_any_more(db: Database) -> None:
    post_id = await published(db)
    await change(db, post_id, title="Ebb", markdown="Newer.\n", wait=True)
    await editing.publish(db, post_id, who=OWNER, actor="Mona")
    post = await stored(db, post_id)
    assert (post.title, post.markdown, post.waiting) == ("Ebb", "Newer.\n", False)


async def test_a_change_that_goes_public_takes_the_place_of_what_waits(db: Database) -> None:
    post_id = await published(db)
    await change(db, post_id, title="Ebb", wait=True)
    await change(db, post_id, title="Flood", wait=False)
    post = await stored(db, post_id)
    assert (post.title, post.waiting) == ("Flood", False)


async def test_a_change_by_a_program_leaves_what_waits(db: Database) -> None:
    post_id = await published(db)
    await change(db, post_id, markdown="Newer.\n", wait=True)
    await change(db, post_id, title="Flood")
    assert ((await stored(db, post_id)).title, (await latest(db, post_id)).markdown) == ("Flood", "Newer.\n")


async def test_what_is_taken_back_goes_on_as_the_draft_that_waited(db: Database) -> None:
    post_id = await published(db)
    await change(db, post_id, title="Ebb", wait=True)
    await editing.withdraw(db, post_id, who=OWNER, actor="Mona")
    post = await stored(db, post_id)
    assert (post.status, post.title, post.waiting) == ("draft", "Ebb", False)


async def test_a_draft_that_is_as_what_readers_see_waits_no_more(db: Database) -> None:
    post_id = await published(db)
    await change(db, post_id, title="Ebb", markdown="Newer.\n", wait=True)
    await change(db, post_id, title="Tides", markdown="Some words.\n", wait=True)
    assert not (await stored(db, post_id)).waiting


async def test_what_waits_is_dropped_where_the_public_text_is_to_be_the_one(db: Database) -> None:
    post_id = await published(db)
    await change(db, post_id, title="Ebb", wait=True)
    assert len(await change(db, post_id, title="Tides", wait=False)) == 1
    assert ((await stored(db, post_id)).title, (await stored(db, post_id)).waiting) == ("Tides", False)


async def test_only_a_text_can_wait(db: Database) -> None:
    post_id = await published(db)
    with pytest.raises(Invalid, match="can wait") as raised:
        await change(db, post_id, title="Ebb", tags=("Sea",), wait=True)
    assert raised.value.place == "tags"
    assert not (await stored(db, post_id)).waiting


async def test_a_draft_is_saved_as_it_is_where_nothing_is_public(db: Database) -> None:
    post_id = await write(db)
    await change(db, post_id, title="Ebb", tags=("Sea",), wait=True)
    post = await stored(db, post_id)
    assert (post.title, [tag.name for tag in post.tags], post.waiting) == ("Ebb", ["Sea"], False)


async def test_what_a_waiting_text_refers_to_counts_when_it_is_public(db: Database) -> None:
    other = await published(db, title="Other")
    post_id = await published(db)
    statement = select(Reference.to_subject_id).where(Reference.from_subject_id == post_id)
    await change(db, post_id, markdown="[Other](/other/)\n", wait=True)
    assert (await db.read(lambda session: session.scalars(statement).all())) == []
    await editing.publish(db, post_id, who=OWNER, actor="Mona")
    assert (await db.read(lambda session: session.scalars(statement).all())) == [other]
