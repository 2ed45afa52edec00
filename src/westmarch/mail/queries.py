"""What the outbox holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.mail.models import Letter

#: How many letters that were given up are told of.
TOLD = 20

_letter = Letter.__table__
_NEXT = select(func.min(_letter.c.due_at))
_COUNTS: NamedSelect = select(
    func.count(_letter.c.due_at), func.count(_letter.c.sent_at), func.count(_letter.c.id), func.min(_letter.c.due_at)
)
_SHOWN = (_letter.c.recipient, _letter.c.subject, _letter.c.created_at, _letter.c.tries, _letter.c.fault)
_GIVEN_UP: NamedSelect = select(*_SHOWN).where(_letter.c.due_at.is_(None), _letter.c.sent_at.is_(None))
_DELAYED: NamedSelect = select(*_SHOWN, _letter.c.due_at).where(_letter.c.due_at.is_not(None), _letter.c.fault != "")


@dataclass(frozen=True, slots=True)
class Status:
    """How many letters wait, were sent and were given up lately; those in trouble, the newest first.

    `delayed` wait after a failure; they have `due_at` beside recipient, subject, created_at, tries and fault.
    """

    waiting: int
    sent: int
    given_up: int
    next_at: datetime | None
    delayed: Sequence[NamedRow]
    lost: Sequence[NamedRow]


def next_due(session: Reading) -> datetime | None:
    """When the next letter is due, or None."""
    moment: datetime | None = session.scalar(_NEXT)
    return moment


def status(session: Reading) -> Status:
    """Where the outbox stands."""
    waiting, sent, total, next_at = session.execute(_COUNTS).one()
    delayed, lost = _newest(session, _DELAYED), _newest(session, _GIVEN_UP)
    return Status(waiting, sent, total - waiting - sent, next_at, delayed, lost)


def _newest(session: Reading, letters: NamedSelect) -> Sequence[NamedRow]:
    return session.execute(letters.order_by(_letter.c.id.desc()).limit(TOLD)).all()
