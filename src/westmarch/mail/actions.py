"""The outbox: letters are queued with what they are about, and each is sent by one process at a time."""

import re
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.events import actions as events
from westmarch.mail.models import Letter

#: For how long a letter is left to the process that sends it. Another one takes it up then: the first has died.
LEASE = timedelta(minutes=5)
#: How long after a failure it is tried again, twice as long each time, and when it is given up.
FIRST, LONGEST, GIVEN_UP = timedelta(minutes=1), timedelta(hours=4), timedelta(days=2)
#: How long it is known that a letter was sent, or given up.
KEPT = timedelta(days=90)
#: The longest address (RFC 5321, 4.5.3.1) and subject, in characters.
LONGEST_ADDRESS, LONGEST_SUBJECT = 254, 200
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]+@[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]+")


def require_address(text: str) -> None:
    """Raises Invalid where a text is no single address that a letter could go to."""
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        raise Invalid("This is no e-mail address.", hint="Write it as name@example.org.", place="email")


def queue(session: Session, recipient: str, subject: str, body: str) -> None:
    """Put a letter of plain text into the outbox. Raises Invalid where the recipient is no single address."""
    require_address(recipient)
    moment = now()
    subject = " ".join(subject.split())[:LONGEST_SUBJECT]
    letter = {"recipient": recipient, "subject": subject, "body": body, "created_at": moment, "due_at": moment}
    session.execute(insert(Letter).values(letter))


def claim(session: Session, moment: datetime) -> NamedRow | None:
    """The letter that is due first, for the caller to send; nobody else gets it within `LEASE`. None where none is."""
    due = (
        select(Letter.id)
        .where(Letter.due_at <= moment)
        .order_by(Letter.due_at, Letter.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(Letter)
        .where(Letter.id == due.scalar_subquery())
        .values(due_at=moment + LEASE, tries=Letter.tries + 1)
        .returning(*Letter.__table__.c)
    )
    return session.execute(claimed, execution_options={"synchronize_session": False}).one_or_none()


def sent(session: Session, letter_id: int, moment: datetime) -> None:
    """Write down that a letter was taken; what it said is forgotten, and so are letters of long ago."""
    done = update(Letter).where(Letter.id == letter_id)
    session.execute(done.values(sent_at=moment, due_at=None, body="", fault=""))
    session.execute(delete(Letter).where(Letter.due_at.is_(None), Letter.created_at < moment - KEPT))


def failed(session: Session, letter: NamedRow, fault: str, moment: datetime, *, for_good: bool) -> bool:
    """Write down why a letter was not taken, and when it is tried again; whether it was given up instead.

    Where another process has taken it up meanwhile, nothing is written.
    """
    given_up = for_good or moment - letter.created_at >= GIVEN_UP
    rest = min(FIRST * 2 ** min(letter.tries - 1, 20), LONGEST)
    values = {"due_at": None, "body": ""} if given_up else {"due_at": moment + rest}
    told = " ".join(fault.replace("\0", "").split())[:500]
    still_ours = update(Letter).where(Letter.id == letter.id, Letter.tries == letter.tries, Letter.due_at.is_not(None))
    written = session.execute(still_ours.values(**values, fault=told).returning(Letter.id)).one_or_none()
    if written is None or not given_up:
        return False
    detail = {"recipient": letter.recipient, "subject": letter.subject, "fault": told}
    events.record(session, "letter.given-up", actor="mail", detail=detail)
    return True
