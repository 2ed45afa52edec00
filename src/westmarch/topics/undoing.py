"""Taking back what was done to a topic, but for its parts (posts/parts_undo.py)."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from westmarch.links import actions as links
from westmarch.site.options import Site
from westmarch.topics import editing


def change(session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Give a topic back the fields that it had. Raises Stale where they were changed again, Conflict as `change`."""
    topic = editing.editable(session, subject_id, detail["version"])
    before = detail["before"]
    if "title" in before:
        editing.check_free(session, before["title"], subject_id)
    if "path" in before:
        links.claim(session, subject_id, before["path"])
    editing.store(session, subject_id, before)
    return f"The topic “{before.get('title', topic.title)}” is as it was."


UNDOES: Mapping[str, Callable[..., str]] = {"topic.changed": change}
