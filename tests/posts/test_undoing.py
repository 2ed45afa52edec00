"""Whatever is done to a post and taken back, the post is what it was."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import SITE, day, draft, post
from tests.posts.people import OWNER, change, stored, write
from tests.posts.test_invariants import DRAFTS, fresh
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import Conflict
from westmarch.events.models import Event
from westmarch.posts import actions, counts, editing, listings, undoing
from westmarch.posts.edited import edited
from westmarch.posts.models import Byline, Post
from westmarch.subjects.models import Reference
from westmarch.tags.models import Tagging
from westmarch.topics.models import Part

VERBS = st.sampled_from(["publish", "publish at", "schedule", "withdraw", "trash", "restore"])


def do(session: Session, verb: str, post_id: int, number: int) -> int:
    """Do something that can be taken back; the event's id."""
    if verb == "publish at":
        return actions.publish(session, post_id, SITE, actor="test", at=day(number))
    if verb == "schedule":
        return actions.schedule(session, post_id, day(20_000 + number), SITE, actor="test")
    return int(getattr(actions, verb)(session, post_id, SITE, actor="test"))


def take_back(session: Session, event_id: int) -> str:
    """Take back what an event tells of."""
    event = session.execute(select(Event.subject_id, Event.verb, Event.detail).where(Event.id == event_id)).one()
    turn = undoing.UNDOES[event.verb]
    return turn(session, event_id, event.subject_id, event.detail["undo"], SITE, actor="test")


def state(session: Session, post_id: int) -> tuple[Any, ...]:
    """A post with all that hangs on it."""
    session.expire_all()
    tables = ((Post, Post.id), (Tagging, Tagging.subject_id), (Byline, Byline.post_id), (Part, Part.subject_id),
              (Reference, Reference.from_subject_id))  # fmt: skip
    rows = [
        session.execute(select(model.__table__).where(key == post_id).order_by(*model.__table__.primary_key)).all()
        for model, key in tables
    ]
    return edited(session, post_id), [[tuple(row) for row in found] for found in rows]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=DRAFTS, others=st.lists(DRAFTS, max_size=2), before=st.lists(VERBS, max_size=2), verb=VERBS)
def test_what_is_done_and_taken_back_leaves_an_equal_post(
    fields: Any, others: Any, before: list[str], verb: str, sqlite_template: Path, tmp_path: Path
) -> None:
    with fresh(sqlite_template, tmp_path) as session:
        post_id = actions.create(session, draft("Undone", **fields), SITE, actor="test")
        for number, each in enumerate(others):
            actions.create(session, draft(f"Other {number}", **each), SITE, actor="test")
        for number, each in enumerate(before):
            do(session, each, post_id, number)
        was = state(session, post_id)
        # Nobody waits again for an hour that is past, which has a test of its own.
        assume(was[0].status != "scheduled" or was[0].published_at > now())
        event_id = do(session, verb, post_id, 7)
        take_back(session, event_id)
        assert state(session, post_id) == was
        assert counts.faults(session, SITE.zone) + listings.faults(session) == []
        session.rollback()


async def test_a_draft_that_was_made_public_waits_again(db: Database) -> None:
    await write(db, title="Other", status="published")
    post_id = await write(db, status="published", markdown="Old.\n")
    await change(db, post_id, title="Ebb", markdown="[New](/other/)\n", wait=True)
    was = await db.write(state, post_id)
    event_id = await editing.publish(db, post_id, who=OWNER, actor="Mona")
    assert (await stored(db, post_id)).title == "Ebb"
    await db.write(take_back, event_id)
    assert await db.write(state, post_id) == was


async def test_what_was_changed_since_is_not_taken_back(db: Database) -> None:
    post_id = await write(db)
    event_id = await editing.publish(db, post_id, who=OWNER, actor="Mona")
    await change(db, post_id, title="Ebb", wait=True)
    with pytest.raises(Conflict, match="was changed since"):
        await db.write(take_back, event_id)
    assert (await stored(db, post_id)).status == "published"


async def test_what_is_gone_for_good_is_not_taken_back(db: Database) -> None:
    post_id = await write(db)
    event_id = await editing.trash(db, post_id, who=OWNER, actor="Mona")
    await editing.purge(db, post_id, who=OWNER, actor="Mona")
    with pytest.raises(Conflict, match="deleted for good"):
        await db.write(take_back, event_id)


async def test_an_hour_that_is_past_is_not_scheduled_again(db: Database) -> None:
    post_id = await db.write(post, status="scheduled", published_at=day(1))
    event_id = await editing.withdraw(db, post_id, who=OWNER, actor="Mona")
    with pytest.raises(Conflict, match="is past"):
        await db.write(take_back, event_id)
