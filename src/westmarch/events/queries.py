"""Reading what was done: the newest first, by pages that stay cheap however much was done."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.events.models import Event

#: So many events are looked at for one page where no index finds those that are asked for.
WALK = 50_000
#: Names of those who acted in so many of the newest events are offered.
RECENT = 2_000

_COLUMNS = (Event.id, Event.verb, Event.at, Event.actor, Event.token, Event.request_id, Event.subject_id, Event.detail)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events are wanted: of somebody, of a verb (`post.published`) or a group of verbs (`post`), of a subject.

    From `since` on, before `until`; with `text` in the verb, the actor or what is told, or of this request or token.
    """

    actor: str = ""
    verb: str = ""
    subject_id: int | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Page(NamedTuple):
    """Events, the newest first, and the id before which the next page begins; None where there is nothing older.

    Where `walked` is set, only so many events were looked at, back to this moment, and older ones may fit too.
    """

    rows: Sequence[NamedRow]
    before: int | None
    walked: datetime | None = None


def page(session: Reading, asked: Asked, *, before: int | None = None, size: int = 50) -> Page:
    """At most `size` events that are asked for, older than the one with the id `before`."""
    last = newest(session)
    top = min(before or last + 1, last + 1)
    if asked.until is not None:
        top = min(top, first_at(session, asked.until, last))
    floor = first_at(session, asked.since, last) if asked.since is not None else 1
    # A subject's events are found by an index; for what has none, a page looks at a bounded number of rows.
    indexed = asked.subject_id is not None or not (asked.actor or asked.verb or asked.text)
    low = floor if indexed else max(floor, top - WALK)
    statement = (
        select(*_COLUMNS)
        .where(Event.id < top, Event.id >= low, *_conditions(asked))
        .order_by(Event.id.desc())
        .limit(size + 1)
    )
    rows = session.execute(statement).all()
    if len(rows) > size:
        return Page(rows[:size], rows[size - 1].id)
    if low > floor:
        return Page(rows, low, session.scalar(select(Event.at).where(Event.id >= low).order_by(Event.id).limit(1)))
    return Page(rows, None)


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.actor:
        found.append(Event.actor == asked.actor)
    if asked.verb:
        group = Event.verb.startswith(f"{asked.verb}.", autoescape=True)
        found.append(or_(Event.verb == asked.verb, group))
    if asked.subject_id is not None:
        found.append(Event.subject_id == asked.subject_id)
    if asked.since is not None:  # The clock may have been set back meanwhile.
        found.append(Event.at >= asked.since)
    if asked.until is not None:
        found.append(Event.at < asked.until)
    if asked.text:
        # JSON is stored with letters beyond ASCII escaped, or not, by the engine.
        forms = {asked.text, json.dumps(asked.text)[1:-1]}
        found.append(
            or_(
                Event.request_id == asked.text,
                Event.token == asked.text,
                Event.verb.icontains(asked.text, autoescape=True),
                Event.actor.icontains(asked.text, autoescape=True),
                *(cast(Event.detail, Text).icontains(form, autoescape=True) for form in sorted(forms)),
            )
        )
    return found


def newest(session: Reading) -> int:
    """The id of the newest event; 0 where there is none."""
    return session.scalar(select(func.max(Event.id))) or 0


def first_at(session: Reading, moment: datetime, last: int) -> int:
    """The id of the first event from a moment on, one more than the `last` id where there is none.

    Ids are in the order of time, so it is found by halving: in some twenty steps among a million.
    """
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        row = session.execute(select(Event.id, Event.at).where(Event.id >= middle).order_by(Event.id).limit(1)).first()
        if row is None or row.at >= moment:
            high = middle
        else:
            low = row.id + 1
    return low


def one(session: Reading, event_id: int) -> NamedRow | None:
    """An event by its id."""
    return session.execute(select(*_COLUMNS).where(Event.id == event_id)).one_or_none()


def actors(session: Reading) -> list[str]:
    """Who acted lately, by name."""
    recent = select(Event.actor).order_by(Event.id.desc()).limit(RECENT).subquery()
    return sorted(session.scalars(select(recent.c.actor).distinct()), key=str.casefold)


def undone(session: Reading, event_ids: Collection[int]) -> frozenset[int]:
    """Those of the events that were undone since. They have to be among the newest `WALK`."""
    if not event_ids:
        return frozenset()
    details = session.scalars(select(Event.detail).where(Event.id > min(event_ids), Event.verb == "undone"))
    taken_back = {detail.get("event") for detail in details}
    return frozenset(event_id for event_id in event_ids if event_id in taken_back)
