"""Versions of what people edit: a change that was begun on another state is refused, not overwritten."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from westmarch.errors import Stale

# Texts of more characters are not repeated in events that tell what changed.
_LONG = 300


def version_of(*state: Any) -> str:
    """The version of a state made of texts, numbers, lists and mappings: equal states have the same one."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def require(expected: str | None, version: str, what: str) -> None:
    """Raises Stale where a change expects another version of `what` than it has; None expects nothing."""
    if expected is not None and expected != version:
        raise Stale(
            f"{what} was changed since you opened it.",
            hint="Look at what it is now, then make your change again.",
        )


def told(
    name: str, was: object, values: Mapping[str, Any], version: str, *, hidden: Collection[str] = ()
) -> dict[str, Any]:
    """What an event tells of a change of fields, so that it can be taken back while the subject is of this version."""
    before = {field: getattr(was, field) for field in values}
    return {
        "name": name,
        "changed": changes(before, values, hidden=hidden),
        "undo": {"before": before, "version": version},
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any], *, hidden: Collection[str] = ()) -> dict[str, Any]:
    """What a change changed, as events tell it: by field `from` and `to`; of a long text only that it changed."""
    told: dict[str, Any] = {}
    for field, value in after.items():
        if field not in hidden:
            long = max(len(str(value)), len(str(before[field]))) > _LONG
            told[field] = {} if long else {"from": before[field], "to": value}
    return told
