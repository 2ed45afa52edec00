"""The options of the site, together with what posts keep of them: in another zone they are counted in other months."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.errors import Conflict
from westmarch.media.models import Media
from westmarch.posts.actions import recount
from westmarch.site import actions, queries
from westmarch.site.actions import Changed
from westmarch.site.options import Site


def change(session: Session, values: dict[str, Any], *, actor: str) -> Changed:
    """Set options of the site, and what follows from them. Raises Invalid as `site.actions.change` does."""
    changed = actions.changed(session, values, actor=actor)
    if "timezone" in changed.names:
        recount(session, changed.site)
    return changed


def unchange(
    session: Session,
    event_id: int,  # noqa: ARG001 - as all that undo are called
    subject_id: int | None,  # noqa: ARG001
    undo: Mapping[str, Any],
    site: Site,  # noqa: ARG001
    *,
    actor: str,
) -> str:
    """Give options the values that they had. Raises Conflict where one was changed since, or its file is gone."""
    before, after = undo["before"], undo["after"]
    now = queries.current(session).model_dump(mode="json")
    known = [name for name in before if name in now]
    other = [name for name in known if now[name] != after[name]]
    if other:
        raise Conflict(
            f"This was changed again since: {', '.join(other)}.", hint="Undo the newer change first, or set it by hand."
        )
    if "logo" in known:
        _require_there(session, before["logo"].get("path", ""))
    change(session, {name: before[name] for name in known}, actor=actor)
    return f"As before: {', '.join(known)}."


def _require_there(session: Session, path: str) -> None:
    """Raises Conflict where there is no picture at a path any more; an empty path is that of none."""
    hash_ = "".join(path.removeprefix("/media/").rpartition(".")[0].split("/"))
    if path and session.scalar(select(Media.id).where(Media.hash == hash_)) is None:
        raise Conflict("The picture that was the logo is deleted.", hint="Upload it anew, or choose another one.")


#: What can be undone, by the verb of its event.
UNDOES: Mapping[str, Callable[..., str]] = {"site.changed": unchange}
