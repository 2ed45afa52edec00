"""From the log alone one can tell which rows a table has, and the values of their keys."""

import contextlib
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tests.changes.logged import Log, subject
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.errors import Conflict
from westmarch.tags.models import Tag

SUBJECTS = 4
IDS, SLUGS = st.integers(1, SUBJECTS), st.sampled_from(["a", "b", "c", "d", "ü", "'"])
STEPS = st.one_of(
    st.tuples(st.just("insert"), IDS, SLUGS),
    st.tuples(st.just("upsert"), IDS, SLUGS),
    st.tuples(st.just("rename"), IDS, SLUGS),
    st.tuples(st.just("describe"), IDS, SLUGS),
    st.tuples(st.just("renumber"), IDS, IDS),
    st.tuples(st.just("delete"), IDS, st.none()),
    st.tuples(st.just("delete from"), SLUGS, st.none()),
)
TRANSACTIONS = st.tuples(st.sampled_from(["commit", "raise", "savepoint"]), st.lists(STEPS, max_size=4))


def row(id: int, slug: str) -> dict[str, Any]:  # noqa: A002 as the column is called
    return {"id": id, "name": slug, "folded": slug, "slug": slug, "path": "/", "description": "", "synonyms": []}


def take(session: Session, kind: str, one: Any, two: Any) -> None:
    make = both(Tag)[session.get_bind().dialect.name]
    statements: dict[str, Callable[[], Any]] = {
        "insert": lambda: insert(Tag).values(post_count=0, **row(one, two)),
        "upsert": lambda: make.values(post_count=0, **row(one, two)).on_conflict_do_update(
            index_elements=["id"], set_={"slug": make.excluded.slug, "folded": make.excluded.folded}
        ),
        "rename": lambda: update(Tag).where(Tag.id == one).values(slug=two, folded=two),
        "describe": lambda: update(Tag).where(Tag.id >= one).values(description=two),
        "renumber": lambda: update(Tag).where(Tag.id == one).values(id=two),
        "delete": lambda: delete(Tag).where(Tag.id == one),
        "delete from": lambda: delete(Tag).where(Tag.slug >= one),
    }
    session.execute(statements[kind](), execution_options={"synchronize_session": False})


def transaction(session: Session, end: str, steps: list[tuple[str, Any, Any]]) -> None:
    inner = session.begin_nested() if end == "savepoint" else None
    for step in steps:
        take(session, *step)
    if inner is not None:
        inner.rollback()
        take(session, "upsert", 1, "a")
    if end == "raise":
        raise LookupError


def stored(session: Reading) -> dict[int, str]:
    return {row.id: row.slug for row in session.execute(select(Tag.id, Tag.slug))}


def start_again(session: Session) -> None:
    session.execute(delete(Tag))
    for _ in range(SUBJECTS - len(session.scalars(select(Tag.id)).all())):
        subject(session)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transactions=st.lists(TRANSACTIONS, max_size=8))
async def test_the_rows_of_a_table_follow_from_the_log(db: Database, log: Log, transactions: list[Any]) -> None:
    await db.write(start_again)
    await log.new()
    known: dict[int, str] = {}
    for end, steps in transactions:
        with contextlib.suppress(LookupError, Conflict):
            await db.write(transaction, end, steps)
        for change in await log.new("tag"):
            if change.operation != "insert":
                assert known.pop(change.old["id"]) == change.old["slug"], "the value before is the one that was known"
            if change.operation != "delete":
                assert change.columns is None or change.columns <= {"id", "slug", "folded", "description"}
                known[change.new["id"]] = change.new["slug"]
        assert known == await db.read(stored)
