"""Recording what was done."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.changes.logged import subject
from westmarch.changes import queries as changes
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.events import actions
from westmarch.events.models import Event


def recorded(session: Reading) -> list[tuple[str, str, int | None, dict[str, object]]]:
    columns = (Event.verb, Event.actor, Event.subject_id, Event.detail)
    return [(verb, actor, of, detail) for verb, actor, of, detail in session.execute(select(*columns))]


def record(session: Session) -> int:
    of = subject(session)
    actions.record(session, "tag.renamed", actor="cli", subject_id=of, detail={"from": "ä"})
    return of


async def test_an_event_says_who_did_what_to_which_subject_and_when(db: Database) -> None:
    before = now()
    of = await db.write(record)
    assert await db.read(recorded) == [("tag.renamed", "cli", of, {"from": "ä"})]
    assert before <= (await db.read(lambda session: session.scalars(select(Event.at)).one())) <= now()


async def test_an_event_needs_no_subject_and_no_detail(db: Database) -> None:
    await db.write(actions.record, "site.changed", actor="cli")
    assert await db.read(recorded) == [("site.changed", "cli", None, {})]


async def test_an_event_of_what_did_not_happen_is_not_kept(db: Database) -> None:
    def fails(session: Session) -> None:
        record(session)
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(fails)
    assert await db.read(recorded) == []


async def test_events_are_in_the_log_of_changes_for_those_who_follow_them(db: Database) -> None:
    after = await db.read(changes.position)
    of = await db.write(record)
    [change] = [change for change in await db.read(changes.since, after, 10) if change.table == "event"]
    assert change.new == {"id": change.row_key[0], "verb": "tag.renamed", "subject_id": of}
