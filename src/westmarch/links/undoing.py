"""Taking back what was done to redirects and old addresses."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from westmarch.errors import Conflict
from westmarch.links import holding, redirecting
from westmarch.links.models import Link


def add(session: Session, _event: int, _subject: int | None, detail: dict[str, Any], _site: object, **_by: str) -> str:
    """Remove what was added. Raises Conflict where something of it was changed or removed since."""
    if redirecting.version_of(session, detail["ids"]) != detail["version"]:
        raise Conflict("What was added was changed or removed since.", hint="Remove by hand what shall go.")
    gone = len(session.execute(delete(Link).where(Link.id.in_(detail["ids"])).returning(Link.id)).all())
    return "The redirect is gone again." if gone == 1 else f"{gone:,} redirects are gone again."


def change(
    session: Session, _event: int, _subject: int | None, detail: dict[str, Any], _site: object, **_by: str
) -> str:
    """Let a redirect be what it was. Raises Stale where it was changed since, Conflict where its path is taken."""
    link = redirecting.editable(session, detail["link"], detail["version"])
    before = detail["before"]
    held = holding.held_by(session, before["path"], before["query"])
    if held is not None and held.id != link.id:
        raise holding.taken(session, before["path"], held)
    session.execute(update(Link).where(Link.id == link.id).values(**before))
    return f"The redirect from {before['path']} is what it was."


def remove(
    session: Session, _event: int, _subject: int | None, detail: dict[str, Any], _site: object, **_by: str
) -> str:
    """Add a redirect again that was removed. Raises Conflict where its path is taken."""
    redirecting.put_back(session, detail["before"])
    return f"The redirect from {detail['before']['path']} is there again."


UNDOES: Mapping[str, Callable[..., str]] = {
    "link.added": add,
    "link.imported": add,
    "link.changed": change,
    "link.removed": remove,
}
