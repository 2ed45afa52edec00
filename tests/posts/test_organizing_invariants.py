"""Whatever is done to tags, authors and topics between what is done to posts, and taken back, counts stay true."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import SITE
from tests.posts.test_invariants import STEPS as POST_STEPS
from tests.posts.test_invariants import fresh, take
from westmarch.authors import editing as authors
from westmarch.authors import undoing as authors_undoing
from westmarch.authors.models import Author
from westmarch.errors import WestmarchError
from westmarch.events.models import Event
from westmarch.links.queries import faults as link_faults
from westmarch.links.queries import resolve
from westmarch.posts import bylines, bylines_undo, counts, listings, parts, parts_undo, retagging, retagging_undo
from westmarch.posts.models import Post
from westmarch.tags import actions as tags
from westmarch.tags import undoing as tags_undoing
from westmarch.tags.models import Tag
from westmarch.topics import editing as topics
from westmarch.topics import undoing as topics_undoing
from westmarch.topics.models import Topic

UNDOES = {
    **tags_undoing.UNDOES, **topics_undoing.UNDOES, **authors_undoing.UNDOES, **retagging_undo.UNDOES,
    **parts_undo.UNDOES, **bylines_undo.UNDOES,
}  # fmt: skip
VERBS = (
    "merge tags", "delete tag", "rename tag", "merge authors", "delete author", "rename author", "delete topic",
    "rename topic", "reorder", "add part", "remove part", "undo", "undo",
)  # fmt: skip
OWN_STEPS = st.tuples(st.sampled_from(VERBS), st.integers(0, 5), st.integers(0, 5))
STEPS = st.lists(st.one_of(OWN_STEPS, POST_STEPS.map(lambda steps: steps[:3])), max_size=20)


def chosen(session: Session, model: Any, number: int) -> int:
    """The id so many in the row, of those that there are; 999 where there is none."""
    ids = session.scalars(select(model.id).order_by(model.id)).all()
    return int(ids[number % len(ids)]) if ids else 999


def do(session: Session, verb: str, one: int, other: int) -> None:
    """Do one step to tags, authors and topics."""
    by: dict[str, Any] = {"actor": "test"}
    name = f"Name {one}"
    if verb == "merge tags":
        retagging.merge(session, chosen(session, Tag, one), chosen(session, Tag, other), SITE, **by)
    elif verb == "delete tag":
        retagging.delete(session, chosen(session, Tag, one), SITE, **by)
    elif verb == "rename tag":
        tags.change(session, chosen(session, Tag, other), name=name, synonyms=[f"S{one}", f"S{other}"], **by)
    elif verb == "merge authors":
        bylines.merge(session, chosen(session, Author, one), chosen(session, Author, other), SITE, **by)
    elif verb == "delete author":
        bylines.delete(session, chosen(session, Author, one), **by)
    elif verb == "rename author":
        authors.change(session, chosen(session, Author, other), name=name, **by)
    elif verb == "delete topic":
        topics.delete(session, chosen(session, Topic, one), **by)
    elif verb == "rename topic":
        topics.change(session, chosen(session, Topic, other), title=name, **by)
    elif verb == "undo":
        undo(session, one)
    else:
        of_parts(session, verb, one, other)


def of_parts(session: Session, verb: str, one: int, other: int) -> None:
    """Do one step to the parts of a topic."""
    topic_id = chosen(session, Topic, one)
    if verb == "reorder":
        order = [row.id for row in parts.parts(session, topic_id)]
        parts.reorder(session, topic_id, order[other:] + order[:other], actor="test")
    elif verb == "add part":
        parts.add(session, topic_id, chosen(session, Post, other), actor="test")
    else:
        parts.remove(session, topic_id, chosen(session, Post, other), actor="test")


def undo(session: Session, number: int) -> None:
    """Take one of the newest events back that can be."""
    found = session.scalars(select(Event).where(Event.verb.in_(UNDOES)).order_by(Event.id.desc()).limit(6)).all()
    if found:
        event = found[number % len(found)]
        UNDOES[event.verb](session, event.id, event.subject_id, event.detail["undo"], SITE, actor="test")


MERGED = [("create", 0, {"tags": ("a", "b"), "authors": ("Ada", "Bo")}), ("create", 1, {"tags": ("b",)})]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[MERGED, ("merge tags", 1, 0), ("undo", 0, 0), ("merge authors", 0, 1), ("undo", 0, 0)])
@example(steps=[MERGED, ("delete tag", 1, 0), [("withdraw", 1, {})], ("undo", 0, 0)])
def test_counts_parts_and_paths_stay_true(steps: Any, sqlite_template: Path, tmp_path: Path) -> None:
    with fresh(sqlite_template, tmp_path) as session:
        for step in steps:
            for each in step if isinstance(step, list) else [step]:
                savepoint = session.begin_nested()
                try:
                    if each[0] in VERBS:
                        do(session, *each)
                    else:
                        take(session, *each)
                    savepoint.commit()
                except WestmarchError:
                    savepoint.rollback()
        session.expire_all()
        assert counts.faults(session, SITE.zone) == []
        assert listings.faults(session) == []
        assert link_faults(session) == []
        for model in (Tag, Author, Topic):
            for subject_id, path, slug in session.execute(select(model.id, model.path, model.slug)):
                found = resolve(session, path)
                assert (found.status, found.subject_id) == (200, subject_id)
                assert path.endswith(f"/{slug}/")
        session.rollback()
