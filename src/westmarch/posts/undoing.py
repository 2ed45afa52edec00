"""Taking back where a post was put: published, withdrawn, scheduled, moved to the trash and out of it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.errors import Conflict
from westmarch.posts import actions, neighbours, states
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects.models import Revision

_VERBS = {"draft": "withdrawn", "scheduled": "scheduled", "published": "published"}
_TOLD = {
    "withdrawn": "a draft again",
    "scheduled": "scheduled again",
    "published": "public again",
    "restored": "out of the trash",
    "trashed": "in the trash again",
}


def turn_back(session: Session, _event: int, subject_id: int, detail: dict[str, Any], site: Site, *, actor: str) -> str:
    """Put a post where it was before. Raises Conflict where it is gone, or was changed since."""
    neighbours.lock(session)
    post = session.get(Post, subject_id, populate_existing=True, with_for_update=True)
    if post is None:
        raise Conflict("The post was deleted for good.")
    was, title = states.of(post), post.title[:100]
    before, after = states.read(detail["before"]), states.read(detail["after"])
    if was != after:
        raise Conflict(f"“{title}” was changed since.", hint="Look at it, and change it by hand.")
    revisions = {before["published_revision_id"], before["draft_revision_id"]} - {None}
    if set(session.scalars(select(Revision.id).where(Revision.id.in_(revisions)))) != revisions:
        raise Conflict(f"The text that “{title}” had then is gone.")
    if (before["status"], was["status"]) == ("scheduled", "draft") and before["published_at"] <= now():
        raise Conflict(f"The hour for which “{title}” was scheduled is past.", hint="Publish it, or schedule it anew.")
    verb = _VERBS[before["status"]]
    if before["trashed_at"] != was["trashed_at"]:
        verb = "restored" if before["trashed_at"] is None else "trashed"
    actions.turn(session, subject_id, before, verb, site, actor=actor)
    return f"“{title}” is {_TOLD[verb]}."


UNDOES: Mapping[str, Callable[..., str]] = {
    f"{kind}.{verb}": turn_back
    for kind in ("post", "page")
    for verb in ("published", "withdrawn", "scheduled", "trashed", "restored")
}
