"""Versions of what people edit: a change that was begun on another state is refused, not overwritten."""

import hashlib
import json
from typing import Any

from westmarch.errors import Stale


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
