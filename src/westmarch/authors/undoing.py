"""Taking back what was done to an author. Merging and deleting is taken back in posts/bylines_undo.py."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from westmarch.authors import editing
from westmarch.links import actions as links
from westmarch.site.options import Site


def change(session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Give an author back the fields that it had. Raises Stale where they were changed again, Conflict as `change`."""
    author = editing.editable(session, subject_id, detail["version"])
    before = detail["before"]
    if "name" in before:
        editing.check_free(session, before["name"], subject_id)
    if "picture_id" in before:
        editing.fit_picture(session, before["picture_id"])
    if "path" in before:
        links.claim(session, subject_id, before["path"])
    editing.store(session, subject_id, before)
    return f"The author “{before.get('name', author.name)}” is as it was."


UNDOES: Mapping[str, Callable[..., str]] = {"author.changed": change}
