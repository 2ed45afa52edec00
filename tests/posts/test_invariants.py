"""Whatever is done to posts in whatever order, what is stored about them stays true."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import SITE, day, draft
from westmarch.db.engines import parse_url, sqlite_engine
from westmarch.errors import WestmarchError
from westmarch.links.queries import resolve
from westmarch.posts import actions, counts, listings, references, related
from westmarch.posts.models import LISTED, Post, Related
from westmarch.subjects.models import Subject

DRAFTS = st.fixed_dictionaries(
    {
        "published_at": st.integers(0, 800).map(day),
        "status": st.sampled_from(["published", "published", "draft", "scheduled"]),
        "unlisted": st.sampled_from([False, False, True]),
        "kind": st.sampled_from(["post", "post", "post", "page"]),
        "tags": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True).map(tuple),
        "authors": st.lists(st.sampled_from(["Ada", "Bo"]), max_size=2, unique=True).map(tuple),
        "topic": st.sampled_from([None, "T", "U"]),
        "part": st.sampled_from([None, 1, 2]),
    }
)
VERBS = st.sampled_from(["create", "revise", "publish", "withdraw", "trash", "restore", "purge", "move", "due"])
STEPS = st.lists(st.tuples(VERBS, st.integers(0, 5), DRAFTS), max_size=20)


@contextmanager
def fresh(template: Path, folder: Path) -> Iterator[Session]:
    """A session on a new database with all tables."""
    file = folder / "westmarch.db"
    for old in folder.glob("westmarch.db*"):
        old.unlink()
    shutil.copyfile(template, file)
    engine = sqlite_engine(parse_url(f"sqlite:///{file}"), readonly=False, size=1)
    with Session(engine) as session:
        yield session
    engine.dispose()


def take(session: Session, verb: str, number: int, fields: dict[str, Any]) -> None:
    """Do one step with the post so many in the row; without any post, make one."""
    ids = session.scalars(select(Post.id).order_by(Post.id)).all()
    made = draft(f"Post {number}", **fields)
    if verb == "create" or not ids:
        actions.create(session, made, SITE, actor="test")
        return
    post_id = ids[number % len(ids)]
    if verb == "revise":
        actions.revise(session, post_id, made, SITE, actor="test")
    elif verb == "move":
        actions.move(session, post_id, f"/moved-{number}/", actor="test")
    elif verb == "due":
        actions.publish_due(session, SITE, day(400))
    else:
        step = {
            "publish": actions.publish,
            "withdraw": actions.withdraw,
            "trash": actions.trash,
            "restore": actions.restore,
            "purge": actions.purge,
        }[verb]
        step(session, post_id, SITE, actor="test")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_counts_neighbours_parts_and_paths_stay_true(steps: Any, sqlite_template: Path, tmp_path: Path) -> None:
    with fresh(sqlite_template, tmp_path) as session:
        for verb, number, fields in steps:
            savepoint = session.begin_nested()
            try:
                take(session, verb, number, fields)
                savepoint.commit()
            except WestmarchError:
                savepoint.rollback()
        assert counts.faults(session, SITE.zone) == []
        assert listings.faults(session) == []
        for subject_id, path in session.execute(select(Post.id, Post.path)):
            found = resolve(session, path)
            assert (found.status, found.subject_id) == (200, subject_id)
        purged = session.scalars(select(Subject.id).where(Subject.purged_at.is_not(None))).all()
        assert not set(purged) & set(session.scalars(select(Post.id)))
        references.rebuild(session)
        related.rebuild(session)
        listed = set(session.scalars(select(Post.id).where(Post.kind == "post", Post.visible == LISTED)))
        for post_id, other_id in session.execute(select(Related.post_id, Related.other_id)):
            assert post_id != other_id
            assert {post_id, other_id} <= listed
        session.rollback()
