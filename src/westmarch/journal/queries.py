"""What somebody has typed and not saved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.journal.models import SCHEMA, Entry
from westmarch.ops import schema

_HEAD = (
    Entry.tab, Entry.kind, Entry.post_id, Entry.base, Entry.saved, Entry.device, Entry.at, Entry.title, Entry.words,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A text that was typed and not saved: when and where, and of the whole one all `fields` of its form."""

    tab: str
    kind: str
    post_id: int | None
    base: str
    saved: str
    device: str
    at: datetime
    title: str
    words: int
    fields: Mapping[str, str]


class Made(NamedTuple):
    """A post that a form made or changed, and the version that it had then; none where others' changes are in it."""

    post_id: int
    version: str


def made(session: Reading, account_id: int, tab: str) -> Made | None:
    """What a form has made or changed when it was saved; None where nothing is known of it."""
    if not schema.reached(session, SCHEMA):
        return None
    there = (Entry.account_id == account_id, Entry.tab == tab, Entry.post_id.is_not(None))
    row = session.execute(select(Entry.post_id, Entry.saved).where(*there)).one_or_none()
    return Made(row.post_id, row.saved) if row is not None else None


def of(session: Reading, account_id: int, kind: str, post_id: int | None) -> list[Unsaved]:
    """What an account typed into forms of a post, or of new ones (None), the newest first."""
    which = Entry.post_id.is_(None) if post_id is None else Entry.post_id == post_id
    return [_whole(row) for row in _rows(session, account_id, Entry.kind == kind, which, whole=True)]


def all_of(session: Reading, account_id: int) -> list[Unsaved]:
    """All that an account typed and did not save, the newest first, without the fields."""
    return [_made(row, {}) for row in _rows(session, account_id, whole=False)]


def one(session: Reading, account_id: int, tab: str) -> Unsaved:
    """What an account typed into one form. Raises NotFound."""
    rows = _rows(session, account_id, Entry.tab == tab, whole=True)
    if not rows:
        raise NotFound("There is no such text any more.", hint="It was saved, or thrown away.")
    return _whole(rows[0])


def _rows(session: Reading, account_id: int, *which: ColumnElement[bool], whole: bool) -> list[NamedRow]:
    if not schema.reached(session, SCHEMA):
        return []
    there = (Entry.account_id == account_id, Entry.fields.is_not(None), Entry.thrown_at.is_(None))
    columns = (*_HEAD, Entry.fields) if whole else _HEAD
    return list(session.execute(select(*columns).where(*there, *which).order_by(Entry.at.desc(), Entry.tab)).all())


def _whole(row: NamedRow) -> Unsaved:
    return _made(row, json.loads(row.fields))


def _made(row: NamedRow, fields: Mapping[str, str]) -> Unsaved:
    return Unsaved(
        row.tab, row.kind, row.post_id, row.base, row.saved, row.device, row.at, row.title, row.words, fields
    )
