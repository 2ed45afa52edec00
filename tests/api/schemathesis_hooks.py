"""What the scanner need not ask: it is taken for a fault, and is none on the wire."""

from collections.abc import Mapping
from typing import Any

import schemathesis
from schemathesis.hooks import HookContext

#: The schema of a list of any texts.
TEXTS = {"type": "string"}


@schemathesis.hook
def filter_query(context: HookContext, query: Mapping[str, Any] | None) -> bool:
    """Leave out a list of any texts in whose place stands one word, a number, a truth or null: sent, that is a list of
    one text. The scanner knows so of one parameter, not of two at once.
    """
    if context.operation is None or not query:
        return True
    declared = context.operation.definition.raw.get("parameters", ())
    lists = {each["name"] for each in declared if each["in"] == "query" and each["schema"].get("items") == TEXTS}
    return not any(name in lists and not isinstance(value, list | dict) for name, value in query.items())
