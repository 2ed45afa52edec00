"""The imports that there were, and what each made: written down while it goes, in the transactions that make it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

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
#: What hangs on a post and was made for it: ids are given in order, and a new post's is the first of its transaction.
_HUNG = union_all(
    select(literal("tag").label("kind"), Tagging.tag_id.label("made_id")).where(
        Tagging.subject_id == bindparam("post_id"), Tagging.tag_id > bindparam("post_id")
    ),
    select(literal("author"), Byline.author_id).where(
        Byline.post_id == bindparam("post_id"), Byline.author_id > bindparam("post_id")
    ),
    select(literal("topic"), Part.topic_id).where(
        Part.subject_id == bindparam("post_id"), Part.topic_id > bindparam("post_id")
    ),
)


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


def remember(session: Session, run_id: int, post_id: int, *, new: bool, media: Iterable[int]) -> None:
    """Write down that an import made a post or brought up to date what was there before, and what it made with it."""
    own = new or session.get(ImportMade, (run_id, "post", post_id)) is not None
    found = [("post" if own else "revised", post_id), *(("media", one) for one in media)]
    if new:
        found += [(row.kind, row.made_id) for row in session.execute(_HUNG, {"post_id": post_id})]
    rows = [{"run_id": run_id, "kind": kind, "made_id": made_id} for kind, made_id in found]
    session.execute(_MADE[session.get_bind().dialect.name], rows)


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
