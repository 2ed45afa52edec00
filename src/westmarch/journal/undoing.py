"""Taking back that a text was thrown away that somebody had typed and not saved."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from westmarch.accounts.who import SignedIn
from westmarch.errors import Refused
from westmarch.journal import actions
from westmarch.site.options import Site


def require_own(undo: Mapping[str, Any], who: SignedIn) -> None:
    """Raises Refused where somebody else had typed it."""
    if undo["account"] != who.account_id:
        raise Refused("Somebody else had typed that.")


def _thrown(
    session: Session,
    event_id: int,  # noqa: ARG001 - as all that take back
    subject_id: int | None,  # noqa: ARG001
    undo: Mapping[str, Any],
    site: Site,  # noqa: ARG001
    *,
    actor: str,  # noqa: ARG001
) -> str:
    actions.take_back(session, undo["account"], undo["tab"])
    return "What you had typed is there again."


UNDOES: Mapping[str, Callable[..., str]] = {"journal.thrown": _thrown}
