"""Sending the outbox by a real mail server, on good days and bad ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.mail.servers import MailServer, mail_server
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Unavailable
from westmarch.mail import actions, queries, sending
from westmarch.mail.delivery import Server
from westmarch.mail.models import Letter


def of(mails: MailServer) -> Server:
    """The server as delivery knows it."""
    return Server("127.0.0.1", mails.port, "site@example.org", encrypted=False)


async def queued(db: Database, recipient: str = "nell@example.org") -> None:
    """A letter in the outbox."""
    await db.write(actions.queue, recipient, "A subject", "Words.")


@asynccontextmanager
async def running(db: Database, mails: MailServer, count: int = 1) -> AsyncIterator[None]:
    """So many processes send the outbox until the block ends."""
    tasks = [asyncio.create_task(sending.run(db, of(mails), now)) for _ in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def settled(db: Database, *, sent: int = 0, given_up: int = 0, delayed: int = 0) -> None:
    """Wait until so many letters were sent, were given up, and wait after a failure."""
    async with asyncio.timeout(20):
        while True:
            status = await db.read(queries.status)
            if (status.sent, status.given_up, len(status.delayed)) == (sent, given_up, delayed):
                return
            await asyncio.sleep(0.02)


def recipients(mails: MailServer) -> list[str]:
    """Who has got letters."""
    return sorted(mails.recipients)


async def test_a_letter_that_is_queued_is_sent_at_once(db: Database) -> None:
    with mail_server() as mails:
        async with running(db, mails), asyncio.timeout(4):
            await asyncio.sleep(0.1)
            await queued(db)
            await settled(db, sent=1)
    assert recipients(mails) == ["nell@example.org"]


async def test_many_processes_send_each_letter_once(db: Database) -> None:
    everybody = [f"reader{number:02}@example.org" for number in range(20)]
    with mail_server() as mails:
        for recipient in everybody:
            await queued(db, recipient)
        async with running(db, mails, count=4):
            await settled(db, sent=20)
    assert recipients(mails) == everybody


async def test_a_letter_waits_for_a_server_that_is_away(db: Database) -> None:
    with mail_server() as mails:
        pass
    await queued(db)
    assert await sending.step(db, of(mails), now)
    status = await db.read(queries.status)
    assert (status.waiting, status.delayed[0].tries) == (1, 1)
    with mail_server(port=mails.port) as mails:
        assert not await sending.step(db, of(mails), now)
        assert await sending.step(db, of(mails), lambda: now() + timedelta(minutes=1))
    assert recipients(mails) == ["nell@example.org"]


async def test_a_refused_recipient_is_given_up_and_the_others_get_theirs(db: Database) -> None:
    with mail_server() as mails:
        mails.refuses["gone@example.org"] = "550 No such user"
        for recipient in ("gone@example.org", "nell@example.org"):
            await queued(db, recipient)
        async with running(db, mails):
            await settled(db, sent=1, given_up=1)
    assert recipients(mails) == ["nell@example.org"]


async def test_a_letter_claimed_by_a_process_that_died_is_sent_by_another(db: Database) -> None:
    await queued(db)
    assert await db.write(actions.claim, now())
    with mail_server() as mails:
        assert not await sending.step(db, of(mails), now)
        assert await sending.step(db, of(mails), lambda: now() + actions.LEASE)
    assert recipients(mails) == ["nell@example.org"]


async def test_who_is_told_to_stop_still_writes_down_what_was_sent(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queued(db)
    with mail_server() as mails:
        sent, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(*arguments: object) -> None:
            sent.set()
            await go_on.wait()
            await written(*arguments)  # type: ignore[arg-type]

        written = sending._written
        monkeypatch.setattr(sending, "_written", slowly)
        task = asyncio.create_task(sending.run(db, of(mails), now))
        await sent.wait()
        task.cancel()
        await asyncio.sleep(0.05)
        go_on.set()
        with suppress(asyncio.CancelledError):
            await task
    assert (await db.read(queries.status)).sent == 1


async def test_a_letter_is_written_down_as_sent_though_the_database_was_away(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "REST", 0.01)
    await queued(db)
    sent, faults = actions.sent, iter((Unavailable("It is away."), Unavailable("It is away.")))

    def first_away(*arguments: object) -> None:
        for fault in faults:
            raise fault
        sent(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "sent", first_away)
    with mail_server() as mails:
        await sending.step(db, of(mails), now)
    assert (await db.read(queries.status)).sent == 1
    assert len(mails.letters) == 1


async def test_what_cannot_be_a_letter_does_not_hold_up_the_others(db: Database) -> None:
    await queued(db, "a..b@c..d")
    await queued(db)
    with mail_server() as mails:
        async with running(db, mails):
            await settled(db, sent=1, given_up=1)
    assert recipients(mails) == ["nell@example.org"]


async def test_nothing_is_written_while_nothing_is_due(db: Database) -> None:
    def tries(session: Reading) -> int:
        return session.scalars(select(Letter.tries)).one()

    await queued(db)
    with mail_server() as mails:
        assert not await sending.step(db, of(mails), lambda: now() - timedelta(hours=1))
    assert await db.read(tries) == 0
