"""Keeping what is typed until it is saved or thrown away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from westmarch.db.upsert import both
from westmarch.errors import Conflict, NotFound
from westmarch.events import actions as events
from westmarch.journal.forms import Form
from westmarch.journal.models import SCHEMA, Entry
from westmarch.ops import schema
from westmarch.subjects.models import Subject

#: How long what was typed is kept, and how long is remembered that it was saved, or thrown away.
KEPT, REMEMBERED = timedelta(days=60), timedelta(days=2)
#: So many texts of an account may be there, of so many characters in all.
MOST, MOST_SIZE = 100, 64 << 20
#: By so many characters a text grows before all are counted anew.
_GROWS = 64 << 10

_COPIED = ("kind", "base", "sequence", "device", "at", "title", "words", "size", "thrown_at", "fields")
_INSERTS = both(Entry)
_KEEPS = {
    name: statement.on_conflict_do_update(
        index_elements=[Entry.tab],
        set_={column: statement.excluded[column] for column in _COPIED}
        # A page that got no answer when it was saved knows of no post yet.
        | {"post_id": func.coalesce(statement.excluded.post_id, Entry.post_id)},
        where=(Entry.account_id == statement.excluded.account_id) & (Entry.sequence < statement.excluded.sequence),
    )
    for name, statement in _INSERTS.items()
}
_SAVES = {
    name: statement.on_conflict_do_update(
        index_elements=[Entry.tab],
        set_={column: statement.excluded[column] for column in _COPIED},
        where=(Entry.account_id == statement.excluded.account_id) & (Entry.sequence <= statement.excluded.sequence),
    )
    for name, statement in _INSERTS.items()
}
_BEGINS = {name: statement.on_conflict_do_nothing(index_elements=[Entry.tab]) for name, statement in _INSERTS.items()}
_entry = Entry.__table__
# Built once: somebody types all the time.
_KNOWN = select(
    _entry.c.account_id, _entry.c.sequence, _entry.c.size, _entry.c.thrown_at, _entry.c.post_id,
    _entry.c.fields.is_not(None).label("there"),
).where(_entry.c.tab == bindparam("tab"))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in a form: `fields` as JSON, and of them the title and the number of words for lists."""

    tab: str
    kind: str
    post_id: int | None
    base: str
    sequence: int
    fields: str
    title: str = ""
    words: int = 0
    device: str = ""
    taken: tuple[str, ...] = ()


class Known(NamedTuple):
    """The newest sequence of a form, whether it is `kept` (not, where it was saved or thrown away), and its post."""

    sequence: int
    kept: bool
    post_id: int | None


class AlreadyMade(Conflict):
    """What a form would make it has made already: the post `post_id`."""

    def __init__(self, post_id: int) -> None:
        super().__init__("This was saved already.", hint="Look into the list.")
        self.post_id = post_id


def keep(session: Session, account_id: int, typed: Typed, *, moment: datetime) -> Known:
    """Keep what stands in a form, unless the same or something newer of it is known; what is known then.

    What was kept of the forms whose texts it has `taken` is kept in it from then on.
    Raises NotFound for a form of somebody else, and Conflict where an account keeps too much.
    """
    there = session.execute(_KNOWN, {"tab": typed.tab}).one_or_none()
    if there is not None and there.account_id != account_id:
        raise NotFound("There is no such text.")
    for each in typed.taken:
        forget(session, account_id, each)
    size = len(typed.fields)
    if there is None or size > there.size + _GROWS:
        _require_room(session, account_id, typed.tab, size)
    post_id = typed.post_id if typed.post_id and _is_there(session, typed.kind, typed.post_id) else None
    values = {
        "tab": typed.tab,
        "account_id": account_id,
        "kind": typed.kind,
        "post_id": post_id,
        "base": typed.base,
        "saved": "",
        "sequence": typed.sequence,
        "device": typed.device,
        "at": moment,
        "title": typed.title,
        "words": typed.words,
        "size": size,
        "thrown_at": None,
        "fields": typed.fields,
    }
    session.execute(_KEEPS[session.get_bind().dialect.name], values)
    if there is None or there.sequence < typed.sequence:
        return Known(typed.sequence, kept=True, post_id=post_id or (there.post_id if there else None))
    return Known(there.sequence, kept=there.there and there.thrown_at is None, post_id=there.post_id)


def _require_room(session: Session, account_id: int, tab: str, size: int) -> None:
    mine = (Entry.account_id == account_id, Entry.tab != tab, Entry.fields.is_not(None))
    number, sizes = session.execute(select(func.count(), func.coalesce(func.sum(Entry.size), 0)).where(*mine)).one()
    if number >= MOST or sizes + size > MOST_SIZE:
        raise Conflict(
            f"{number} texts of yours are kept that were never saved: there is no room for more.",
            hint="Save some of them, or throw them away.",
        )


def _is_there(session: Session, kind: str, post_id: int) -> bool:
    """Whether a post (or page) is there, and stays while this transaction goes on."""
    wanted = select(Subject.id).where(Subject.id == post_id, Subject.kind == kind, Subject.purged_at.is_(None))
    return session.scalar(wanted.with_for_update(read=True)) is not None


def begin(session: Session, account_id: int, form: Form, *, kind: str, moment: datetime) -> None:
    """A form is going to make something. Raises AlreadyMade where it has, also at the same moment."""
    if not form.tab or not schema.reached(session, SCHEMA):
        return
    session.execute(_BEGINS[session.get_bind().dialect.name], _nothing(account_id, form, kind, moment))
    wanted = select(Entry.post_id).where(*_mine(account_id, form.tab)).with_for_update()
    post_id = session.scalar(wanted)
    if post_id is not None:
        raise AlreadyMade(post_id)


def saved(
    session: Session, account_id: int, form: Form, *, kind: str, post_id: int, version: str, moment: datetime
) -> None:
    """What stood in a form was saved: it is kept no longer, and not again where it comes late.

    `version` is the one that the post has now.
    """
    if not schema.reached(session, SCHEMA):
        return
    for each in form.taken:
        forget(session, account_id, each)
    if not form.tab:
        return
    session.execute(_SAVES[session.get_bind().dialect.name], _nothing(account_id, form, kind, moment))
    # Also where something newer was kept while this was saved.
    values = {"post_id": post_id, "saved": "" if form.merged else version}
    session.execute(update(Entry).where(*_mine(account_id, form.tab)).values(values))


def _nothing(account_id: int, form: Form, kind: str, moment: datetime) -> dict[str, object]:
    """The row of a form of which nothing is kept."""
    return {
        "tab": form.tab,
        "account_id": account_id,
        "kind": kind,
        "post_id": None,
        "base": "",
        "saved": "",
        "sequence": form.sequence,
        "device": "",
        "at": moment,
        "title": "",
        "words": 0,
        "size": 0,
        "thrown_at": None,
        "fields": None,
    }


def forget(session: Session, account_id: int, tab: str) -> None:
    """Keep nothing of a form any more: whoever typed it has put all of it back, or took it into another form."""
    session.execute(delete(Entry).where(*_mine(account_id, tab)))


def throw_away(session: Session, account_id: int, tab: str, *, actor: str, moment: datetime) -> int:
    """Throw away what was typed; the id of the event by which it can be taken back. Raises NotFound."""
    wanted = update(Entry).where(*_mine(account_id, tab), Entry.fields.is_not(None), Entry.thrown_at.is_(None))
    row = session.execute(wanted.values(thrown_at=moment).returning(Entry.words)).one_or_none()
    if row is None:
        raise NotFound("There is no such text any more.", hint="It was saved, or thrown away already.")
    detail = {"words": row.words, "undo": {"account": account_id, "tab": tab}}
    return events.record(session, "journal.thrown", actor=actor, detail=detail)


def take_back(session: Session, account_id: int, tab: str) -> None:
    """Keep again what was thrown away. Raises Conflict where that is too long ago."""
    wanted = update(Entry).where(*_mine(account_id, tab), Entry.fields.is_not(None))
    if session.execute(wanted.values(thrown_at=None).returning(Entry.tab)).first() is None:
        raise Conflict("What was thrown away is not there any more.")


def tidy(session: Session, moment: datetime) -> None:
    """Delete what nobody has saved for long, and what is remembered of saved and thrown texts."""
    settled = or_(Entry.fields.is_(None) & (Entry.at < moment - REMEMBERED), Entry.thrown_at < moment - REMEMBERED)
    session.execute(delete(Entry).where(or_(Entry.at < moment - KEPT, settled)))


def _mine(account_id: int, tab: str) -> tuple[ColumnElement[bool], ...]:
    return (Entry.tab == tab, Entry.account_id == account_id)
