"""Where a post stands between draft and public, and in the trash: what can be put back as it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from westmarch.changes.queries import Seen
from westmarch.posts.models import HIDDEN, Post

#: The columns that say where a post stands.
COLUMNS = (
    "status", "unlisted", "published_at", "updated_at", "trashed_at", "published_revision_id", "draft_revision_id",
)  # fmt: skip
_MOMENTS = frozenset({"published_at", "updated_at", "trashed_at"})


def hidden(change: Seen) -> bool:
    """Whether a change of a post concerns no reader: the post was hidden before it, and is after it."""
    states = [state for state in (change.old, change.new) if state]
    return bool(states) and all(state.get("visible") == HIDDEN for state in states)


def of(post: Post) -> dict[str, Any]:
    """Where a post stands, by column."""
    return {name: getattr(post, name) for name in COLUMNS}


def told(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state as JSON holds it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in state.items()}


def read(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state that `told` wrote."""
    return {
        name: datetime.fromisoformat(state[name]) if name in _MOMENTS and state[name] else state[name]
        for name in COLUMNS
    }
