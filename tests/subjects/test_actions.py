"""Subjects: made once, ended once, never forgotten."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.subjects import actions
from westmarch.subjects.models import Subject


async def test_an_id_is_never_used_again(db: Database) -> None:
    first = await db.write(actions.create, "post")
    await db.write(lambda session: session.execute(delete(Subject)))
    assert await db.write(actions.create, "post") > first


async def test_a_purged_subject_stays_and_keeps_the_time_of_its_first_purge(db: Database) -> None:
    def purged_at(session: Reading) -> object:
        return session.scalar(select(Subject.purged_at))

    def make(session: Session) -> int:
        return actions.create(session, "tag")

    subject_id = await db.write(make)
    assert await db.read(purged_at) is None
    await db.write(actions.purge, subject_id)
    first = await db.read(purged_at)
    assert first is not None
    await db.write(actions.purge, subject_id)
    assert await db.read(purged_at) == first


async def test_what_does_not_exist_cannot_be_purged(db: Database) -> None:
    with pytest.raises(NotFound, match="no subject 99"):
        await db.write(actions.purge, 99)
