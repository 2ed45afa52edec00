"""The options of the site, together with what posts keep of them: in another zone they are counted in other months."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from westmarch.errors import Conflict
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
    """Give options the values that they had. Raises Conflict where one was changed since."""
    before, after = undo["before"], undo["after"]
    now = queries.current(session).model_dump(mode="json")
    known = [name for name in before if name in now]
    other = [name for name in known if now[name] != after[name]]
    if other:
        raise Conflict(
            f"This was changed again since: {', '.join(other)}.", hint="Undo the newer change first, or set it by hand."
        )
    change(session, {name: before[name] for name in known}, actor=actor)
    return f"As before: {', '.join(known)}."


#: What can be undone, by the verb of its event.
UNDOES: Mapping[str, Callable[..., str]] = {"site.changed": unchange}
