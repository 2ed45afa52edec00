"""The outbox: what may be queued, who gets a letter to send, and what becomes of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.events.models import Event
from westmarch.mail import actions, queries
from westmarch.mail.models import Letter


async def queued(db: Database, *recipients: str) -> None:
    """Letters in the outbox."""
    for recipient in recipients or ("nell@example.org",):
        await db.write(actions.queue, recipient, "A subject", "https://example.org/secret/")


async def claimed(db: Database) -> NamedRow:
    """The letter that is due first, claimed."""
    letter = await db.write(actions.claim, now())
    assert letter is not None
    return letter


def kept(session: Reading) -> Any:
    """The one letter, as it is kept."""
    return session.execute(select(Letter.__table__)).one()


def age(session: Session, by: timedelta) -> None:
    """Make letters older."""
    session.execute(update(Letter).values(created_at=now() - by))


@pytest.mark.parametrize(
    "recipient",
    ["", "nell", "@", "nell@", "@example.org", "a@b@c", "nell@example.org\n", "nell@example.org\r\nBcc: x@y.z",
     "nell@example.org, idris@example.org", "Nell <nell@example.org>", "ne ll@example.org", "nell\0@example.org",
     "n" * 250 + "@example.org", "nell@example.org;x@y.z"],
)  # fmt: skip
async def test_what_is_no_single_address_is_refused(db: Database, recipient: str) -> None:
    with pytest.raises(Invalid) as refused:
        await db.write(actions.queue, recipient, "A subject", "Words.")
    assert refused.value.place == "email"


async def test_a_subject_is_one_line(db: Database) -> None:
    await db.write(actions.queue, "nell@example.org", " A\r\nBcc: all@example.org\t" + "x" * 300, "Words.")
    subject = (await db.read(kept)).subject
    assert subject.startswith("A Bcc: all@example.org xxx")
    assert len(subject) == 200


async def test_a_letter_is_given_to_one_process_alone(db: Database) -> None:
    await queued(db, *(f"nell{number}@example.org" for number in range(6)))
    moment = now()
    got = await asyncio.gather(*(db.write(actions.claim, moment) for _ in range(12)))
    ids = [letter.id for letter in got if letter is not None]
    assert len(ids) == len(set(ids)) == 6


async def test_the_letter_that_is_due_first_goes_first(db: Database) -> None:
    await queued(db, "first@example.org", "second@example.org")
    assert [(await claimed(db)).recipient for _ in range(2)] == ["first@example.org", "second@example.org"]


async def test_a_letter_whose_process_has_died_is_given_to_another_later(db: Database) -> None:
    await queued(db)
    letter = await claimed(db)
    assert await db.write(actions.claim, now()) is None
    again = await db.write(actions.claim, now() + actions.LEASE)
    assert again is not None
    assert (again.id, again.tries) == (letter.id, 2)


async def test_what_a_letter_said_is_forgotten_when_it_was_sent(db: Database) -> None:
    await queued(db)
    letter = await claimed(db)
    assert letter.body == "https://example.org/secret/"
    await db.write(actions.sent, letter.id, now())
    row = await db.read(kept)
    assert (row.body, row.due_at, row.fault) == ("", None, "")
    assert row.sent_at is not None
    assert await db.write(actions.claim, now() + timedelta(days=9)) is None


async def test_a_letter_that_was_not_taken_waits_longer_each_time(db: Database) -> None:
    await queued(db)
    moment, rests = now(), []
    for _ in range(12):
        letter = await db.write(actions.claim, moment)
        assert letter is not None
        assert not await db.write(actions.failed, letter, "421 Busy", moment, for_good=False)
        due = (await db.read(kept)).due_at
        rests.append(due - moment)
        moment = due
    assert rests[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert rests == sorted(rests)
    assert rests[-1] == timedelta(hours=4)


async def test_after_two_days_a_letter_is_given_up_and_that_is_said(db: Database) -> None:
    await queued(db)
    letter = await claimed(db)
    await db.write(actions.failed, letter, "421 Busy", now(), for_good=False)
    await db.write(age, timedelta(days=2))
    later = await db.write(actions.claim, now() + timedelta(hours=4))
    assert later is not None
    assert await db.write(actions.failed, later, "421\nStill busy", now(), for_good=False)
    row = await db.read(kept)
    assert (row.due_at, row.sent_at, row.body, row.fault) == (None, None, "", "421 Still busy")
    event = await db.read(lambda session: session.execute(select(Event.verb, Event.detail)).one())
    assert event.verb == "letter.given-up"
    assert event.detail == {"recipient": "nell@example.org", "subject": "A subject", "fault": "421 Still busy"}


async def test_a_letter_that_is_refused_for_good_is_given_up_at_once(db: Database) -> None:
    await queued(db)
    assert await db.write(actions.failed, await claimed(db), "550 No such user", now(), for_good=True)
    assert await db.write(actions.claim, now() + timedelta(days=1)) is None


async def test_who_was_too_slow_writes_nothing_over_what_another_has_done(db: Database) -> None:
    await queued(db)
    slow = await claimed(db)
    other = await db.write(actions.claim, now() + actions.LEASE)
    assert other is not None
    assert not await db.write(actions.failed, slow, "421 Busy", now(), for_good=True)
    await db.write(actions.sent, other.id, now())
    assert not await db.write(actions.failed, slow, "421 Busy", now(), for_good=True)
    assert (await db.read(kept)).sent_at is not None


async def test_letters_of_long_ago_are_forgotten(db: Database) -> None:
    await queued(db, "first@example.org", "second@example.org")
    await db.write(actions.sent, (await claimed(db)).id, now())
    await db.write(age, timedelta(days=91))
    await db.write(actions.sent, (await claimed(db)).id, now())
    assert (await db.read(queries.status)).sent == 0


async def test_the_status_counts_and_names_what_is_in_trouble(db: Database) -> None:
    await queued(db, "sent@example.org", "lost@example.org", "delayed@example.org", "new@example.org")
    await db.write(actions.sent, (await claimed(db)).id, now())
    await db.write(actions.failed, await claimed(db), "550 No", now(), for_good=True)
    await db.write(actions.failed, await claimed(db), "450 Later", now(), for_good=False)
    status = await db.read(queries.status)
    assert (status.waiting, status.sent, status.given_up) == (2, 1, 1)
    assert [row.recipient for row in status.lost] == ["lost@example.org"]
    assert [(row.recipient, row.fault) for row in status.delayed] == [("delayed@example.org", "450 Later")]


async def test_letters_stay_out_of_the_log_of_changes(db: Database) -> None:
    from westmarch.changes import queries as changes

    before = await db.read(changes.position)
    await queued(db)
    assert await db.read(changes.position) == before
