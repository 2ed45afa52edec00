"""Taking back what was done to a tag. Merging and deleting is taken back in posts/retagging_undo.py."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from westmarch.links import actions as links
from westmarch.site.options import Site
from westmarch.tags import actions


def change(session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Give a tag back the fields that it had. Raises Stale where they were changed again, Conflict as `change` does."""
    tag = actions.editable(session, subject_id, detail["version"])
    before = detail["before"]
    if "name" in before:
        actions.check_free(session, before["name"], subject_id)
    if "synonyms" in before:
        actions.fit_synonyms(session, before["synonyms"], before.get("name", tag.name), subject_id)
    if "path" in before:
        links.claim(session, subject_id, before["path"])
    actions.store(session, subject_id, before)
    return f"The tag “{before.get('name', tag.name)}” is as it was."


UNDOES: Mapping[str, Callable[..., str]] = {"tag.changed": change}
