"""The imports that there were, and what each made: written down while it goes, in the transactions that make it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.db.upsert import both
from westmarch.errors import NotFound, Unavailable
from westmarch.ops import schema
from westmarch.posts.models import Byline
from westmarch.tags.models import Tagging
from westmarch.topics.models import Part
from westmarch.transfer.models import ImportMade, ImportRun

#: The schema that brought the tables.
SCHEMA = "0005"

# Built once: an import runs them for every post. (`import --watch` brings one post up to date many times.)
_MADE = {name: statement.on_conflict_do_nothing() for name, statement in both(ImportMade).items()}
#: What hangs on posts and was made for one: ids are given in order, and a new post's is older than what is made for it.
_HUNG = union_all(
    select(literal("tag").label("kind"), Tagging.tag_id.label("made_id")).where(
        Tagging.subject_id.in_(bindparam("posts", expanding=True)), Tagging.tag_id > Tagging.subject_id
    ),
    select(literal("author"), Byline.author_id).where(
        Byline.post_id.in_(bindparam("posts", expanding=True)), Byline.author_id > Byline.post_id
    ),
    select(literal("topic"), Part.topic_id).where(
        Part.subject_id.in_(bindparam("posts", expanding=True)), Part.topic_id > Part.subject_id
    ),
)


@dataclass(frozen=True, slots=True)
class Made:
    """A post that an import made (`new`) or brought up to date, and the media that it made with it."""

    post_id: int
    new: bool
    media: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """An import. `made` tells how many of each kind it made, `counts` how many files had which fate."""

    id: int
    source: str
    begun_at: datetime
    ended_at: datetime | None
    undone_at: datetime | None
    counts: dict[str, int]
    made: dict[str, int]


def begin(session: Session, source: str) -> int | None:
    """Write down that an import begins and return its number; None on an older schema, which has no place for it."""
    if not schema.reached(session, SCHEMA):
        return None
    values = {"source": source, "begun_at": now(), "counts": {}}
    return int(session.execute(insert(ImportRun).values(values).returning(ImportRun.id)).scalar_one())


def end(session: Session, run_id: int, counts: Mapping[str, int]) -> None:
    """Write down that an import came to its end, and what became of its files."""
    session.execute(update(ImportRun).where(ImportRun.id == run_id).values(ended_at=now(), counts=dict(counts)))


def remember(session: Session, run_id: int, made: Sequence[Made]) -> None:
    """Write down what an import made in this transaction, and what was there before and was brought up to date."""
    found: dict[tuple[str, int], None] = {}
    for one in made:
        own = one.new or session.get(ImportMade, (run_id, "post", one.post_id)) is not None
        found[("post" if own else "revised", one.post_id)] = None
        found |= {("media", media_id): None for media_id in one.media}
    if new := [one.post_id for one in made if one.new]:
        found |= {(row.kind, row.made_id): None for row in session.execute(_HUNG, {"posts": new})}
    rows = [{"run_id": run_id, "kind": kind, "made_id": made_id} for kind, made_id in found]
    if rows:
        session.execute(_MADE[session.get_bind().dialect.name], rows)


def note(session: Session, run_id: int, kind: str, made_id: int, **detail: Any) -> None:
    """Write down something else that an import made in this transaction, with what `undo` has to know of it.

    The first word on a thing counts: what a run changes twice was before as it found it.
    """
    note_all(session, run_id, kind, {made_id: detail})


def note_all(session: Session, run_id: int, kind: str, made: Mapping[int, Mapping[str, Any]]) -> None:
    """Write down, as `note` does, several things of a kind by their ids."""
    rows = [{"run_id": run_id, "kind": kind, "made_id": id_, "detail": dict(detail)} for id_, detail in made.items()]
    if rows:
        session.execute(_MADE[session.get_bind().dialect.name], rows)


def noted(session: Reading, run_id: int, kind: str) -> dict[int, dict[str, Any]]:
    """What an import made of a kind: its details by its id, in order."""
    asked = select(ImportMade.made_id, ImportMade.detail).where(ImportMade.run_id == run_id, ImportMade.kind == kind)
    return {row.made_id: row.detail for row in session.execute(asked.order_by(ImportMade.made_id))}


def all_of_them(session: Reading) -> list[Run]:
    """All imports, newest first. Raises Unavailable on a schema that has no place for them."""
    if not schema.reached(session, SCHEMA):
        raise Unavailable(
            f"Imports are written down from schema {SCHEMA} on, and the database has an older one.",
            hint="Run `westmarch db upgrade`; imports that were before it cannot be taken back.",
        )
    made: dict[int, dict[str, int]] = {}
    counted = select(ImportMade.run_id, ImportMade.kind, func.count().label("many"))
    for row in session.execute(counted.group_by(ImportMade.run_id, ImportMade.kind)):
        made.setdefault(row.run_id, {})[row.kind] = row.many
    columns = select(ImportRun.__table__).order_by(ImportRun.id.desc())
    return [Run(**row, made=made.get(row["id"], {})) for row in session.execute(columns).mappings()]


def one(session: Reading, run_id: int) -> Run:
    """An import. Raises NotFound where there was none of this number."""
    found = next((run for run in all_of_them(session) if run.id == run_id), None)
    if found is None:
        raise NotFound(f"There was no import {run_id}.", hint="`westmarch import runs` lists them.")
    return found
