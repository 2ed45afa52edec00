"""Sending what the outbox holds, while the program serves. Any number of processes may do so at once.

A letter is claimed in a transaction, sent without one, and then written down as sent. Of what goes wrong between these
the last may bring a letter twice, with the same Message-ID; none is lost.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime

from westmarch.db.database import Database
from westmarch.db.settled import to_its_end
from westmarch.errors import Unavailable, WestmarchError
from westmarch.mail import actions, queries
from westmarch.mail.delivery import Outgoing, Server, Undelivered, deliver

#: How often the outbox is looked at, in seconds: another process may have put a letter there.
INTERVAL = 5.0
#: For how long writes are gathered before it is looked at, in seconds.
GATHERING = 0.05
#: For how long a database that is away is asked again after a letter was sent, in seconds, and how often.
PATIENCE, REST = 120, 1.0

logger = logging.getLogger(__name__)


async def step(db: Database, server: Server, clock: Callable[[], datetime]) -> bool:
    """Send the letter that is due first, if any is; whether there was one."""
    hour = await db.read(queries.next_due)
    if hour is None or hour > clock():
        return False
    letter = await db.write(actions.claim, clock())
    if letter is None:
        return False
    try:
        await deliver(server, Outgoing(letter.id, letter.recipient, letter.subject, letter.body, letter.created_at))
    except Undelivered as error:
        given_up = await db.write(actions.failed, letter, error.fault, clock(), for_good=error.for_good)
        words = "was given up" if given_up else "was not taken, it is sent again later"
        logger.warning("Letter %d %s: %s", letter.id, words, error.fault)
        return True
    await to_its_end(_written(db, letter.id, clock))
    return True


async def _written(db: Database, letter_id: int, clock: Callable[[], datetime]) -> None:
    """Write down that a letter was sent, also where the database is away just then: it would be sent again."""
    for _ in range(PATIENCE):
        try:
            return await db.write(actions.sent, letter_id, clock())
        except Unavailable:
            await asyncio.sleep(REST)
    logger.error("Letter %d was sent, which cannot be written down: it may be sent again.", letter_id)
    return None


async def run(db: Database, server: Server, clock: Callable[[], datetime]) -> None:
    """Send letters as they are due until cancelled. A database that is away is asked again.

    It sleeps until the next one is due, but no longer than `INTERVAL`; a write of this process wakes it.
    """
    written, told = asyncio.Event(), ""
    db.after_write.append(written.set)
    try:
        while True:
            written.clear()
            try:
                if await step(db, server, clock):
                    continue
                told = ""
            except WestmarchError as error:
                if error.message != told:
                    logger.warning("Letters have to wait: %s", error.message)
                told = error.message
            # `asyncio.wait_for` of Python 3.11 goes on where it is cancelled while it is being woken.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await written.wait()
                    await asyncio.sleep(GATHERING)
    finally:
        db.after_write.remove(written.set)
